"""How well a way from one target to the next sings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["Memory", "melodic_merit"]

_LEAP_WEIGHTS = (0.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.2, 0.65, 0.4, 0.4, 0.12, 0.03, 0.3)
"""Weight of a melodic interval by its size in semitones; larger ones are not used."""

_REMEMBERED = 5
"""Intervals in a row that a line avoids to repeat."""


class Memory:
    """The line so far, and how often each run of five intervals was heard in it."""

    def __init__(self) -> None:
        self.pitches: list[int] = []
        self._heard: Counter[tuple[int, ...]] = Counter()

    def sound(self, pitch: int) -> None:
        """Put `pitch` at the end of the line."""
        self.pitches.append(pitch)
        if len(self.pitches) > _REMEMBERED:
            self._heard[_steps(self.pitches[-_REMEMBERED - 1 :])] += 1

    def freshness(self, coming: Sequence[int]) -> float:
        """1 if no run that ends in `coming` was heard before; less the more often they were."""
        steps = _steps((*self.pitches[-_REMEMBERED:], *coming))
        merit = 1.0
        for end in range(_REMEMBERED, len(steps) + 1):
            merit /= 1 + self._heard[steps[end - _REMEMBERED : end]]
        return merit


def melodic_merit(line: Sequence[int]) -> float:
    """The merit of a line's intervals: small ones, turned back after a leap, no trill, no long chromatic run.

    A first note that repeats the one before it counts neither for nor against the line; any other makes it 0.
    """
    steps = _steps(line)
    merit = 1.0
    for step in steps[1:] if steps[0] == 0 else steps:
        size = abs(step)
        merit *= _LEAP_WEIGHTS[size] if size < len(_LEAP_WEIGHTS) else 0.0
    if not merit:
        return 0.0
    for first, second in pairwise(steps):
        if abs(first) > 4 and first * second > 0:
            merit *= 0.3
    for first, second, third in zip(steps, steps[1:], steps[2:], strict=False):
        is_trill = first == -second == third
        is_chromatic = abs(first) == 1 and first == second == third
        if is_trill or is_chromatic:
            merit *= 0.1
    return merit


def _steps(pitches: Sequence[int]) -> tuple[int, ...]:
    return tuple([after - before for before, after in pairwise(pitches)])
