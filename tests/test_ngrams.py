"""The n-grams against a plain implementation with dictionaries."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.evaluation.baselines import ORDERS, baseline_scores
from seqforge.evaluation.ngrams import WittenBell, uniform_nats

SIZE = 4
START = "start"
PIECES = st.lists(st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=15), min_size=1, max_size=5)
ORDER = st.integers(1, 5)


class Plain:
    """Interpolated Witten-Bell, as its formula says it."""

    def __init__(self, pieces, order):
        self.order = order
        self.followers = defaultdict(Counter)
        for piece in pieces:
            padded = [START] * (order - 1) + piece
            for place in range(order - 1, len(padded)):
                for length in range(order):
                    self.followers[tuple(padded[place - length : place])][padded[place]] += 1

    def probability(self, token, history):
        history = tuple(history)
        below = self.probability(token, history[1:]) if history else 1 / SIZE
        after = self.followers.get(history)
        if not after:
            return below
        distinct = len(after)
        return (after[token] + distinct * below) / (after.total() + distinct)

    def of_piece(self, piece):
        padded = [START] * (self.order - 1) + piece
        return [
            self.probability(padded[place], padded[place - self.order + 1 : place])
            for place in range(self.order - 1, len(padded))
        ]


def trained(pieces, order):
    return WittenBell([np.array(piece, np.int32) for piece in pieces], SIZE, order)


@given(training=PIECES, scored=PIECES, order=ORDER)
def test_probabilities_are_those_of_the_formula(training, scored, order):
    ngrams, plain = trained(training, order), Plain(training, order)
    for piece in scored:
        assert ngrams.probabilities(np.array(piece, np.int32)) == pytest.approx(plain.of_piece(piece), rel=1e-12)


@given(training=PIECES, history=st.lists(st.integers(0, SIZE - 1), max_size=8), order=ORDER)
def test_probabilities_of_all_tokens_add_up_to_one(training, history, order):
    ngrams = trained(training, order)
    last = [ngrams.probabilities(np.array([*history, token], np.int32))[-1] for token in range(SIZE)]
    assert sum(last) == pytest.approx(1, rel=1e-12)
    assert min(last) > 0


@given(training=PIECES, piece=st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=10), order=ORDER)
def test_a_lower_order_is_that_of_an_n_gram_trained_for_it(training, piece, order):
    tokens = np.array(piece, np.int32)
    largest = trained(training, 5)
    assert largest.probabilities(tokens, order) == pytest.approx(trained(training, order).probabilities(tokens))


def test_an_unseen_history_backs_off_to_a_shorter_one():
    ngrams = trained([[0, 1, 2, 0, 1, 2]], 3)
    unseen = np.array([3, 1, 2], np.int32)  # nothing follows "3 1", but "2" does follow "1"
    assert ngrams.probabilities(unseen, 3)[-1] == pytest.approx(ngrams.probabilities(unseen, 2)[-1])
    assert ngrams.probabilities(unseen, 2)[-1] > ngrams.probabilities(unseen, 1)[-1]


def test_counted_by_hand():
    ngrams = trained([[0, 0, 1]], 2)
    unigram = [(2 + 2 / 4) / (3 + 2), (1 + 2 / 4) / (3 + 2), (0 + 2 / 4) / (3 + 2)]
    tokens = np.array([0, 1], np.int32)
    start = (1 + 1 * unigram[0]) / (1 + 1)
    after_0 = (1 + 2 * unigram[1]) / (2 + 2)
    assert ngrams.probabilities(tokens).tolist() == pytest.approx([start, after_0])
    assert ngrams.nats([tokens]) == pytest.approx([-math.log(start) - math.log(after_0)])


def test_uniform_costs_the_logarithm_of_the_vocabulary():
    pieces = [np.zeros(3, np.int32), np.zeros(5, np.int32)]
    assert uniform_nats(pieces, 8) == pytest.approx([3 * math.log(8), 5 * math.log(8)])


def test_an_order_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="order 5 with 10000 symbols"):
        WittenBell([np.zeros(3, np.int32)], 10_000, 5)


def test_baselines_are_scored_by_the_units_of_the_codec(toy_codec, toy_pieces):
    training, scored = toy_pieces[:20], toy_pieces[20:]
    scores = baseline_scores(training, {"test": scored}, toy_codec)["test"]
    assert list(scores) == ["uniform", "unigram", *(f"{order}-gram" for order in ORDERS)]
    assert scores["uniform"].per("token") == pytest.approx(math.log(8))
    assert scores["uniform"].per("event") == pytest.approx(2 * math.log(8))
    assert scores["3-gram"].nats == pytest.approx(
        sum(WittenBell([piece.tokens for piece in training], 8, 3).nats([piece.tokens for piece in scored]))
    )
    assert scores["2-gram"].nats < scores["unigram"].nats < scores["uniform"].nats
