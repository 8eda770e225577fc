"""The rhythm of a phrase: cells, beat by beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.phrases import Phrase
from seqforge_jazz.composer.style import CELLS, Style

__all__ = ["Slot", "rhythm_of"]


@dataclass(frozen=True)
class Slot:
    """A note that has no pitch yet, in ticks."""

    start: int
    duration: int


def rhythm_of(generator: np.random.Generator, style: Style, phrase: Phrase, beats_per_bar: int) -> tuple[Slot, ...]:
    """Slots from the first to the last onset of `phrase` without a gap, the last one until its end."""
    durations = list(_lead_in(phrase))
    tick = phrase.start + sum(durations)
    before = ""
    while phrase.last_onset - tick >= TICKS_PER_QUARTER:
        beat = tick // TICKS_PER_QUARTER % beats_per_bar
        room = min(phrase.last_onset - tick, (beats_per_bar - beat) * TICKS_PER_QUARTER)
        before = _cell(generator, style, weak=beat % 2 == 1, room=room, before=before)
        durations.extend(CELLS[before])
        tick += sum(CELLS[before])
    if tick < phrase.last_onset:
        durations.append(phrase.last_onset - tick)
    durations.append(phrase.end - phrase.last_onset)
    return _slots(phrase.start, durations)


def _lead_in(phrase: Phrase) -> tuple[int, ...]:
    """Give the durations until the first beat: an eighth, or what is left of a triplet."""
    left = -phrase.start % TICKS_PER_QUARTER
    return (4,) * (left // 4) if left % 4 == 0 else (left,)


def _cell(generator: np.random.Generator, style: Style, *, weak: bool, room: int, before: str) -> str:
    """Choose a cell by the place in the bar; a cell other than eighths seldom comes twice running."""
    options = []
    for name, weights in style.cells.items():
        fits = sum(CELLS[name]) <= room
        again = 0.4 if name == before and name != "eighths" else 1.0
        options.append((name, weights[weak] * fits * again))
    return pick(generator, options)


def _slots(start: int, durations: list[int]) -> tuple[Slot, ...]:
    slots = []
    for duration in durations:
        slots.append(Slot(start, duration))
        start += duration
    return tuple(slots)
