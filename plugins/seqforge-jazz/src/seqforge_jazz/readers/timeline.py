"""Meter and tempo of a stretch of a MIDI file."""

from __future__ import annotations

from dataclasses import dataclass

from seqforge import DataError
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.readers.midi_file import Marking, MidiFile

__all__ = ["Meter", "meter_of", "tempo_of"]

_BAR_QUARTERS = {"4/4": 4, "2/2": 4, "2/4": 4, "3/4": 3}
"""Beats of a chart's bar; two bars of 2/4 are played as one of 4/4."""

SLOWEST_BPM, FASTEST_BPM = 20.0, 500.0
_USUAL_TEMPO = 500_000  # microseconds a quarter, where a file says nothing


@dataclass(frozen=True)
class Meter:
    """Bars of `beats_per_bar` quarters, one of which begins at `origin` (ticks)."""

    beats_per_bar: int
    origin: int

    def bar_line(self, tick: int) -> int:
        """The last bar line that is not behind `tick`."""
        bar = self.beats_per_bar * TICKS_PER_QUARTER
        return max(self.origin + (tick - self.origin) // bar * bar, 0)


def meter_of(file: MidiFile, start: int, end: int) -> Meter:
    """The one meter from pulse `start` to pulse `end`; `DataError` if there are more, or it is neither 3/4 nor 4/4."""
    changes = _changes(file.meters, Marking(0, "4/4"))
    at_start = max(index for index, change in enumerate(changes) if index == 0 or change.pulse <= start)
    meter = changes[at_start]
    way_out = "set data.from_quarter and data.to_quarter to a stretch in 3/4 or 4/4"
    for change in changes[at_start + 1 :]:
        if change.pulse < end:
            quarter = change.pulse / file.pulses_per_quarter
            raise DataError(f"the meter changes from {meter.value} to {change.value} at quarter {quarter:g}; {way_out}")
    if meter.value not in _BAR_QUARTERS:
        raise DataError(f"the meter is {meter.value}; allowed: 3/4 or 4/4; {way_out}")
    return Meter(_BAR_QUARTERS[meter.value], round(meter.pulse * TICKS_PER_QUARTER / file.pulses_per_quarter))


def tempo_of(file: MidiFile, start: int, end: int, wanted_bpm: float) -> tuple[float, tuple[str, ...]]:
    """Quarters a minute, and what is to be said of it: the wanted tempo, or the file's at pulse `start`."""
    if wanted_bpm:
        return wanted_bpm, ()
    changes = _changes(file.tempos, Marking(0, _USUAL_TEMPO))
    at_start = max(index for index, change in enumerate(changes) if index == 0 or change.pulse <= start)
    microseconds = changes[at_start].value
    tempo_bpm = round(60e6 / microseconds, 2) if microseconds else 0.0
    if not SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
        raise DataError(
            f"the tempo is {microseconds} microseconds a quarter; allowed: {SLOWEST_BPM:g} to {FASTEST_BPM:g} quarters"
            " a minute; set data.tempo"
        )
    later = sum(change.pulse < end for change in changes[at_start + 1 :])
    if not later:
        return tempo_bpm, ()
    times = "once" if later == 1 else f"{later} times"
    return tempo_bpm, (f"tempo: changes {times}, the first is kept ({tempo_bpm:g}); data.tempo sets another",)


def _changes(markings: list[Marking], usual: Marking) -> list[Marking]:
    """The markings that change something; the last counts of those at one pulse."""
    by_pulse = {marking.pulse: marking for marking in [usual, *markings]}
    changes: list[Marking] = []
    for marking in by_pulse.values():
        if not changes or marking.value != changes[-1].value:
            changes.append(marking)
    return changes
