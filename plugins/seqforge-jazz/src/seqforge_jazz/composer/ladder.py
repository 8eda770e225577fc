"""A scale, arpeggio or any set of pitch classes as a ladder of pitches to climb."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Ladder"]


class Ladder:
    """The rungs are every pitch, low to high, whose class is among `pitch_classes`."""

    def __init__(self, pitch_classes: Iterable[int]) -> None:
        self.pitch_classes = frozenset(pitch_classes)
        if not self.pitch_classes:
            raise ValueError("a ladder needs at least one pitch class")

    def step(self, pitch: int, rungs: int) -> int:
        """Climb to the pitch `rungs` above `pitch`, or below for a negative number."""
        direction = 1 if rungs > 0 else -1
        for _ in range(abs(rungs)):
            pitch += direction
            while pitch % 12 not in self.pitch_classes:
                pitch += direction
        return pitch

    def walk(self, pitch: int, rungs: Iterable[int]) -> tuple[int, ...]:
        """Where the given steps lead from `pitch`, one after the other."""
        reached = []
        for step in rungs:
            pitch = self.step(pitch, step)
            reached.append(pitch)
        return tuple(reached)
