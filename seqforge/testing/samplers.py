"""What every sampler and every processor must do, as tests: subclass a suite in a test module and say which.

class TestDraw(SamplerSuite):
    name = "draw"                       # as registered
class TestTopK(ProcessorSuite):
    name = "top-k"
    options = {"top_k": 3}              # that switch it on
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from seqforge.generation.processors import softmax
from seqforge.hookspecs import STAGES
from seqforge.interfaces import NONE, Processor, Sampler, Vocabulary
from seqforge.options import check_options
from seqforge.testing.suite import Suite, check

__all__ = ["ProcessorSuite", "SamplerSuite", "SamplingSuite"]

Logits = NDArray[np.float64]

_GRID = 4000
_LARGEST_UNIFORM = 1 - 2.0**-53


class SamplingSuite(Suite):
    """What samplers, processors and searches have in common."""

    kind: ClassVar[str] = "samplers"
    options: Mapping[str, Any] = MappingProxyType({})

    def build(self) -> Any:
        """The part under test, with its options."""
        part = self.part()
        return part.build(**check_options(part.spec.options, self.options, "--"))

    @check()
    def test_its_stage_is_one_of_the_documented_order(self) -> None:
        assert self.part().spec.stage in STAGES, f"the stage is {self.part().spec.stage}; allowed: {', '.join(STAGES)}"


class SamplerSuite(SamplingSuite):
    """The checks of a sampler: it draws from the distribution of the logits, or always takes the most likely token."""

    can_lack: ClassVar[tuple[str, ...]] = ("softmax distribution",)
    least: ClassVar[int] = 8
    first: ClassVar[str] = "it_gives_a_token_for_each_row"

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`; whether it `draws`, or is `greedy`, is found out by asking it."""
        if need in ("draws", "greedy") and self._draws() != (need == "draws"):
            if need == "draws":
                return "it takes the same token whatever the random number"
            return "what it takes depends on the random number"
        return super().missing(need)

    def choose(self, logits: Any, uniform: Any) -> list[int]:
        """The tokens that the sampler under test takes."""
        sampler: Sampler = self.build()
        tokens: list[int] = sampler(np.array(logits, np.float64), np.array(uniform, np.float64)).tolist()
        return tokens

    @check()
    def test_it_gives_a_token_for_each_row(self) -> None:
        chosen = self.build()(_random_logits(np.random.default_rng(60), 12), _grid(12))
        assert chosen.shape == (12,)
        assert chosen.dtype == np.int32, f"tokens are {chosen.dtype}; allowed: int32"
        assert ((chosen >= 0) & (chosen < 9)).all()

    @check()
    def test_equal_requests_give_equal_tokens(self) -> None:
        """The logits stay as they are, and nothing else is random than the number that is given."""
        logits, uniforms = _random_logits(np.random.default_rng(62), 12), _grid(12)
        before, sampler = logits.copy(), self.build()
        first, again = sampler(logits, uniforms), sampler(logits, uniforms)
        np.testing.assert_array_equal(first, again)
        np.testing.assert_array_equal(logits, before, err_msg="the logits that came in were changed")

    @check()
    def test_what_is_forbidden_is_never_taken(self) -> None:
        """Not at the ends of the interval, either."""
        row = np.array([-np.inf, 1.0, -np.inf, -40.0, 0.5, -np.inf])
        uniforms = np.concatenate([[0.0, 2.0**-53, _LARGEST_UNIFORM], _grid(500)])
        chosen = self.choose(np.tile(row, (len(uniforms), 1)), uniforms)
        assert np.isfinite(row[chosen]).all(), "it took a token whose logit is minus infinity"

    @check(after=("what_is_forbidden_is_never_taken",))
    def test_the_only_allowed_token_is_taken(self) -> None:
        for place in (0, 2, 4):
            row = np.full(5, -np.inf)
            row[place] = -3.0
            for uniform in (0.0, 0.5, _LARGEST_UNIFORM):
                assert self.choose([row], [uniform]) == [place]

    @check(after=("what_is_forbidden_is_never_taken",))
    def test_equal_logits_leave_every_token_possible(self) -> None:
        row = np.array([0.0, 0.0, -np.inf, 0.0])
        chosen = set(self.choose(np.tile(row, (_GRID, 1)), _grid(_GRID)))
        assert chosen <= {0, 1, 3}
        assert chosen == {0, 1, 3} or not self._draws()

    @check(after=("what_is_forbidden_is_never_taken",))
    def test_large_logits_are_no_trouble(self) -> None:
        rows = [[1e300, -1e300, 0.0], [-1e300, -1e300, -np.inf], [1e5, 1e5 + 1000, 1e5]]
        for uniform in (0.0, 0.999):
            first, second, third = self.choose(rows, [uniform] * 3)
            assert first == 0
            assert second in (0, 1)
            assert third == 1

    @check(after=("equal_requests_give_equal_tokens",))
    def test_rows_know_nothing_of_one_another(self) -> None:
        logits, uniforms = _random_logits(np.random.default_rng(61), 12), _grid(12)
        alone = [self.choose(logits[row : row + 1], uniforms[row : row + 1])[0] for row in range(12)]
        assert self.choose(logits, uniforms) == alone

    @check(
        needs=("draws", "softmax distribution"),
        after=(
            "equal_requests_give_equal_tokens",
            "what_is_forbidden_is_never_taken",
            "rows_know_nothing_of_one_another",
        ),
    )
    def test_tokens_come_as_often_as_their_probability_says(self) -> None:
        """Over a grid of random numbers each token comes exactly so often, up to the ends of its interval."""
        generator = np.random.default_rng(63)
        for row in (*_random_logits(generator, 5), np.log([0.4, 0.3, 0.15, 0.1, 0.045, 0.005])):
            chosen = self.choose(np.tile(row, (_GRID, 1)), _grid(_GRID))
            counts = np.bincount(chosen, minlength=len(row))
            np.testing.assert_allclose(counts / _GRID, softmax(row[None])[0], rtol=0, atol=2 / _GRID)

    @check(needs=("greedy", "softmax distribution"))
    def test_the_most_likely_token_is_taken(self) -> None:
        logits = _random_logits(np.random.default_rng(64), 40)
        np.testing.assert_array_equal(self.choose(logits, _grid(40)), logits.argmax(axis=1))

    def _draws(self) -> bool:
        """Whether equal logits give different tokens for different random numbers."""

        def attempt() -> bool:
            try:
                return len(set(self.choose(np.zeros((50, 4)), _grid(50)))) > 1
            except Exception:  # noqa: BLE001  # whatever it is, the first check fails with it
                return True

        draws: bool = self.keep("draws", attempt)
        return draws


