"""Where a new line of music begins: every four bars, or two, or one where they are full of notes or chord symbols."""

from __future__ import annotations

from collections.abc import Sequence

from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.notation import WrittenNote

__all__ = ["line_starts"]

_BARS_PER_LINE = 4
_LINE_WIDTH = 100.0
"""What fits on a line after clef and key signature, in spaces of the staff (a page of A4 at the usual size)."""
_BAR_WIDTH, _NOTE_WIDTH, _LETTER_WIDTH, _CHORD_GAP = 9.0, 1.55, 1.15, 1.5
"""Spaces that a bar takes without its notes, and that a note, a letter of a chord symbol and the gap after one take."""


def line_starts(bars: Sequence[Sequence[WrittenNote]], chart: Chart) -> frozenset[int]:
    """The numbers, from 0, of the bars that begin a line."""
    widths = _widths(bars, chart)
    starts: list[int] = []
    for first in range(0, len(bars), _BARS_PER_LINE):
        starts += _starts(first, min(first + _BARS_PER_LINE, len(bars)), widths)
    return frozenset(starts)


def _starts(first: int, end: int, widths: Sequence[float]) -> list[int]:
    """The line of those bars, halved until its parts fit."""
    if end - first <= 1 or sum(widths[first:end]) <= _LINE_WIDTH:
        return [first]
    middle = first + (end - first + 1) // 2
    return _starts(first, middle, widths) + _starts(middle, end, widths)


def _widths(bars: Sequence[Sequence[WrittenNote]], chart: Chart) -> list[float]:
    """About how wide each bar is: the notes under a chord take their room, or its symbol takes more."""
    widths = []
    changes = {change.tick: change.chord for change in chart.changes}
    for index, bar in enumerate(bars):
        start = index * chart.ticks_per_bar
        places = [place for place in range(0, chart.ticks_per_bar, 12) if place == 0 or start + place in changes]
        width = _BAR_WIDTH
        for place, end in zip(places, [*places[1:], chart.ticks_per_bar], strict=True):
            notes = sum(place <= note.start < end for note in bar)
            chord = changes.get(start + place)
            letters = len(chord.symbol) * _LETTER_WIDTH + _CHORD_GAP if chord is not None else 0.0
            width += max(notes * _NOTE_WIDTH, letters)
        widths.append(width)
    return widths
