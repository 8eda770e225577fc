"""What every search must do, as tests: subclass the suite in a test module and say which.

class TestBeam(SearchSuite):
    name = "beam"                       # as registered
    options = {"beam_width": 4}
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seqforge.generation.processors import log_softmax
from seqforge.interfaces import NONE, Score, Search
from seqforge.testing.samplers import SamplingSuite
from seqforge.testing.suite import check

__all__ = ["SearchSuite"]

Ints = NDArray[np.int32]
Reals = NDArray[np.float64]

_SYMBOLS = 5
_STATES = 7
_LONGEST = 6


class SearchSuite(SamplingSuite):
    """The checks of a search with its options: what it gives are complete sequences that are allowed.

    The model is a table of logits for each of seven states, the guides forbid one symbol at every second step; a
    sequence ends with symbol 0, or after six steps.
    """

    least: ClassVar[int] = 8
    first: ClassVar[str] = "it_gives_as_many_sequences_as_asked_for"

    def sequences(self, count: int, score: Score | None = None, seed: int = 0) -> list[list[int]]:
        """What the search under test gives, as lists."""
        search: Search = self.build()
        generator = np.random.Generator(np.random.PCG64(seed))
        found = search.run(_Steps.start(), _Walks.start(), score or _score, count=count, generator=generator)
        for tokens in found:
            assert tokens.dtype == np.int32, f"tokens are {tokens.dtype}; allowed: int32"
            assert tokens.ndim == 1
        return [tokens.tolist() for tokens in found]

    @check()
    def test_it_gives_as_many_sequences_as_asked_for(self) -> None:
        for count in (1, 3):
            assert len(self.sequences(count)) == count

    @check()
    def test_sequences_end_where_their_guides_end(self) -> None:
        for tokens in self.sequences(3):
            assert 0 not in tokens[:-1], "it went on behind the end"
            assert tokens[-1] == 0 or len(tokens) == _LONGEST, "a sequence is not complete"

    @check()
    def test_what_is_forbidden_never_comes(self) -> None:
        """Neither by the guides nor by a processor."""

        def score(logits: Any, guides: Any, history: Ints) -> Reals:
            scores = _score(logits, guides, history)
            scores[:, 2] = -np.inf
            return log_softmax(scores)

        for seed in range(20):
            for tokens in self.sequences(3, score, seed):
                assert 2 not in tokens
                assert 1 not in tokens[1::2]

    @check(after=("what_is_forbidden_never_comes",))
    def test_the_only_sequence_is_found(self) -> None:
        wanted = [3, 4, 1, 0]

        def score(logits: Any, guides: Any, history: Ints) -> Reals:
            step = min(history.shape[1], len(wanted) - 1)
            return np.where(np.arange(_SYMBOLS) == wanted[step], 0.0, np.full(logits.shape, -np.inf))

        assert self.sequences(1, score) == [wanted]

    @check()
    def test_logits_and_guides_belong_to_their_sequences(self) -> None:
        """However often rows are selected: what the model has seen is what was chosen so far."""

        def score(logits: Any, guides: Any, history: Ints) -> Reals:
            for row in np.flatnonzero(~guides.done):
                expected = _Steps.start()
                for token in (NONE, *history[row].tolist()):
                    alone = expected.step(np.array([token], np.int32), np.zeros((1, 0), np.int32))
                np.testing.assert_array_equal(logits[row], alone[0])
                assert guides.taken[row] == history.shape[1]
            return _score(logits, guides, history)

        self.sequences(3, score)

    @check()
    def test_equal_requests_give_equal_sequences(self) -> None:
        for seed in range(5):
            assert self.sequences(3, seed=seed) == self.sequences(3, seed=seed)

    @check(after=("equal_requests_give_equal_sequences",))
    def test_the_first_is_the_same_whatever_comes_after_it(self) -> None:
        for seed in range(20):
            assert self.sequences(1, seed=seed) == self.sequences(3, seed=seed)[:1]


class _Steps:
    """The model: what has been seen is a number from 0 to 6, which decides the logits."""

    def __init__(self, states: NDArray[np.int64]) -> None:
        self.states = states

    @classmethod
    def start(cls) -> _Steps:
        return cls(np.zeros(1, np.int64))

    def step(self, tokens: Ints, context: Ints) -> NDArray[np.float32]:
        self.states = (3 * self.states + tokens + 1) % _STATES
        logits: NDArray[np.float32] = _TABLE[self.states]
        return logits

    def select(self, rows: NDArray[Any]) -> _Steps:
        return _Steps(self.states[rows])


class _Walks:
    """The guides: symbol 1 is forbidden at every second step, symbol 0 ends a sequence."""

    def __init__(self, taken: NDArray[np.int64], done: NDArray[np.bool_]) -> None:
        self.taken = taken
        self.done = done

    @classmethod
    def start(cls) -> _Walks:
        return cls(np.zeros(1, np.int64), np.zeros(1, np.bool_))

    def context(self) -> Ints:
        return np.zeros((len(self.taken), 0), np.int32)

    def allowed(self) -> NDArray[np.bool_]:
        allowed = np.ones((len(self.taken), _SYMBOLS), np.bool_)
        allowed[self.taken % 2 == 1, 1] = False
        return allowed

    def accept(self, tokens: Ints) -> None:
        self.taken = self.taken + ~self.done
        self.done = self.done | (tokens == 0) | (self.taken >= _LONGEST)

    def select(self, rows: NDArray[Any]) -> _Walks:
        return _Walks(self.taken[rows], self.done[rows])


_TABLE = np.random.default_rng(66).normal(0, 1, (_STATES, _SYMBOLS)).astype(np.float32)


def _score(logits: Any, guides: Any, history: Ints) -> Reals:
    return log_softmax(np.where(guides.allowed(), logits.astype(np.float64), -np.inf))
