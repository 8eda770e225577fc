"""A lead sheet: a chart and one line of notes over it."""

from __future__ import annotations

from dataclasses import dataclass

from seqforge import DataError
from seqforge_jazz.charts import Chart


@dataclass(frozen=True, slots=True)
class Note:
    """A note: `start` and `duration` in ticks (12 a quarter), `pitch` as a MIDI number that sounds (60 is C4)."""

    start: int
    duration: int
    pitch: int

    @property
    def end(self) -> int:
        """The tick at which the note is over."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Voicing:
    """Notes struck together: `start` and `duration` in ticks (12 a quarter), `pitches` as MIDI numbers, as played."""

    start: int
    duration: int
    pitches: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LeadSheet:
    """A line over a chart: `notes` in order, one at a time, inside the chart.

    `key` is written `C`, `Bb` or `Dm`. `tempo_bpm` counts quarters a minute. `swing` is the share of a beat that its
    first eighth takes, 0.5 being straight. `instrument` names one of `INSTRUMENTS`; `pitch_range` is where its line was
    asked to stay (MIDI, inclusive), if it was. `group` is what must not straddle a split into training and test data;
    `citation` says where the music comes from.

    What a file played may say more: `accompaniment` holds its chords, `performance` its line with lengths that
    overlap; both are in order of their starts, and empty where nobody played.
    """

    title: str
    chart: Chart
    notes: tuple[Note, ...]
    key: str = "C"
    tempo_bpm: float = 160
    swing: float = 0.62
    style: str = ""
    instrument: str = "tenor-sax"
    group: str = ""
    citation: str = ""
    accompaniment: tuple[Voicing, ...] = ()
    performance: tuple[Note, ...] = ()
    pitch_range: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        over = 0
        for number, note in enumerate(self.notes, start=1):
            if note.duration < 1 or not 0 <= note.pitch <= 127:
                raise DataError(f"'{self.title}', note {number}: {note}; allowed: duration from 1, pitch 0 to 127")
            if note.start < over:
                raise DataError(
                    f"'{self.title}', note {number} starts at tick {note.start}, before the one ahead of it ends"
                    f" ({over}); a lead sheet holds one note at a time, in order"
                )
            over = note.end
        if over > self.chart.ticks:
            raise DataError(f"'{self.title}' has notes up to tick {over}; its chart ends at {self.chart.ticks}")

    def __str__(self) -> str:
        bars = self.chart.bars
        return f"{self.title}: {bars} bar{'s' if bars != 1 else ''}, {len(self.notes)} notes, {self.tempo_bpm:g} bpm"
