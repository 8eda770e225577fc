"""Walking melodies along their charts: what comes next, what is allowed, when the last bar line is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.charts import Chart
from seqforge_jazz.melody_context import DURATION_DUE, PITCH_DUE, context_table
from seqforge_jazz.melody_history import NO_PITCH, with_history
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES, REST, TIE, VOCABULARY, pitch_token

__all__ = ["MelodyGuides", "Walk"]

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

# what was before the pitch that is due; each has a row of allowed tokens
_START, _NOTE, _LONGEST_NOTE, _RESTED, _LONGEST_REST = range(5)

# the arrays of `MelodyGuides` that have a value for each sequence
_STATE = (
    "_which",
    "_offset",
    "_ticks",
    "_tick",
    "_due",
    "_before",
    "_resting",
    "_last_pitch",
    "_previous_pitch",
    "done",
)


@dataclass(frozen=True)
class Walk:
    """Where a guide leads: along a chart, within a range of pitches (MIDI, inclusive)."""

    chart: Chart
    lowest: int
    highest: int


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
    """Guides for a batch; those of equal walks share their tables."""

    def __init__(self, walks: Sequence[Walk]) -> None:
        distinct = list(dict.fromkeys(walks))
        tables = [context_table(walk.chart) for walk in distinct]
        lengths = np.array([walk.chart.ticks for walk in distinct])
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        which = np.array([distinct.index(walk) for walk in walks])
        self._table = np.concatenate(tables, axis=1)  # (2, all ticks, F)
        self._pitch_rows = np.stack([_pitch_rows(walk) for walk in distinct])  # (walks, 5, V)
        self._which = which
        self._offset = offsets[which]
        self._ticks = lengths[which]
        self._tick = np.zeros(len(walks), np.int64)
        self._due = np.full(len(walks), PITCH_DUE, np.int64)
        self._before = np.full(len(walks), _START, np.int64)
        self._resting = np.zeros(len(walks), np.bool_)
        self._last_pitch = np.full(len(walks), NO_PITCH, np.int32)
        self._previous_pitch = np.full(len(walks), NO_PITCH, np.int32)
        self.done: Bools = np.zeros(len(walks), np.bool_)

    def context(self) -> Ints:
        """See `seqforge.Guides.context`."""
        chart_part = self._table[self._due, self._offset + np.minimum(self._tick, self._ticks - 1)]
        return with_history(chart_part, self._last_pitch, self._previous_pitch)

    def allowed(self) -> Bools:
        """See `seqforge.Guides.allowed`."""
        left = np.minimum(self._ticks - self._tick, LONGEST)
        pitches: Bools = self._pitch_rows[self._which, self._before]
        return np.where((self._due == DURATION_DUE)[:, None], _DURATION_ROWS[left], pitches)

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`; tokens are those that `allowed` allows."""
        active = ~self.done
        pitch = active & (self._due == PITCH_DUE)
        duration = active & (self._due == DURATION_DUE)
        self._resting = np.where(pitch, tokens == REST, self._resting)
        sounds = pitch & (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
        self._previous_pitch = np.where(sounds, self._last_pitch, self._previous_pitch)
        self._last_pitch = np.where(sounds, tokens - PITCHES.start, self._last_pitch)
        self._due = np.where(pitch, DURATION_DUE, np.where(duration, PITCH_DUE, self._due))
        length = tokens - DURATIONS.start + 1
        self._tick = np.where(duration, self._tick + length, self._tick)
        is_longest = length == LONGEST
        after_note = np.where(is_longest, _LONGEST_NOTE, _NOTE)
        after_rest = np.where(is_longest, _LONGEST_REST, _RESTED)
        self._before = np.where(duration, np.where(self._resting, after_rest, after_note), self._before)
        self.done = self.done | (duration & (self._tick >= self._ticks))

    def select(self, rows: Ints) -> MelodyGuides:
        """See `seqforge.Guides.select`."""
        chosen = object.__new__(MelodyGuides)
        chosen._table, chosen._pitch_rows = self._table, self._pitch_rows
        for name in _STATE:
            setattr(chosen, name, getattr(self, name)[rows])
        return chosen
