"""What the `melody` codec tells a model about the token to come."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import FAMILIES, KINDS, Chord

__all__ = ["CONTEXT_FIELDS", "DURATION_DUE", "PITCH_DUE", "context_table", "transposed_context"]

PITCH_DUE, DURATION_DUE = 0, 1
_LONGEST_BAR = 4 * TICKS_PER_QUARTER
_MOST_BEATS = 8
_NO_ROOT = 12

CONTEXT_FIELDS = (
    ContextField("due", 2),  # a pitch or a duration
    ContextField("meter", 2),  # 3/4 or 4/4
    ContextField("place", _LONGEST_BAR),  # tick in the bar at which the note starts
    ContextField("root", 13),  # of the chord under the note's start; 12 where no chord sounds
    ContextField("kind", len(KINDS)),
    ContextField("family", len(FAMILIES)),
    ContextField("next_root", 13),  # of the chord after it
    ContextField("next_family", len(FAMILIES)),
    ContextField("beats_to_next", _MOST_BEATS + 1),  # until that chord, rounded up, 8 at most
)
_ROOT_COLUMNS = [index for index, field in enumerate(CONTEXT_FIELDS) if field.name in ("root", "next_root")]


@lru_cache(maxsize=256)
def context_table(chart: Chart) -> NDArray[np.int32]:
    """The context of a token of a note that starts at each tick, (2, ticks, F): pitch due, and duration due."""
    table = np.zeros((2, chart.ticks, len(CONTEXT_FIELDS)), np.int32)
    table[DURATION_DUE, :, 0] = DURATION_DUE
    table[:, :, 1] = chart.beats_per_bar - 3
    table[:, :, 2] = np.arange(chart.ticks) % chart.ticks_per_bar
    spans = chart.spans()
    for index, (start, end, chord) in enumerate(spans):
        following = spans[(index + 1) % len(spans)][2]
        table[:, start:end, 3:8] = (*_chord_values(chord), *_next_values(following))
        ticks_left = end - np.arange(start, end)
        table[:, start:end, 8] = np.minimum(-(-ticks_left // TICKS_PER_QUARTER), _MOST_BEATS)
    table.setflags(write=False)
    return table


def transposed_context(context: NDArray[np.int32], semitones: int) -> NDArray[np.int32]:
    """The context (T, F) of the same music `semitones` higher."""
    moved = context.copy()
    for column in _ROOT_COLUMNS:
        roots = context[:, column]
        moved[:, column] = np.where(roots == _NO_ROOT, _NO_ROOT, (roots + semitones) % 12)
    return moved


def _chord_values(chord: Chord) -> tuple[int, int, int]:
    return _root(chord), KINDS.index(chord.kind), FAMILIES.index(chord.family)


def _next_values(chord: Chord) -> tuple[int, int]:
    return _root(chord), FAMILIES.index(chord.family)


def _root(chord: Chord) -> int:
    return _NO_ROOT if chord.root_pitch_class is None else chord.root_pitch_class
