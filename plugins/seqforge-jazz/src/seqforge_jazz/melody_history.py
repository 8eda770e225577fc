"""What a model of the `melody` codec is told of the notes before: the last pitch, and what would repeat them.

Pitches are numbered from 0, the lowest of the alphabet, to 87. Rests and ties are no pitches: the last one stays.
The duration of a note is told of the note's own pitch as the last one; what would be a repetition follows from the
notes before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField
from seqforge_jazz.melody_context import CHART_FIELDS, NO_ROOT, PITCH_DUE, ROOTS, chart_columns
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, LOWEST_PITCH, PITCHES, REST, TIE, VOCABULARY
from seqforge_jazz.repeats import LONGEST_MATCH, continuations

__all__ = [
    "CONTEXT_FIELDS",
    "NO_DURATION",
    "NO_INTERVAL",
    "NO_PITCH",
    "NO_STEP",
    "NO_TOKEN",
    "REST_STEP",
    "History",
    "degrees",
    "history_of",
    "intervals",
    "steps",
    "with_history",
]

Ints = NDArray[np.int32]

NO_PITCH = len(PITCHES)
_WIDEST = 29
NO_INTERVAL = 2 * _WIDEST + 1

# a step of the line is an interval, or one of these
REST_STEP = NO_INTERVAL + 1
_TIE_STEP = NO_INTERVAL + 2
NO_STEP = NO_INTERVAL + 3

NO_DURATION = 0
"""In the place of a duration in ticks."""
NO_TOKEN = len(VOCABULARY)

HISTORY_FIELDS = (
    ContextField("last_pitch", NO_PITCH + 1),
    ContextField("last_to_root", ROOTS),  # semitones from the chord's root up to the last pitch, octaves apart
    ContextField("last_to_next_root", ROOTS),
    ContextField("last_interval", NO_INTERVAL + 1),  # from the pitch before the last one to the last one
    ContextField("repeated_step", NO_STEP + 1),  # that followed the longest earlier match of the last steps
    ContextField("matched_steps", LONGEST_MATCH + 1),
    ContextField("repeated_duration", LONGEST + 1),  # the same of durations
    ContextField("matched_durations", LONGEST_MATCH + 1),
    ContextField("repeated_token", NO_TOKEN + 1),  # the token that this step, or this duration, would be now
)
CONTEXT_FIELDS = (*CHART_FIELDS, *HISTORY_FIELDS)


class History(NamedTuple):
    """What was before each of N tokens, (N,) each."""

    last: Ints
    previous: Ints
    repeated_step: Ints
    matched_steps: Ints
    repeated_duration: Ints
    matched_durations: Ints


def history_of(tokens: Ints) -> History:
    """What was before each of the tokens (T,) of a whole line, pairs of pitch and duration."""
    is_pitch = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
    pitches = np.concatenate([[NO_PITCH, NO_PITCH], tokens[is_pitch] - PITCHES.start]).astype(np.int32)
    count: Ints = np.cumsum(is_pitch) - is_pitch
    last = pitches[count + 1]
    durations = tokens[1::2] - DURATIONS.start + 1
    repetitions = (
        *continuations(steps(last[0::2], tokens[0::2]), NO_STEP),
        *continuations(durations, NO_DURATION),
    )
    return History(last, pitches[count], *(np.repeat(values, 2) for values in repetitions))


def with_history(chart_part: Ints, history: History) -> Ints:
    """The whole context (N, F): the chart's fields (N, 8), then those of the history."""
    due, root, next_root = chart_columns(chart_part, "due", "root", "next_root")
    context = np.empty((len(chart_part), len(CONTEXT_FIELDS)), np.int32)
    context[:, : len(CHART_FIELDS)] = chart_part
    last = history.last
    columns = (
        last,
        degrees(last, root),
        degrees(last, next_root),
        intervals(history.previous, last),
        history.repeated_step,
        history.matched_steps,
        history.repeated_duration,
        history.matched_durations,
        np.where(due == PITCH_DUE, _step_tokens(history), _duration_tokens(history)),
    )
    for column, values in enumerate(columns, len(CHART_FIELDS)):
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


def steps(last: Ints, tokens: Ints) -> Ints:
    """The steps from the last pitches to the tokens where a pitch is due, (N,) each."""
    moves = intervals(last, tokens - PITCHES.start)
    return np.where(tokens == REST, REST_STEP, np.where(tokens == TIE, _TIE_STEP, moves)).astype(np.int32)


def _step_tokens(history: History) -> Ints:
    step, last = history.repeated_step, history.last
    pitches = last + step - _WIDEST
    is_pitch = (step < NO_INTERVAL) & (last != NO_PITCH) & (pitches >= 0) & (pitches < len(PITCHES))
    tokens = np.where(is_pitch, pitches + PITCHES.start, NO_TOKEN)
    tokens[step == REST_STEP] = REST
    tokens[step == _TIE_STEP] = TIE
    return tokens


def _duration_tokens(history: History) -> Ints:
    duration = history.repeated_duration
    return np.where(duration == NO_DURATION, NO_TOKEN, duration + DURATIONS.start - 1).astype(np.int32)
