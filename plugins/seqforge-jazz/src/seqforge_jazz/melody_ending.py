"""Endings of a batch of melodies: the last note is a tone of the chord under it, or its root.

A note that may not be the last one ends so early that one that may be still has room. From the last beat on, only
such notes begin. Where no chord sounds (N.C.), any note may be the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import RequestError
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.chords import Chord
from seqforge_jazz.melody_context import PITCH_DUE
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES, REST, TIE, VOCABULARY, pitch_token
from seqforge_jazz.melody_walk import FREE, Walk
from seqforge_jazz.primer import primer_ticks

__all__ = ["Ending"]

Bools = NDArray[np.bool_]

_LENGTHS = np.arange(1, LONGEST + 1)


class Ending:
    """What the last notes are to be, for walks of which at least one has a wish."""

    def __init__(self, walks: Sequence[Walk], which: NDArray[Any]) -> None:
        tables = [_Tones(walk) for walk in walks]
        self._rows = np.concatenate([table.rows for table in tables])  # (chords of all walks, V)
        firsts = np.cumsum([0, *(len(table.rows) for table in tables)])
        self._row_at = np.concatenate([table.row_at + first for table, first in zip(tables, firsts, strict=False)])
        lengths = np.array([len(table.row_at) for table in tables])
        self._offset = np.cumsum([0, *lengths])[which]
        self._ticks = lengths[which]
        self._limit = np.array([table.limit for table in tables])[which]
        self._may_end: Bools = np.array([walk.ending == FREE for walk in walks])[which]  # the last note so far
        self._is_free = self._may_end.copy()
        self._rests: Bools = np.zeros(len(which), np.bool_)  # the duration that is due is a rest's

    def steered(self, rows: NDArray[Any], due: int, tick: NDArray[Any], count: int) -> NDArray[Any]:
        """See `Steering.steered`."""
        if due == PITCH_DUE:
            late = np.flatnonzero((tick >= self._limit) & (tick < self._ticks) & ~self._is_free)
            if late.size:
                kept = self._tones(late, tick[late])
                kept[:, [REST, TIE]] = self._may_end[late, None]
                rows[late] *= kept
            return rows
        near = np.flatnonzero((tick + LONGEST > self._limit) & (tick < self._ticks) & ~self._is_free)
        if near.size:
            rows[near, DURATIONS.start :] *= self._durations(near, tick[near])
        return rows

    def _durations(self, which: NDArray[Any], tick: NDArray[Any]) -> Bools:
        """(n, LONGEST): a note that may not be the last, and a rest behind it, end before it is too late for another.

        A rest behind a note that may be the last does not end between there and the end of the chart.
        """
        end = tick[:, None] + _LENGTHS
        in_time = end <= self._limit[which, None]
        over = (end == self._ticks[which, None]) | (_LENGTHS == LONGEST)
        free = self._may_end[which] & ~self._rests[which]
        return in_time | (over & self._may_end[which, None]) | free[:, None]

    def _tones(self, which: NDArray[Any], tick: NDArray[Any]) -> Bools:
        """(n, V): the notes at `tick` that may be the last."""
        rows: Bools = self._rows[self._row_at[self._offset[which] + tick]]
        return rows

    def accept_pitches(self, tokens: NDArray[Any], tick: NDArray[Any]) -> None:
        """See `Steering.accept_pitches`."""
        sounds = np.flatnonzero((tokens >= PITCHES.start) & (tokens < PITCHES.stop) & (tick < self._ticks))
        self._may_end[sounds] = self._tones(sounds, tick[sounds])[np.arange(len(sounds)), tokens[sounds]]
        self._rests = tokens == REST

    def select(self, rows: NDArray[Any]) -> Ending:
        """See `Steering.select`."""
        chosen = object.__new__(Ending)
        chosen._rows, chosen._row_at = self._rows, self._row_at
        for name in ("_offset", "_ticks", "_limit", "_may_end", "_is_free", "_rests"):
            setattr(chosen, name, getattr(self, name)[rows])
        return chosen


class _Tones:
    """The notes of a walk that may be its last.

    `rows` (chords, V) has those of each chord, `row_at` (ticks,) which row counts. `limit` is the tick from which on
    nothing else begins.
    """

    def __init__(self, walk: Walk) -> None:
        chords = list(dict.fromkeys(change.chord for change in walk.chart.changes))
        self.rows = np.stack([_last_notes(chord, walk) for chord in chords])
        self.row_at = np.empty(walk.chart.ticks, np.int64)
        for start, end, chord in walk.chart.spans():
            self.row_at[start:end] = chords.index(chord)
        begin = primer_ticks(walk.primer)
        possible = begin + np.flatnonzero(self.rows.any(axis=1)[self.row_at[begin:]])
        if not possible.size:
            what = "root" if walk.ending == "root" else "tone"
            raise RequestError(
                f"--ending {walk.ending}: no pitch from {walk.lowest} to {walk.highest} is a {what} of a chord that "
                f"the solo could end over; allowed: a wider --range, or --ending {FREE}"
            )
        before_last_beat = possible[possible <= max(walk.chart.ticks - TICKS_PER_QUARTER, begin)]
        self.limit = int(before_last_beat[-1] if before_last_beat.size else possible[0])


def _last_notes(chord: Chord, walk: Walk) -> Bools:
    row = np.zeros(len(VOCABULARY), np.bool_)
    tones = chord.tones[:1] if walk.ending == "root" else chord.tones
    for pitch in range(walk.lowest, walk.highest + 1):
        row[pitch_token(pitch)] = walk.ending == FREE or not tones or pitch % 12 in tones
    return row
