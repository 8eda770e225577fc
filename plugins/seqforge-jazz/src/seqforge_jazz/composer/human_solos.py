"""Human solos to compare etudes with: the developer's copy of the Weimar Jazz Database, as compressed JSON.

The file is a list of solos, each with `name` (`Performer_Tune-Take_Solo`), `notes` as [bar, beat, tatum, division,
onset in seconds, duration in seconds, pitch] and `beats` as [bar, beat, onset in seconds, chord, form, chorus].
Nothing of it enters the etudes: it only says which of them sound unlike human lines.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforge import DataError
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.interval_model import IntervalModel
from seqforge_jazz.statistics import intervals

__all__ = ["HumanSolo", "human_interval_model", "read_human_solos"]


@dataclass(frozen=True)
class HumanSolo:
    """A transcribed solo on the grid: `onsets` in ticks from its first bar line, and the `pitches` there."""

    name: str
    tune: str
    beats_per_bar: int
    onsets: tuple[int, ...]
    pitches: tuple[int, ...]
    chords: tuple[tuple[int, str], ...]

    @property
    def intervals(self) -> list[int]:
        """Semitones from note to note."""
        return intervals(self.pitches)


def read_human_solos(path: Path) -> tuple[HumanSolo, ...]:
    """Read every solo in the file; of notes that meet on one place of the grid the first is kept."""
    try:
        solos = json.loads(lzma.decompress(path.read_bytes()))
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise DataError(f"{path} is no list of solos in xz-compressed JSON: {error}") from error
    return tuple(_solo(solo) for solo in solos)


def human_interval_model(solos: Iterable[HumanSolo], order: int = 4) -> IntervalModel:
    """Count an n-gram of the solos' intervals."""
    return IntervalModel((solo.intervals for solo in solos), order)


def _solo(solo: dict[str, Any]) -> HumanSolo:
    beats = solo["beats"]
    beats_per_bar: int = max(beat[1] for beat in beats)
    first_bar: int = min(beats[0][0], min(note[0] for note in solo["notes"]))

    def tick(bar: int, beat: int) -> int:
        return ((bar - first_bar) * beats_per_bar + beat - 1) * TICKS_PER_QUARTER

    notes: dict[int, int] = {}
    for bar, beat, tatum, division, _, _, pitch in solo["notes"]:
        notes.setdefault(tick(bar, beat) + round(TICKS_PER_QUARTER * (tatum - 1) / division), pitch)
    onsets = tuple(sorted(notes))
    return HumanSolo(
        name=solo["name"],
        tune=solo["name"].split("_")[1].rstrip("0123456789").rstrip("-"),
        beats_per_bar=beats_per_bar,
        onsets=onsets,
        pitches=tuple(notes[onset] for onset in onsets),
        chords=tuple((tick(beat[0], beat[1]), beat[3]) for beat in beats if beat[3]),
    )
