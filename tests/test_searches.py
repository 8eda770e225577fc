"""Searches against their definitions, on models so small that every sequence can be listed."""

import itertools
import math
from collections import Counter
from types import MappingProxyType

import numpy as np
import pytest
from draws import DRAWS, assert_frequencies
from hypothesis import given
from hypothesis import strategies as st

from seqforge.errors import OutOfRange, RequestError, SeqforgeError
from seqforge.files.model_file import read_model
from seqforge.generation import searches
from seqforge.generation.penalties import NoRepeatNgram
from seqforge.generation.processors import Temperature, log_softmax
from seqforge.generation.searches import BeamSearch, StochasticBeamSearch
from seqforge.generation.stepping import make_stepper
from seqforge.interfaces import BackendOptions
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.testing import SearchSuite

END = 0
SYMBOLS = 3
TABLE = np.random.default_rng(80).normal(0, 1, (4096, SYMBOLS)).astype(np.float32)


class TestBeam(SearchSuite):
    name = "beam"


class TestNarrowBeam(SearchSuite):
    name = "beam"
    options = MappingProxyType({"beam_width": 3, "length_penalty": 0.7})


class TestStochasticBeam(SearchSuite):
    name = "stochastic-beam"


def seen_after(seen, token):
    """The number of what has been seen: another one for each sequence of up to six tokens, NONE first."""
    return (4 * seen + token + 1) % len(TABLE)


class Steps:
    """A model that remembers everything: logits are the row of the table for what has been seen."""

    def __init__(self, table=TABLE, seen=(0,)):
        self.table = table
        self.seen = np.array(seen)

    def step(self, tokens, context):
        self.seen = seen_after(self.seen, tokens)
        return self.table[self.seen]

    def select(self, rows):
        return Steps(self.table, self.seen[rows])


class Walks:
    """Sequences that end with END or at a length; `forbidden[step]` are symbols that must not come there."""

    def __init__(self, length, forbidden=(), taken=0, ended=(False,)):
        self.length = length
        self.forbidden = forbidden
        self.taken = taken
        self.ended = np.array(ended)

    @property
    def done(self):
        return self.ended | (self.taken >= self.length)

    def context(self):
        return np.zeros((len(self.ended), 0), np.int32)

    def allowed(self):
        allowed = np.ones((len(self.ended), SYMBOLS), np.bool_)
        if self.taken < len(self.forbidden):
            allowed[:, self.forbidden[self.taken]] = False
        return allowed

    def accept(self, tokens):
        self.ended = self.ended | (tokens == END)
        self.taken += 1

    def select(self, rows):
        return Walks(self.length, self.forbidden, self.taken, self.ended[rows])


def score(logits, guides, history, *, processors=()):
    values = np.where(guides.allowed(), logits.astype(np.float64), -np.inf)
    for processor in processors:
        values = processor(values, history, np.zeros(SYMBOLS, np.int32))
    return log_softmax(values)


def run(search, length, *, count, forbidden=(), seed=0, table=TABLE, score=score):
    generator = np.random.Generator(np.random.PCG64(seed))
    found = search.run(Steps(table), Walks(length, forbidden), score, count=count, generator=generator)
    return [tuple(tokens.tolist()) for tokens in found]


def all_sequences(length, temperature=1.0):
    """Every complete sequence with its probability."""
    found = {}
    for size in range(1, length + 1):
        for tokens in itertools.product(range(SYMBOLS), repeat=size):
            if END in tokens[:-1] or (size < length and tokens[-1] != END):
                continue
            probability, seen = 1.0, 0
            for token in tokens:
                weights = [math.exp(logit / temperature) for logit in TABLE[seen].tolist()]
                probability *= weights[token] / sum(weights)
                seen = seen_after(seen, token)
            found[tokens] = probability
    assert math.isclose(sum(found.values()), 1)
    return found


def test_a_wide_beam_finds_what_an_exhaustive_search_finds():
    probabilities = all_sequences(5)
    best = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    assert run(BeamSearch(beam_width=200), 5, count=len(best)) == best
    assert run(BeamSearch(beam_width=200), 5, count=7) == best[:7]


@pytest.mark.parametrize("length_penalty", [0.5, 1.0, 3.0])
def test_a_wide_beam_ranks_by_the_length_penalty_of_the_paper(length_penalty):
    probabilities = all_sequences(5)
    keys = {
        tokens: math.log(probability) / ((5 + len(tokens)) ** length_penalty / 6**length_penalty)
        for tokens, probability in probabilities.items()
    }
    best = sorted(keys, key=keys.__getitem__, reverse=True)
    assert best != sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    assert run(BeamSearch(beam_width=200, length_penalty=length_penalty), 5, count=20) == best[:20]


