"""The promises of seqforge's backends, and what is this one's own: what n-grams are worth, told by other means."""

from collections import Counter, defaultdict
from typing import ClassVar

import numpy as np
import pytest

from seqforge import NONE, BackendOptions, Batch, ModelSpec, RequestError
from seqforge.testing import BackendSuite
from seqforge_ngram.backend import Ngram, NgramBackend


class TestNgram(BackendSuite):
    name = "ngram"
    options: ClassVar = {"ngram": {"order": 3}}


SIZE = 4


def model(order, discount=0.75, size=SIZE):
    options = {"order": order, "discount": discount}
    spec = ModelSpec(architecture="ngram", vocabulary_size=size, context_fields=(), options=options)
    return NgramBackend().build(spec, Ngram().initial_weights(spec, np.random.default_rng(1)), BackendOptions())


def batch(pieces):
    """Whole pieces of one length, from their start on."""
    targets = np.array(pieces, np.int32)
    inputs = np.concatenate([np.full((len(targets), 1), NONE), targets[:, :-1]], axis=1).astype(np.int32)
    weight = np.full(targets.shape, 1 / targets.size, np.float32)
    return Batch(inputs=inputs, context=np.zeros((*targets.shape, 0), np.int32), targets=targets, weight=weight)


def trained(order, pieces, *, discount=0.75, passes=1):
    made = model(order, discount)
    for _ in range(passes):
        made.train_step(batch(pieces), None, learning_rate=0.1, seed=1)
    return made


def chances(made, before):
    """What comes after the tokens, from the start of a sequence."""
    inputs = np.array([[NONE, *before]], np.int32)
    logits, _ = made.forward(inputs, np.zeros((1, len(before) + 1, 0), np.int32), made.initial_state(1))
    return np.exp(logits[0, -1].astype(np.float64))


def kneser_ney(pieces, order, discount, before):
    """The formula, token by token and with dictionaries."""
    ngrams = Counter()
    for piece in pieces:
        padded = [NONE] * (order - 1) + list(piece)
        ngrams.update(tuple(padded[end - order : end]) for end in range(order, len(padded) + 1))
    levels = {order: ngrams}
    for length in range(order - 1, 0, -1):
        companies = defaultdict(set)
        for ngram in levels[length + 1]:
            companies[ngram[1:]].add(ngram[0])
        levels[length] = Counter({ngram: len(first) for ngram, first in companies.items()})
    history = tuple(([NONE] * (order - 1) + list(before))[len(before) :]) if order > 1 else ()

    def chance(token, history):
        length = len(history) + 1
        shorter = chance(token, history[1:]) if history else 1 / SIZE
        after = {ngram: count for ngram, count in levels[length].items() if ngram[:-1] == history}
        total = sum(after.values())
        if not total:
            return shorter
        own = max(after.get((*history, token), 0) - discount, 0) / total
        return own + discount * len(after) / total * shorter

    return [chance(token, history) for token in range(SIZE)]


PIECES = np.random.default_rng(5).integers(0, 3, (6, 9)).tolist()  # the last symbol never comes


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("discount", [0.3, 1.0])
def test_the_chances_are_those_of_the_formula(order, discount):
    made = trained(order, PIECES, discount=discount)
    for before in ([], [1], [2, 0], [3, 3, 3], PIECES[0], [0, 1, 2, 0, 1, 2]):
        expected = kneser_ney(PIECES, order, discount, before)
        np.testing.assert_allclose(chances(made, before), expected, rtol=1e-5)
        assert sum(expected) == pytest.approx(1)


def test_nothing_counted_is_uniform():
    np.testing.assert_allclose(chances(model(3), [1, 2]), 0.25)


@pytest.mark.parametrize("passes", [2, 3])
def test_several_passes_are_worth_as_much_as_one(passes):
    once, often = trained(3, PIECES), trained(3, PIECES, passes=passes)
    for before in ([], [1, 2], PIECES[1]):
        np.testing.assert_array_equal(chances(once, before), chances(often, before))
    assert often.weights()["counts"].sum() == passes * sum(map(len, PIECES))


def test_it_starts_where_the_state_says():
    made = trained(3, PIECES)
    tokens = np.array([PIECES[0]], np.int32)
    context = np.zeros((1, len(PIECES[0]), 0), np.int32)
    whole, _ = made.forward(tokens, context, made.initial_state(1))
    _, state = made.forward(tokens[:, :4], context[:, :4], made.initial_state(1))
    rest, _ = made.forward(tokens[:, 4:], context[:, 4:], state)
    np.testing.assert_array_equal(rest, whole[:, 4:])


def test_an_order_that_has_no_room_is_refused():
    with pytest.raises(RequestError, match=r"model.ngram.order is 12; allowed: from 1 to 8 with 138 symbols"):
        model(12, size=138)
