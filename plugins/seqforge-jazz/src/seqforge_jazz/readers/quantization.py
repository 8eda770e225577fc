"""Putting performed notes on the grid: to the nearest part of a quarter, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from seqforge import OutOfRange
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.leadsheet import Note, Voicing
from seqforge_jazz.readers.midi_file import PlayedNote

__all__ = ["Grid", "chords_and_line", "notes_on_grid", "struck_together"]

Timed = TypeVar("Timed", Note, Voicing)

_TOGETHER = 16
"""Notes are one chord that start, and end, within a quarter's part of this number of each other."""

_LARGEST_CHORD = 128
"""Notes: more keys than a keyboard has are not looked through."""


@dataclass(frozen=True)
class Grid:
    """Places at multiples of 1/n quarter for each n of `divisions`; a length of nothing becomes the first 1/n."""

    divisions: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Grid:
        """The grid that `12` or `4,3` names; each number must divide 12, the ticks of a quarter."""
        try:
            divisions = tuple(int(part) for part in text.split(","))
        except ValueError:
            divisions = ()
        if not divisions or any(part < 1 or TICKS_PER_QUARTER % part for part in divisions):
            raise OutOfRange("data.divisions", text, "numbers among 1, 2, 3, 4, 6 and 12, such as 12 or 4,3")
        return cls(divisions)

    def nearest(self, pulses: int, pulses_per_quarter: int) -> int:
        """The nearest place in ticks; of two that are equally near, the smaller."""
        exact = pulses * TICKS_PER_QUARTER  # in units that a tick has pulses_per_quarter of, so all stays whole
        places = []
        for division in self.divisions:
            step = TICKS_PER_QUARTER // division
            below = exact // (step * pulses_per_quarter) * step
            places += [below, below + step]
        return min(places, key=lambda place: (abs(place * pulses_per_quarter - exact), place))

    def length(self, pulses: int, pulses_per_quarter: int) -> int:
        """The nearest length in ticks, never nothing."""
        return self.nearest(pulses, pulses_per_quarter) or TICKS_PER_QUARTER // self.divisions[0]


def struck_together(notes: Sequence[PlayedNote], pulses_per_quarter: int) -> list[list[PlayedNote]]:
    """Groups of notes, in the order of their starts: chords, and notes alone.

    Notes that start and end within a sixteenth of a quarter of a group's first note belong to it; a note can end in
    two groups, as a key does that is struck again while it sounds.
    """
    tolerance = pulses_per_quarter / _TOGETHER
    groups = []
    taken: set[int] = set()
    for index, first in enumerate(notes):
        if index in taken:
            continue
        group = [first]
        for other in range(index + 1, min(index + _LARGEST_CHORD, len(notes))):
            if notes[other].start - first.start > tolerance:
                break
            if abs(notes[other].end - first.end) <= tolerance:
                group.append(notes[other])
                taken.add(other)
        groups.append(group)
    return groups


def chords_and_line(
    notes: Sequence[PlayedNote], grid: Grid, pulses_per_quarter: int, window: tuple[int, int], origin: int
) -> tuple[tuple[Voicing, ...], tuple[Note, ...]]:
    """What starts inside `window` (ticks, the end exclusive) on the grid: the chords, and the line of top notes.

    Both count from `origin`, are in the order of their starts and keep their lengths, which may overlap.
    """
    chords: list[Voicing] = []
    line: list[Note] = []
    for group in struck_together(notes, pulses_per_quarter):
        start = grid.nearest(group[0].start, pulses_per_quarter)
        if not window[0] <= start < window[1]:
            continue
        duration = grid.length(group[0].end - group[0].start, pulses_per_quarter)
        pitches = tuple(note.pitch for note in group)
        line.append(Note(start - origin, duration, max(pitches)))
        if len(group) > 1:
            chords.append(Voicing(start - origin, duration, pitches))
    return _in_order(chords), _in_order(line)


def notes_on_grid(
    notes: Sequence[PlayedNote], grid: Grid, pulses_per_quarter: int, window: tuple[int, int], origin: int
) -> tuple[Note, ...]:
    """Every note that starts inside `window` on the grid, as in `chords_and_line`."""
    placed = []
    for note in notes:
        start = grid.nearest(note.start, pulses_per_quarter)
        if window[0] <= start < window[1]:
            duration = grid.length(note.end - note.start, pulses_per_quarter)
            placed.append(Note(start - origin, duration, note.pitch))
    return _in_order(placed)


def _in_order(timed: Iterable[Timed]) -> tuple[Timed, ...]:
    return tuple(sorted(timed, key=lambda one: one.start))