def test_a_beam_of_an_lstm_is_what_its_probabilities_say(toy_run, toy_codec):
    """The toy's model and guides, against all 225 sequences of two letters, put through the model as a batch."""
    stored = read_model(toy_run / "model.safetensors")
    model = NumpyBackend().build(stored.spec, stored.weights, BackendOptions())
    prompt = {"length": 2, "avoid": None, "legato": False}
    sequences = np.array(list(itertools.product(range(5), range(5, 8), range(5), range(5, 8))), np.int32)
    walked, context, allowed = toy_codec.guides([prompt]), [], []
    for token in sequences[0]:
        context.append(walked.context()[0])
        allowed.append(walked.allowed()[0])
        walked.accept(np.array([token]))
    inputs = np.pad(sequences[:, :-1], [(0, 0), (1, 0)], constant_values=-1)
    contexts = np.broadcast_to(np.array(context), (len(sequences), *np.shape(context)))
    logits, _ = model.forward(inputs, contexts, model.initial_state(len(sequences)))
    probabilities = np.where(allowed, np.exp(logits.astype(np.float64)), 0)
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    chosen = np.take_along_axis(probabilities, sequences[:, :, None], axis=-1).prod(axis=(1, 2))
    best = sequences[np.argsort(-chosen)]

    def score_letters(logits, guides, history):
        return log_softmax(np.where(guides.allowed(), logits.astype(np.float64), -np.inf))

    for width in (225, 60):
        found = BeamSearch(beam_width=width).run(
            make_stepper(model, 1), toy_codec.guides([prompt]), score_letters, count=10,
            generator=np.random.default_rng(0),
        )  # fmt: skip
        assert np.array_equal(found, best[:10])


def test_a_beam_of_one_takes_the_most_likely_token_each_time():
    tokens, seen = [], 0
    for _ in range(30):
        tokens.append(1 + int(TABLE[seen, 1:].argmax()))
        seen = seen_after(seen, tokens[-1])
    assert run(BeamSearch(beam_width=1), 30, count=1, forbidden=[[END]] * 30) == [tuple(tokens)]


def test_equal_sequences_come_in_the_order_of_the_vocabulary():
    flat = np.zeros_like(TABLE)
    forbidden = [[END]] * 3
    expected = list(itertools.product((1, 2), repeat=3))
    for width in (3, 8, 50):
        search = BeamSearch(beam_width=width)
        assert run(search, 3, count=3, forbidden=forbidden, table=flat) == expected[:3]


def test_what_follows_a_processor_is_ranked_by_what_it_makes_of_the_logits():
    probabilities = all_sequences(4, temperature=0.3)
    best = sorted(probabilities, key=probabilities.__getitem__, reverse=True)

    def cold(logits, guides, history):
        return score(logits, guides, history, processors=[Temperature(temperature=0.3)])

    assert run(BeamSearch(beam_width=100), 4, count=20, score=cold) == best[:20]


@pytest.mark.parametrize("kind", [BeamSearch, StochasticBeamSearch])
def test_a_processor_sees_the_history_of_each_sequence(kind):
    def fresh(logits, guides, history):
        return score(logits, guides, history, processors=[NoRepeatNgram(no_repeat_ngram=2)])

    found = run(kind(beam_width=40), 6, count=15, forbidden=[[END]] * 5, score=fresh)
    for tokens in found:
        pairs = list(itertools.pairwise(tokens[:4]))
        assert len(set(pairs)) == len(pairs)
    assert len(set(found)) == 15


@pytest.fixture(scope="module")
def pairs():
    """How often each pair came first of 100,000 stochastic searches, in one stream of random numbers."""
    search, generator = StochasticBeamSearch(beam_width=2), np.random.Generator(np.random.PCG64(81))
    found = [search.run(Steps(), Walks(2), score, count=2, generator=generator) for _ in range(DRAWS)]
    return Counter((tuple(first.tolist()), tuple(second.tolist())) for first, second in found)


def test_the_first_of_a_stochastic_beam_is_a_draw_from_the_model(pairs):
    probabilities = all_sequences(2)
    counts = [sum(pairs[tokens, other] for other in probabilities) for tokens in probabilities]
    assert_frequencies(counts, list(probabilities.values()))


def test_the_second_of_a_stochastic_beam_is_a_draw_from_what_is_left(pairs):
    orders = list(itertools.permutations(all_sequences(2).items(), 2))
    assert len(orders) == 42
    expected = [first * second / (1 - first) for (_, first), (_, second) in orders]
    assert pairs.total() == DRAWS == sum(pairs[first, second] for (first, _), (second, _) in orders)
    assert_frequencies([pairs[first, second] for (first, _), (second, _) in orders], expected)


