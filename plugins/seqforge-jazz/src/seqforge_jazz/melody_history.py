"""What a model of the `melody` codec is told of the notes before: the last pitch, and how it lies to the chords.

Pitches are numbered from 0, the lowest of the alphabet, to 87. Rests and ties are no pitches: the last one stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField
from seqforge_jazz.melody_context import CHART_FIELDS, NO_ROOT, ROOTS, chart_columns
from seqforge_jazz.melody_vocabulary import LOWEST_PITCH, PITCHES

__all__ = ["CONTEXT_FIELDS", "NO_INTERVAL", "NO_PITCH", "degrees", "intervals", "pitches_before", "with_history"]

Ints = NDArray[np.int32]

NO_PITCH = len(PITCHES)
_WIDEST = 29
NO_INTERVAL = 2 * _WIDEST + 1

HISTORY_FIELDS = (
    ContextField("last_pitch", NO_PITCH + 1),
    ContextField("last_to_root", ROOTS),  # semitones from the chord's root up to the last pitch, octaves apart
    ContextField("last_to_next_root", ROOTS),
    ContextField("last_interval", NO_INTERVAL + 1),  # from the pitch before the last one to the last one
)
CONTEXT_FIELDS = (*CHART_FIELDS, *HISTORY_FIELDS)


def pitches_before(tokens: Ints) -> tuple[Ints, Ints]:
    """The last pitch before each token, and the one before that, (T,) each."""
    is_pitch = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
    pitches = np.concatenate([[NO_PITCH, NO_PITCH], tokens[is_pitch] - PITCHES.start]).astype(np.int32)
    count: Ints = np.cumsum(is_pitch) - is_pitch
    return pitches[count + 1], pitches[count]


def with_history(chart_part: Ints, last: Ints, previous: Ints) -> Ints:
    """The whole context (N, F): the chart's fields (N, 8), then those of the pitches `last` and `previous` (N,)."""
    root, next_root = chart_columns(chart_part, "root", "next_root")
    context = np.empty((len(chart_part), len(CONTEXT_FIELDS)), np.int32)
    context[:, : len(CHART_FIELDS)] = chart_part
    history = (last, degrees(last, root), degrees(last, next_root), intervals(previous, last))
    for column, values in enumerate(history, len(CHART_FIELDS)):
        context[:, column] = values
    return context


def degrees(pitches: Ints, roots: Ints) -> Ints:
    """Semitones from the roots up to the pitches, octaves apart: 0 to 11; 12 where there is no pitch or no root."""
    known = (pitches != NO_PITCH) & (roots != NO_ROOT)
    return np.where(known, (pitches + LOWEST_PITCH - roots) % 12, NO_ROOT).astype(np.int32)


def intervals(before: Ints, after: Ints) -> Ints:
    """Semitones from pitch to pitch as 0 (29 down, or more) to 58 (29 up, or more); 59 where one is missing."""
    known = (before != NO_PITCH) & (after != NO_PITCH)
    return np.where(known, np.clip(after - before, -_WIDEST, _WIDEST) + _WIDEST, NO_INTERVAL).astype(np.int32)
