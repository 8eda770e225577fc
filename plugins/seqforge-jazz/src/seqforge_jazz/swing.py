"""When a tick of the straight grid is heard: the off-beat eighth moves, in files of notes and in sound alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seqforge_jazz.arrangement import PlayedNote
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PULSES_PER_QUARTER", "PULSES_PER_TICK", "heard_seconds", "swung"]

PULSES_PER_QUARTER = 480
PULSES_PER_TICK = PULSES_PER_QUARTER // TICKS_PER_QUARTER


def swung(swing: float, notes: Sequence[PlayedNote]) -> Callable[[int], int]:
    """From ticks of the grid to pulses: the off-beat eighth moves, what stands around it is stretched with it.

    Beats stay where they are and the order is kept. A beat of `notes` in triplets is not moved: it swings as it is.
    """
    even = {
        tick // TICKS_PER_QUARTER
        for note in notes
        for tick in (note.start, note.start + note.duration)
        if tick % TICKS_PER_QUARTER in (4, 8)
    }
    half = TICKS_PER_QUARTER / 2

    def pulse(tick: int) -> int:
        beat, place = divmod(tick, TICKS_PER_QUARTER)
        if beat in even or swing == 0.5:
            return tick * PULSES_PER_TICK
        before, after = min(place, half) / half, max(place - half, 0) / half
        return beat * PULSES_PER_QUARTER + round(PULSES_PER_QUARTER * (swing * before + (1 - swing) * after))

    return pulse


def heard_seconds(sheet: LeadSheet, notes: Sequence[PlayedNote]) -> list[tuple[float, float]]:
    """Start and end of each note in seconds from the beginning, as the MIDI file and the sound have them."""
    pulse = swung(sheet.swing, notes)
    seconds = 60 / sheet.tempo_bpm / PULSES_PER_QUARTER
    return [(pulse(note.start) * seconds, pulse(note.start + note.duration) * seconds) for note in notes]
