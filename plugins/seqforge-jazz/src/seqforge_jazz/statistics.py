"""Measures of a solo, and where human solos lie.

Entropy and grooving similarity are those of Wu and Yang, "The Jazz Transformer on the Front Line" (ISMIR 2020,
arXiv 2008.01307). The ranges hold the middle 90 % of the Weimar Jazz Database (456 solos, Jazzomat Research Project):
onsets from bar, beat, tatum and division on the grid of 1/12 quarter; the three measures that need bars over its 434
solos in 4/4; the last one under a model that did not see the solo's tune. They are ranges to fall into, not scores to
maximise: a loop has a grooving similarity of 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = [
    "GROOVING_POSITIONS",
    "HUMAN_RANGES",
    "HumanRange",
    "chord_tone_share",
    "grooving_similarity",
    "interval_share",
    "intervals",
    "is_strong",
    "measures",
    "notes_a_beat",
    "offbeat_share",
    "outside",
    "pitch_class_entropy",
    "pitch_range",
    "scale_tone_share",
]

GROOVING_POSITIONS = 64
"""Onset positions a bar that grooving similarity tells apart."""

_SOURCE = "Weimar Jazz Database, 5 % to 95 %"


@dataclass(frozen=True)
class HumanRange:
    """Where the middle 90 % of human solos lie: `low` to `high`, both inclusive, in `unit`."""

    title: str
    low: float
    high: float
    unit: str
    source: str = _SOURCE

    def contains(self, value: float) -> bool:
        """Whether `value` lies inside; never true for NaN."""
        return self.low <= value <= self.high


HUMAN_RANGES: Mapping[str, HumanRange] = MappingProxyType(
    {
        "h1": HumanRange("pitch-class entropy, 1 bar", 1.41, 2.55, "bits"),
        "h4": HumanRange("pitch-class entropy, 4 bars", 2.45, 3.27, "bits"),
        "grooving": HumanRange("grooving similarity", 0.750, 0.918, "share"),
        "chord_tones": HumanRange("chord tones", 0.376, 0.627, "share of notes"),
        "steps": HumanRange("steps of 1 or 2 semitones", 0.38, 0.69, "share of intervals"),
        "leaps": HumanRange("leaps of more than 4 semitones", 0.07, 0.23, "share of intervals"),
        "repeats": HumanRange("repeated notes", 0.007, 0.144, "share of intervals"),
        "offbeats": HumanRange("onsets off the beat", 0.52, 0.85, "share of notes"),
        "interval_nats": HumanRange("surprise under a 4-gram of human intervals", 2.13, 2.86, "nats an interval"),
    }
)
"""The range of each measure, by its name in `measures`; `interval_nats` needs a corpus and is not among those."""


def measures(sheet: LeadSheet) -> dict[str, float]:
    """Every measure that needs nothing but the solo; NaN where it has too few notes for one."""
    notes, steps = sheet.notes, intervals(note.pitch for note in sheet.notes)
    ticks_per_bar = sheet.chart.ticks_per_bar
    return {
        "h1": pitch_class_entropy(notes, ticks_per_bar, window_bars=1),
        "h4": pitch_class_entropy(notes, ticks_per_bar, window_bars=4),
        "grooving": grooving_similarity(notes, ticks_per_bar),
        "chord_tones": chord_tone_share(notes, sheet.chart),
        "steps": interval_share(steps, 1, 2),
        "leaps": interval_share(steps, 5, 127),
        "repeats": interval_share(steps, 0, 0),
        "offbeats": offbeat_share(notes),
    }


def outside(values: Mapping[str, float]) -> dict[str, float]:
    """Those of `values`, by name of a measure, that do not lie in the human range."""
    return {name: value for name, value in values.items() if not HUMAN_RANGES[name].contains(value)}


def intervals(pitches: Iterable[int]) -> list[int]:
    """Semitones from each pitch to the next one, across rests too."""
    sequence = list(pitches)
    return [after - before for before, after in pairwise(sequence)]


def interval_share(steps: Sequence[int], smallest: int, largest: int) -> float:
    """The share of intervals whose size is `smallest` to `largest` semitones, up or down; NaN if there are none."""
    if not steps:
        return math.nan
    return sum(smallest <= abs(step) <= largest for step in steps) / len(steps)


def pitch_class_entropy(notes: Sequence[Note], ticks_per_bar: int, window_bars: int) -> float:
    """Mean entropy in bits of the pitch classes in every window of `window_bars` bars, moved bar by bar.

    Notes count in the bar of their onset, each once, from the first to the last bar that has one; windows without
    notes are left out. NaN if the notes span fewer bars than a window. Wu and Yang 2020, section 3.1.
    """
    bars: dict[int, Counter[int]] = {}
    for note in notes:
        bars.setdefault(note.start // ticks_per_bar, Counter())[note.pitch % 12] += 1
    entropies = []
    for first in range(min(bars, default=0), max(bars, default=-1) + 2 - window_bars):
        window = sum((bars[bar] for bar in range(first, first + window_bars) if bar in bars), Counter[int]())
        if window:
            shares = [count / window.total() for count in window.values()]
            entropies.append(-sum(share * math.log2(share) for share in shares))
    return sum(entropies) / len(entropies) if entropies else math.nan


def grooving_similarity(notes: Sequence[Note], ticks_per_bar: int) -> float:
    """Mean share of 64 onset positions in which two bars agree, over all pairs of bars; 1 for a rhythmic loop.

    Bars go from the first to the last one with an onset; NaN for a single bar. Wu and Yang 2020, section 3.2.
    """
    if not notes:
        return math.nan
    first_bar = notes[0].start // ticks_per_bar
    bars = notes[-1].start // ticks_per_bar - first_bar + 1
    onsets = np.zeros((bars, GROOVING_POSITIONS), dtype=np.int64)
    for note in notes:
        bar, tick = divmod(note.start, ticks_per_bar)
        onsets[bar - first_bar, tick * GROOVING_POSITIONS // ticks_per_bar] = 1
    if bars < 2:
        return math.nan
    # Of all ordered pairs of bars, those that differ in a position: one has an onset there, the other has none.
    with_onset = onsets.sum(axis=0)
    differing = int((2 * with_onset * (bars - with_onset)).sum())
    return 1.0 - differing / (bars * (bars - 1) * GROOVING_POSITIONS)


def chord_tone_share(notes: Sequence[Note], chart: Chart) -> float:
    """The share of notes that belong to the triad, sixth or seventh of the chord at their onset.

    Notes over no chord (N.C.) are left out; NaN if no note is left.
    """
    hits = total = 0
    for note in notes:
        tones = chart.chord_at(note.start).tones
        total += bool(tones)
        hits += note.pitch % 12 in tones
    return hits / total if total else math.nan


def scale_tone_share(notes: Sequence[Note], chart: Chart) -> float:
    """The share of notes that belong to the usual scale of the chord at their onset, chord tones among them.

    Notes over no chord (N.C.) are left out; NaN if no note is left.
    """
    hits = total = 0
    for note in notes:
        scale = chart.chord_at(note.start).scale
        total += bool(scale)
        hits += note.pitch % 12 in scale
    return hits / total if total else math.nan


def is_strong(note: Note, beats_per_bar: int) -> bool:
    """Whether the note starts on a strong beat: the first of a bar, and the third of four."""
    beat, tick = divmod(note.start, TICKS_PER_QUARTER)
    return tick == 0 and beat % beats_per_bar in (0, 2 if beats_per_bar == 4 else 0)


def pitch_range(notes: Sequence[Note]) -> float:
    """Semitones from the lowest to the highest pitch; NaN without notes."""
    pitches = [note.pitch for note in notes]
    return float(max(pitches) - min(pitches)) if pitches else math.nan


def notes_a_beat(notes: Sequence[Note], ticks_per_bar: int) -> float:
    """Notes a quarter, from the first to the last bar in which one starts; NaN without notes."""
    if not notes:
        return math.nan
    bars = notes[-1].start // ticks_per_bar - notes[0].start // ticks_per_bar + 1
    return len(notes) * TICKS_PER_QUARTER / (bars * ticks_per_bar)


def offbeat_share(notes: Sequence[Note]) -> float:
    """The share of onsets that do not fall on a beat; NaN without notes."""
    if not notes:
        return math.nan
    return sum(note.start % TICKS_PER_QUARTER != 0 for note in notes) / len(notes)
