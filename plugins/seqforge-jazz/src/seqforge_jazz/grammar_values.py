"""The values of the `grammar` codec, and how a lead sheet becomes them.

`S,0.250,<m2,P-4>` is a scale tone, a sixteenth long, at most a semitone above and a fourth below the note before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from seqforge import DataError
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.directed_intervals import interval_name, semitones_of, staff_step
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.tone_types import ToneTypes, tones_of_chord, tones_of_pitches

__all__ = ["CLASSES", "REST", "Value", "values_of"]

REST = "R"
CLASSES = {"C": "chord-tone", "S": "scale-tone", "A": "approach", "X": "other", REST: "rest"}
"""The class of a value by its type."""

_VALUE = re.compile(r"([CSAXR]),(\d{1,4}\.\d{3})(?:,<([^,<>]{2,12}),([^,<>]{2,12})>)?")


@dataclass(frozen=True)
class Value:
    """A note or rest: its type, its length in ticks, and in which semitones from the note before it lies.

    `interval` (lower, upper) is `None` for rests and for the first note of a bar.
    """

    type: str
    ticks: int
    interval: tuple[int, int] | None = None

    @classmethod
    def parse(cls, symbol: str) -> Value:
        """The value that a symbol says; `DataError` if it says none."""
        match = _VALUE.fullmatch(symbol)
        ticks = round(float(match[2]) * TICKS_PER_QUARTER) if match else 0
        if match is None or not ticks:
            raise DataError(f"'{symbol:.40}' is no value of codec grammar; allowed: such as S,0.250,<m2,P-4>")
        if match[3] is None:
            return cls(match[1], ticks)
        ends = [semitones_of(name) for name in (match[3], match[4])]
        if None in ends or match[1] == REST:
            raise DataError(f"'{symbol:.40}' has no interval range that can be; allowed: such as <m2,P-4>")
        lower, upper = sorted(end for end in ends if end is not None)
        return cls(match[1], ticks, (lower, upper))

    @property
    def starts_bar(self) -> bool:
        """Whether it is the first note of a bar."""
        return self.interval is None and self.type != REST


def values_of(sheet: LeadSheet, *, rests: bool = False) -> list[str]:
    """The symbols of a lead sheet, note after note; `DataError` if it has no notes or no chords.

    Without `rests` the lengths are those of the performance, and silence is left out. With them it is not, and notes
    end at the bar line: so the values of each bar fill it.
    """
    if not sheet.notes:
        raise DataError(f"'{sheet.title}' has no notes")
    chords = _Chords(sheet)
    line = _cut_at_bar_lines(sheet) if rests else sheet.performance or sheet.notes
    symbols: list[str] = []
    tick, bar, before = 0, -1, 0
    for note in line:
        if rests:
            symbols += _rests(tick, note.start, sheet.chart.ticks_per_bar)
        is_first = note.start // sheet.chart.ticks_per_bar != bar
        bar = note.start // sheet.chart.ticks_per_bar
        tone_type = chords.at(note.start).type_of(note.pitch)
        symbols.append(_symbol(tone_type, note.duration) + ("" if is_first else _interval_range(before, note.pitch)))
        tick, before = note.end, note.pitch
    if rests:
        symbols += _rests(tick, sheet.chart.ticks, sheet.chart.ticks_per_bar)
    return symbols


class _Chords:
    """The chord of each note: the latest in its bar, else the bar's first, else the latest before, else the first."""

    def __init__(self, sheet: LeadSheet) -> None:
        if not sheet.accompaniment and all(change.chord.root is None for change in sheet.chart.changes):
            raise DataError(
                f"'{sheet.title}' has no chords, which codec grammar needs; set data.chords to changes such as"
                " 'Dm7 G7 | Cmaj7', or data.chord_track to a track that plays chords"
            )
        self._chart = sheet.chart
        self._voicings = sheet.accompaniment
        self._starts = [voicing.start for voicing in self._voicings]

    def at(self, tick: int) -> ToneTypes:
        """The types against the chord at `tick`."""
        if not self._voicings:
            return tones_of_chord(self._chart.chord_at(tick))
        bar = tick // self._chart.ticks_per_bar
        latest = bisect_right(self._starts, tick) - 1
        following = min(latest + 1, len(self._starts) - 1)
        if latest < 0 or (self._bar(latest) != bar and self._bar(following) == bar):
            latest = following
        return tones_of_pitches(self._voicings[latest].pitches)

    def _bar(self, index: int) -> int:
        return self._starts[index] // self._chart.ticks_per_bar


def _symbol(tone_type: str, ticks: int) -> str:
    return f"{tone_type},{ticks / TICKS_PER_QUARTER:.3f}"


@lru_cache(maxsize=16384)
def _interval_range(before: int, pitch: int) -> str:
    """A minor third above and below the interval from one MIDI pitch to another, by name."""
    steps, semitones = staff_step(pitch) - staff_step(before), pitch - before
    return f",<{interval_name(steps + 2, semitones + 3)},{interval_name(steps - 2, semitones - 3)}>"


def _cut_at_bar_lines(sheet: LeadSheet) -> Iterator[Note]:
    bar = sheet.chart.ticks_per_bar
    for note in sheet.notes:
        yield Note(note.start, min(note.duration, bar - note.start % bar), note.pitch)


def _rests(start: int, end: int, bar: int) -> Sequence[str]:
    """Rests from `start` to `end`, none across a bar line."""
    symbols = []
    while start < end:
        stop = min(end, (start // bar + 1) * bar)
        symbols.append(_symbol(REST, stop - start))
        start = stop
    return symbols
