"""Walking melodies along their charts: what comes next, what is allowed, when the last bar line is reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.melody_context import DURATION_DUE, PITCH_DUE, context_table
from seqforge_jazz.melody_history import NO_DURATION, NO_PITCH, NO_STEP, REST_STEP, History, steps, with_history
from seqforge_jazz.melody_steering import steering_of
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES, REST, TIE, VOCABULARY, pitch_token
from seqforge_jazz.melody_walk import Walk
from seqforge_jazz.repeats import Continuation

__all__ = ["MelodyGuides"]

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

# what was before the pitch that is due; each has a row of allowed tokens
_START, _NOTE, _LONGEST_NOTE, _RESTED, _LONGEST_REST = range(5)

# what `MelodyGuides` holds for each sequence
_ARRAYS = ("_which", "_offset", "_ticks", "_tick", "_before", "_step", "_last_pitch", "_previous_pitch", "done")
_CONTINUATIONS = ("_steps", "_durations")


def _duration_rows() -> Bools:
    """(LONGEST + 1, V): row r allows the durations that fit into r ticks; row 0 is never looked at, and not empty."""
    rows = np.zeros((LONGEST + 1, len(VOCABULARY)), np.bool_)
    for left in range(LONGEST + 1):
        rows[left, DURATIONS.start : DURATIONS.start + max(left, 1)] = True
    return rows


def _pitch_rows(walk: Walk) -> Bools:
    """(5, V): what may follow. A note is tied, or a rest goes on, only after the longest duration there is."""
    rows = np.zeros((5, len(VOCABULARY)), np.bool_)
    rows[:, pitch_token(walk.lowest) : pitch_token(walk.highest) + 1] = True
    rows[:, REST] = True
    rows[_RESTED, REST] = False
    rows[_LONGEST_NOTE, TIE] = True
    return rows


_DURATION_ROWS = _duration_rows()


class MelodyGuides:
    """Guides for a batch; those of equal walks share their tables.

    Pitch and duration alternate, so the same is due in every sequence. What is kept of those that are done means
    nothing.
    """

    def __init__(self, walks: Sequence[Walk]) -> None:
        known = {id(walk): walk for walk in walks}  # most are one object, and to hash a chart takes long
        distinct = list(dict.fromkeys(known.values()))
        numbers = {name: distinct.index(walk) for name, walk in known.items()}
        tables = [context_table(walk.chart) for walk in distinct]
        lengths = np.array([walk.chart.ticks for walk in distinct])
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        which = np.array([numbers[id(walk)] for walk in walks])
        self._table = np.concatenate(tables, axis=1)  # (2, all ticks, F)
        self._pitch_rows = np.stack([_pitch_rows(walk) for walk in distinct])  # (walks, 5, V)
        self._due = PITCH_DUE
        self._count = 0  # of tokens so far
        self._which = which
        self._offset = offsets[which]
        self._ticks = lengths[which]
        self._tick = np.zeros(len(walks), np.int64)
        self._before = np.full(len(walks), _START, np.int64)
        self._step = np.full(len(walks), NO_STEP, np.int32)  # the note whose duration is due
        self._last_pitch = np.full(len(walks), NO_PITCH, np.int32)
        self._previous_pitch = np.full(len(walks), NO_PITCH, np.int32)
        self._steps = Continuation(len(walks), NO_STEP)
        self._durations = Continuation(len(walks), NO_DURATION)
        self._steering = steering_of(distinct, which)
        self.done: Bools = np.zeros(len(walks), np.bool_)

    def context(self) -> Ints:
        """See `seqforge.Guides.context`."""
        chart_part = self._table[self._due, self._offset + np.minimum(self._tick, self._ticks - 1)]
        return with_history(
            chart_part,
            History(
                self._last_pitch,
                self._previous_pitch,
                self._steps.following,
                self._steps.lengths,
                self._durations.following,
                self._durations.lengths,
            ),
        )

    def allowed(self) -> NDArray[Any]:
        """See `seqforge.Guides.allowed`: factors if a density is wished for."""
        if self._due == DURATION_DUE:
            rows: NDArray[Any] = _DURATION_ROWS[np.minimum(self._ticks - self._tick, LONGEST)]
        else:
            rows = self._pitch_rows[self._which, self._before]
        for steering in self._steering:
            rows = steering.steered(rows, self._due, self._tick, self._count)
        return rows

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`; tokens are those that `allowed` allows."""
        if self._due == PITCH_DUE:
            self._accept_pitches(tokens)
            self._due = DURATION_DUE
        else:
            self._accept_durations(np.where(self.done, 0, tokens - DURATIONS.start + 1))
            self._due = PITCH_DUE
        self._count += 1

    def _accept_pitches(self, tokens: Ints) -> None:
        self._step = steps(self._last_pitch, tokens)
        sounds = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
        self._previous_pitch = np.where(sounds, self._last_pitch, self._previous_pitch)
        self._last_pitch = np.where(sounds, tokens - PITCHES.start, self._last_pitch)
        for steering in self._steering:
            steering.accept_pitches(tokens, self._tick)

    def _accept_durations(self, lengths: Ints) -> None:
        self._steps.append(self._step)
        self._durations.append(lengths)
        self._tick += lengths
        rests = self._step == REST_STEP
        self._before = np.where(rests, _RESTED, _NOTE) + (lengths == LONGEST)
        self.done = self._tick >= self._ticks

    def select(self, rows: Ints) -> MelodyGuides:
        """See `seqforge.Guides.select`."""
        chosen = object.__new__(MelodyGuides)
        chosen._table, chosen._pitch_rows = self._table, self._pitch_rows
        chosen._due, chosen._count = self._due, self._count
        chosen._steering = tuple(steering.select(rows) for steering in self._steering)
        for name in _ARRAYS:
            setattr(chosen, name, getattr(self, name)[rows])
        for name in _CONTINUATIONS:
            setattr(chosen, name, getattr(self, name).select(rows))
        return chosen