class ProcessorSuite(SamplingSuite):
    """The checks of a processor with the options that switch it on.

    One that asks for a vocabulary gets one whose token classes are `classes`, in turn.
    """

    classes: tuple[str, ...] = ("pitch", "duration")
    least: ClassVar[int] = 9
    first: ClassVar[str] = "it_gives_logits_for_each_row"

    def apply(self, logits: Logits, history: Any = None, token_class: Any = None) -> Logits:
        """What the processor under test makes of the logits."""
        processor: Processor = self.build()
        rows, size = logits.shape
        if hasattr(processor, "with_vocabulary"):
            processor = processor.with_vocabulary(self._vocabulary(size))
        return processor(
            logits,
            np.zeros((rows, 0), np.int32) if history is None else history,
            np.arange(size, dtype=np.int32) % 2 if token_class is None else token_class,
        )

    def _vocabulary(self, size: int) -> Vocabulary:
        places = range(size)
        return Vocabulary(
            tuple(f"symbol {place}" for place in places),
            tuple(self.classes[place % len(self.classes)] for place in places),
        )

    @check()
    def test_it_gives_logits_for_each_row(self) -> None:
        for logits, history in self._situations():
            result = self.apply(logits, history)
            assert result.shape == logits.shape
            assert result.dtype == np.float64, f"the logits are {result.dtype}; allowed: float64"

    @check()
    def test_it_is_no_sampler(self) -> None:
        assert not self.part().spec.chooses

    @check()
    def test_what_is_forbidden_stays_forbidden(self) -> None:
        for logits, history in self._situations():
            result = self.apply(logits, history)
            assert not np.isnan(result).any(), "a logit is no number any more"
            assert not np.isposinf(result).any(), "a logit is infinite"
            assert np.isneginf(result[np.isneginf(logits)]).all(), "what was forbidden is allowed again"

    @check()
    def test_something_stays_allowed(self) -> None:
        for logits, history in self._situations():
            assert np.isfinite(self.apply(logits, history)).any(axis=1).all(), "every token of a row is forbidden"

    @check()
    def test_the_only_allowed_token_stays_allowed(self) -> None:
        """Whatever was chosen before."""
        for place in (0, 3, 6):
            row = np.full((1, 7), -np.inf)
            row[0, place] = 1.5
            for before in (np.zeros((1, 0), np.int32), np.full((1, 5), place, np.int32)):
                assert np.isfinite(self.apply(row, before)[0, place]), "the only token that was allowed is forbidden"

    @check(after=("something_stays_allowed", "what_is_forbidden_stays_forbidden"))
    def test_large_and_equal_logits_are_no_trouble(self) -> None:
        for row in (np.zeros(7), np.full(7, 1e300), np.array([1e300, -1e300, 0, 5, -np.inf, 1, 2])):
            with np.errstate(over="ignore"):
                result = self.apply(row[None])
            assert not np.isnan(result).any(), "a logit is no number any more"
            assert np.isfinite(result).any(), "every token is forbidden"

    @check()
    def test_rows_know_nothing_of_one_another(self) -> None:
        for logits, history in self._situations():
            together = self.apply(logits, history)
            for row in range(len(logits)):
                alone = self.apply(logits[row : row + 1], history[row : row + 1])
                np.testing.assert_allclose(together[row], alone[0], rtol=1e-12, atol=0)

    @check()
    def test_what_comes_in_is_not_changed(self) -> None:
        for logits, history in self._situations():
            classes = np.arange(logits.shape[1], dtype=np.int32) % 3
            before = [array.copy() for array in (logits, history, classes)]
            first = self.apply(logits, history, classes).copy()
            for array, was in zip((logits, history, classes), before, strict=True):
                np.testing.assert_array_equal(array, was)
            np.testing.assert_array_equal(self.apply(logits, history, classes), first)

    def _situations(self) -> list[tuple[Logits, NDArray[np.int32]]]:
        """Logits (B, V) with what was chosen before, (B, T): nothing, a little, a lot, rows that are done."""
        generator = np.random.default_rng(65)
        situations = []
        for steps in (0, 1, 2, 30):
            history = generator.integers(0, 9, (6, steps)).astype(np.int32)
            history[2, steps // 2 :] = NONE
            situations.append((_random_logits(generator, 6), history))
        return situations


def _random_logits(generator: np.random.Generator, rows: int) -> Logits:
    """(rows, 9) of which some, but no whole row, are minus infinity."""
    logits = generator.normal(0, 3, (rows, 9))
    forbidden = generator.random((rows, 9)) < 0.3
    forbidden[:, int(generator.integers(9))] = False
    return np.where(forbidden, -np.inf, logits)


def _grid(count: int) -> NDArray[np.float64]:
    """Random numbers in the middle of equal parts of [0, 1)."""
    return (np.arange(count) + 0.5) / count
