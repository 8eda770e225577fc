"""Chord charts: which chord sounds when, and the text that players write for it.

    Dm7 G7 | Cmaj7 | % | |: F-7b5 . . Bb7alt | Ebm6 :|

Bars are divided by `|` or by line ends. The chords of a bar share its beats evenly; what can't be shared goes to the
first ones (three chords in 4/4 take 2, 1 and 1 beats). `.` or `/` in the place of a chord holds the one before for
another share. `%` repeats the bar before, `|: ... :|` is played twice, with `1.` and `2.` in front of the bars of two
endings. A chart starts with `3/4` or `4/4` if it likes; without, it is in 4/4.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from seqforge_jazz import chart_text
from seqforge_jazz.chart_text import LARGEST_CHART, ChartError
from seqforge_jazz.chords import Chord

__all__ = ["LARGEST_CHART", "TICKS_PER_QUARTER", "Chart", "ChartError", "ChordChange"]

TICKS_PER_QUARTER = 12
"""The grid of everything in this package: charts, notes, tokens."""


@dataclass(frozen=True)
class ChordChange:
    """From `tick` on, `chord` sounds."""

    tick: int
    chord: Chord


@dataclass(frozen=True)
class Chart:
    """The chords of a piece: `bars` bars of `beats_per_bar` quarters (3 or 4), 12 ticks a quarter.

    `changes` are in order, the first at tick 0, each on a beat and to a chord that sounds other than the one before
    (`F#7` after `Gb7` is no change: so a chart has the same changes in every key).
    """

    beats_per_bar: int
    bars: int
    changes: tuple[ChordChange, ...]

    def __post_init__(self) -> None:
        if self.beats_per_bar not in (3, 4):
            raise ChartError(f"a chart has {self.beats_per_bar} beats a bar; allowed: 3 or 4")
        if not 1 <= self.bars <= LARGEST_CHART:
            raise ChartError(f"a chart has {self.bars} bars; allowed: 1 to {LARGEST_CHART}")
        ticks = [change.tick for change in self.changes]
        if not ticks or ticks[0] != 0 or ticks[-1] >= self.ticks or any(tick % TICKS_PER_QUARTER for tick in ticks):
            raise ChartError("chord changes must lie on the beats of the chart, the first one at its start")
        for before, after in zip(self.changes, self.changes[1:], strict=False):
            if after.tick <= before.tick or after.chord.sound == before.chord.sound:
                raise ChartError(f"tick {after.tick}: chord changes must be in order, each to another chord")

    @classmethod
    def parse(cls, text: str) -> Chart:
        """Return the chart that `text` writes out; `ChartError` names the bar that is wrong."""
        beats_per_bar, beats = chart_text.read(text)
        return cls.of_beats(beats_per_bar, beats)

    @classmethod
    def of_beats(cls, beats_per_bar: int, chords: Iterable[Chord]) -> Chart:
        """Return the chart with one of `chords` on every beat; a last bar that is not full is an error."""
        beats = tuple(chords)
        if not beats or beats_per_bar not in (3, 4) or len(beats) % beats_per_bar:
            raise ChartError(f"{len(beats)} beats do not make whole bars of {beats_per_bar}; allowed: bars of 3 or 4")
        changes = tuple(
            ChordChange(beat * TICKS_PER_QUARTER, chord)
            for beat, chord in enumerate(beats)
            if beat == 0 or chord.sound != beats[beat - 1].sound
        )
        return cls(beats_per_bar, len(beats) // beats_per_bar, changes)

    @property
    def ticks_per_bar(self) -> int:
        """36 or 48."""
        return self.beats_per_bar * TICKS_PER_QUARTER

    @property
    def ticks(self) -> int:
        """Length of the chart."""
        return self.bars * self.ticks_per_bar

    @property
    def text(self) -> str:
        """The canonical text, on one line, repeats written out: `Chart.parse(chart.text) == chart`."""
        return chart_text.write(self.beats_per_bar, self.beats)

    @property
    def beats(self) -> tuple[Chord, ...]:
        """The chord on every beat."""
        return tuple(chord for start, end, chord in self.spans() for _ in range((end - start) // TICKS_PER_QUARTER))

    @cached_property
    def _change_ticks(self) -> tuple[int, ...]:
        return tuple(change.tick for change in self.changes)

    def chord_at(self, tick: int) -> Chord:
        """Return the chord that sounds at `tick`; before the chart its first one, after it its last one."""
        return self.changes[max(bisect_right(self._change_ticks, tick) - 1, 0)].chord

    def spans(self) -> tuple[tuple[int, int, Chord], ...]:
        """Start tick, end tick and chord of each stretch under one chord, without gaps."""
        ends = (*self._change_ticks[1:], self.ticks)
        return tuple((change.tick, end, change.chord) for change, end in zip(self.changes, ends, strict=True))

    def transposed(self, semitones: int, letters: int | None = None) -> Chart:
        """Return the chart `semitones` higher; `letters` as in `Chord.transposed`."""
        changes = (ChordChange(change.tick, change.chord.transposed(semitones, letters)) for change in self.changes)
        return Chart(self.beats_per_bar, self.bars, tuple(changes))

    def repeated(self, choruses: int) -> Chart:
        """Return the chart played `choruses` times in a row."""
        if choruses < 1 or choruses * self.bars > LARGEST_CHART:
            most = LARGEST_CHART // self.bars
            raise ChartError(f"{choruses} choruses of {self.bars} bars; allowed: 1 to {most} choruses of this chart")
        return Chart.of_beats(self.beats_per_bar, self.beats * choruses)
