"""What an etude must be before it enters the corpus: inside every human range, and no copy of another."""

from __future__ import annotations

from seqforge_jazz.interval_model import IntervalModel
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.statistics import HUMAN_RANGES, intervals, measures

__all__ = ["LONGEST_SHARED_RUN", "Acceptance"]

LONGEST_SHARED_RUN = 17
"""Intervals in a row that two etudes may have in common: the 95th percentile between human solos of two tunes."""


class Acceptance:
    """Takes etudes one after the other, each against the human ranges and those taken before it.

    Without `human_model` the surprise of the intervals is not looked at. Each range is narrowed by a fiftieth of its
    width on both sides, so that rounding can't carry an etude out of it.
    """

    def __init__(self, human_model: IntervalModel | None = None) -> None:
        self._human_model = human_model
        self._runs: set[tuple[int, ...]] = set()

    def faults(self, sheet: LeadSheet) -> tuple[str, ...]:
        """Why the etude can't be taken, one line each; empty if it can."""
        steps = intervals(note.pitch for note in sheet.notes)
        values = measures(sheet)
        if self._human_model is not None:
            values["interval_nats"] = self._human_model.nats_per_interval(steps)
        found = []
        for name, value in values.items():
            human = HUMAN_RANGES[name]
            margin = (human.high - human.low) / 50
            if not human.low + margin <= value <= human.high - margin:
                found.append(f"{name} is {value:.3f}; allowed: {human.low} to {human.high}")
        if not self._runs.isdisjoint(_runs(steps)):
            found.append(f"more than {LONGEST_SHARED_RUN} intervals in a row are those of another etude")
        return tuple(found)

    def take(self, sheet: LeadSheet) -> None:
        """Remember the etude, for the ones that come after it."""
        self._runs.update(_runs(intervals(note.pitch for note in sheet.notes)))


def _runs(steps: list[int]) -> set[tuple[int, ...]]:
    length = LONGEST_SHARED_RUN + 1
    return {tuple(steps[start : start + length]) for start in range(len(steps) - length + 1)}
