"""A solo in characters, for terminals: a piano roll of Braille dots under the chord symbols.

A character holds two sixteenths and four semitones; each row is labelled with its lowest pitch.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from seqforge_jazz.charts import TICKS_PER_QUARTER, ChordChange
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["piano_roll"]

_TICKS_PER_DOT = TICKS_PER_QUARTER // 4
_TICKS_PER_COLUMN = 2 * _TICKS_PER_DOT
_PITCHES_PER_ROW = 4
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Bits of a Braille pattern, of its left and its right half, from the lowest dot up."""

_NO_DOTS = 0x2800
_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_LABEL = 3
_PHRASE_BARS = 4


def piano_roll(sheet: LeadSheet, columns: int, lines: int) -> str:
    """As many bars as `lines` lines have room for, the last line saying how many are left out.

    Empty if `columns` or `lines` have no room for any.
    """
    width = sheet.chart.ticks_per_bar // _TICKS_PER_COLUMN
    bars_a_line = (columns - _LABEL - 1) // (width + 1)
    if bars_a_line >= _PHRASE_BARS:
        bars_a_line -= bars_a_line % _PHRASE_BARS
    if bars_a_line < 1:
        return ""
    drawn: list[str] = []
    for first in range(0, sheet.chart.bars, bars_a_line):
        system = _system(sheet, first, min(first + bars_a_line, sheet.chart.bars))
        is_last = first + bars_a_line >= sheet.chart.bars
        if len(drawn) + len(system) + (not is_last) > lines:
            rest = f"{'':{_LABEL}} bars {first + 1} to {sheet.chart.bars} are not shown"
            return "\n".join([*drawn, rest]) if drawn else ""
        drawn += system
    return "\n".join(drawn)


def _system(sheet: LeadSheet, first: int, last: int) -> list[str]:
    """The bars from `first` to before `last`: a line of chords, and rows of dots from the highest pitch down."""
    start, end = first * sheet.chart.ticks_per_bar, last * sheet.chart.ticks_per_bar
    width = sheet.chart.ticks_per_bar // _TICKS_PER_COLUMN
    patterns = _patterns(sheet.notes, start, end)
    lines = [f"{first + 1:>{_LABEL}} {_symbols(sheet, start, end, width)}".rstrip()]
    for row in sorted({row for row, _ in patterns} or {60 // _PITCHES_PER_ROW}, reverse=True):
        cells = [_character(patterns.get((row, column), 0)) for column in range((last - first) * width)]
        bars = ["".join(cells[place : place + width]) for place in range(0, len(cells), width)]
        lines.append(f"{_name(row * _PITCHES_PER_ROW):>{_LABEL}}│{'│'.join(bars)}│")
    return lines


def _patterns(notes: Sequence[Note], start: int, end: int) -> dict[tuple[int, int], int]:
    """The dots by row and column; rows between those that have dots are among them."""
    patterns: dict[tuple[int, int], int] = {}
    for note, following in itertools.zip_longest(notes, notes[1:]):
        if note.start >= end or note.end <= start:
            continue
        row, height = divmod(note.pitch, _PITCHES_PER_ROW)
        is_struck_again = following is not None and (following.start, following.pitch) == (note.end, note.pitch)
        for dot in _dots(note, start, end, ends_early=is_struck_again):
            column, half = divmod(dot, 2)
            patterns[row, column] = patterns.get((row, column), 0) | _DOTS[half][height]
    rows = [row for row, _ in patterns]
    for row in range(min(rows, default=0), max(rows, default=-1) + 1):
        patterns.setdefault((row, 0), 0)
    return patterns


def _dots(note: Note, start: int, end: int, *, ends_early: bool) -> range:
    """The sixteenths that a note sounds in, counted from `start`: the last one left out if it `ends_early`."""
    first = (max(note.start, start) - start) // _TICKS_PER_DOT
    last = min(-(-(note.end - start) // _TICKS_PER_DOT) - ends_early, (end - start) // _TICKS_PER_DOT)
    return range(first, max(first + (note.start >= start), last))


def _character(dots: int) -> str:
    return chr(_NO_DOTS | dots) if dots else " "


def _symbols(sheet: LeadSheet, start: int, end: int, width: int) -> str:
    """The chord symbols, each over its beat; one that the next leaves no room for is cut short."""
    sounding = ChordChange(start, sheet.chart.chord_at(start))
    changes = [sounding, *(change for change in sheet.chart.changes if start < change.tick < end)]
    places = [_column(change.tick - start, width, sheet.chart.ticks_per_bar) for change in changes]
    ends = [*places[1:], _column(end - start, width, sheet.chart.ticks_per_bar)]
    line = ""
    for change, place, following in zip(changes, places, ends, strict=True):
        symbol, room = change.chord.symbol, following - place - 1
        line = f"{line:{place}}{symbol if len(symbol) <= room else symbol[: room - 1] + '…'}"
    return line


def _column(tick: int, width: int, ticks_per_bar: int) -> int:
    bar, inside = divmod(tick, ticks_per_bar)
    return bar * (width + 1) + inside // _TICKS_PER_COLUMN


def _name(pitch: int) -> str:
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
