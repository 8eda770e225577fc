"""What the chart tells a model of the `melody` codec about the token to come."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import FAMILIES, KINDS, Chord

__all__ = [
    "CHART_FIELDS",
    "DURATION_DUE",
    "NO_ROOT",
    "PITCH_DUE",
    "PLACES",
    "ROOTS",
    "chart_columns",
    "context_table",
    "transposed_context",
]

Ints = NDArray[np.int32]

PITCH_DUE, DURATION_DUE = 0, 1
NO_ROOT = 12
"""In the place of a root, where no chord sounds."""
ROOTS = NO_ROOT + 1

_TICKS_PER_BAR = (3 * TICKS_PER_QUARTER, 4 * TICKS_PER_QUARTER)
_MOST_BEATS = 8

PLACES = tuple((tick, ticks_per_bar) for ticks_per_bar in _TICKS_PER_BAR for tick in range(ticks_per_bar))
"""What each value of `place` says: the tick in the bar, and the ticks of the bar (36 or 48)."""

CHART_FIELDS = (
    ContextField("due", 2),  # a pitch or a duration
    ContextField("place", len(PLACES)),  # meter, and tick in the bar at which the note starts
    ContextField("root", ROOTS),  # of the chord under the note's start
    ContextField("kind", len(KINDS)),
    ContextField("family", len(FAMILIES)),
    ContextField("next_root", ROOTS),  # of the chord after it
    ContextField("next_family", len(FAMILIES)),
    ContextField("beats_to_next", _MOST_BEATS + 1),  # until that chord, rounded up, 8 at most
)
_COLUMNS = {field.name: column for column, field in enumerate(CHART_FIELDS)}


@lru_cache(maxsize=256)
def context_table(chart: Chart) -> Ints:
    """The chart's fields for a token of a note that starts at each tick, (2, ticks, F): pitch due, duration due."""
    table = np.zeros((2, chart.ticks, len(CHART_FIELDS)), np.int32)
    table[DURATION_DUE, :, 0] = DURATION_DUE
    table[:, :, 1] = PLACES.index((0, chart.ticks_per_bar)) + np.arange(chart.ticks) % chart.ticks_per_bar
    spans = chart.spans()
    for index, (start, end, chord) in enumerate(spans):
        following = spans[(index + 1) % len(spans)][2]
        table[:, start:end, 2:7] = (*_chord_values(chord), *_next_values(following))
        ticks_left = end - np.arange(start, end)
        table[:, start:end, 7] = np.minimum(-(-ticks_left // TICKS_PER_QUARTER), _MOST_BEATS)
    table.setflags(write=False)
    return table


def chart_columns(context: Ints, *names: str) -> tuple[Ints, ...]:
    """The named fields of the chart, (N,) each, from a context (N, F)."""
    return tuple(context[:, _COLUMNS[name]] for name in names)


def transposed_context(context: Ints, semitones: int) -> Ints:
    """The chart's fields (T, F) of the same music `semitones` higher, from a context that may hold more fields."""
    moved = context[:, : len(CHART_FIELDS)].copy()
    for name in ("root", "next_root"):
        roots = moved[:, _COLUMNS[name]]
        roots[:] = np.where(roots == NO_ROOT, NO_ROOT, (roots + semitones) % 12)
    return moved


def _chord_values(chord: Chord) -> tuple[int, int, int]:
    return _root(chord), KINDS.index(chord.kind), FAMILIES.index(chord.family)


def _next_values(chord: Chord) -> tuple[int, int]:
    return _root(chord), FAMILIES.index(chord.family)


def _root(chord: Chord) -> int:
    return NO_ROOT if chord.root_pitch_class is None else chord.root_pitch_class