@pytest.mark.parametrize("beam_width", [15, 100])
def test_a_stochastic_beam_gives_every_sequence_once(beam_width):
    probabilities = all_sequences(3)
    for seed in range(50):
        found = run(StochasticBeamSearch(beam_width=beam_width), 3, count=len(probabilities), seed=seed)
        assert sorted(found) == sorted(probabilities)


def test_a_stochastic_beam_depends_on_its_seed():
    search = StochasticBeamSearch(beam_width=4)
    takes = [run(search, 6, count=4, seed=seed) for seed in (*range(20), *range(20))]
    assert takes[:20] == takes[20:]
    assert len({tuple(found) for found in takes}) > 10


@given(
    forbidden=st.lists(st.lists(st.integers(0, 2), max_size=2, unique=True), min_size=4, max_size=4),
    kind=st.sampled_from([BeamSearch, StochasticBeamSearch]),
    seed=st.integers(0, 1000),
)
def test_what_the_guide_forbids_never_comes(forbidden, kind, seed):
    (found,) = run(kind(beam_width=3), 4, count=1, forbidden=forbidden, seed=seed)
    for step, token in enumerate(found):
        assert token not in forbidden[step]
    assert len(found) == 4 or found[-1] == END


@pytest.mark.parametrize("kind", [BeamSearch, StochasticBeamSearch])
def test_more_sequences_than_the_beam_is_wide_are_refused(kind):
    with pytest.raises(OutOfRange, match=r"beam_width is 4; allowed: at least 5, as many"):
        run(kind(beam_width=4), 3, count=5)


@pytest.mark.parametrize("kind", [BeamSearch, StochasticBeamSearch])
def test_more_sequences_than_there_are_are_refused(kind):
    assert len(all_sequences(3)) == 15
    with pytest.raises(RequestError, match=r"16 different sequences were asked for, but .* there are only 15; ask"):
        run(kind(beam_width=16), 3, count=16)


def test_a_guide_that_is_done_at_once_gives_an_empty_sequence():
    assert run(BeamSearch(beam_width=4), 0, count=1) == [()]


def test_a_search_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(searches, "LONGEST", 50)
    with pytest.raises(SeqforgeError, match="did not end within 50 tokens"):
        run(BeamSearch(beam_width=2), 1000, count=1, forbidden=[[END]] * 1000)


HOOKS = """
from seqforge import SamplerSpec, hookimpl

@hookimpl
def seqforge_register_samplers():
    return [SamplerSpec(name="tested", target="tested:Search", stage="search", summary="a beam with a flaw")]
"""
SEARCH = """
import numpy as np
from seqforge.generation.processors import log_softmax
from seqforge.generation.searches import BeamSearch

class Crossed:
    def __init__(self, stepper):
        self.stepper = stepper

    def step(self, tokens, context):
        return self.stepper.step(tokens, context)

    def select(self, rows):
        return Crossed(self.stepper.select(np.sort(rows)))

class Search:
    def run(self, stepper, guides, score, *, count, generator):
        beam = BeamSearch(beam_width=8)
        {}
"""
ARGUMENTS = "count=count, generator=generator"


@pytest.mark.parametrize(("flaw", "property_"), [
    (f"return beam.run(stepper, guides, score, {ARGUMENTS})[:1]", "it gives as many sequences as asked for"),
    (f"return [t[:-1] for t in beam.run(stepper, guides, score, {ARGUMENTS})]",
     "sequences end where their guides end"),
    (f"return beam.run(stepper, guides, lambda logits, *_: log_softmax(logits), {ARGUMENTS})",
     "what is forbidden never comes"),
    (f"return beam.run(stepper, guides, score, {ARGUMENTS})[::-1]",
     "the first is the same whatever comes after it"),
    (f"f = beam.run(stepper, guides, score, {ARGUMENTS}); np.random.default_rng().shuffle(f); return f",
     "equal requests give equal sequences"),
    (f"return beam.run(Crossed(stepper), guides, score, {ARGUMENTS})",
     "logits and guides belong to their sequences"),
])  # fmt: skip
def test_the_kit_finds_what_is_wrong_with_a_search(check, flaw, property_):
    outcome, checks = check(HOOKS, SEARCH.format(flaw))
    assert outcome.status == 3
    assert checks["sampler tested", property_]["outcome"] == "failed"


def test_the_kit_finds_nothing_wrong_with_a_search_of_a_plugin(check):
    outcome, checks = check(HOOKS, SEARCH.format(f"return beam.run(stepper, guides, score, {ARGUMENTS})"))
    assert (outcome.status, {record["outcome"] for record in checks.values()}) == (0, {"passed"})
    assert len(checks) >= 8
