"""Densities of a batch of melodies: how many notes begin in a beat comes, on average, near to what is wished for.

Of the ways in which a line could have more or fewer notes, the likeliest changes the probability of each time `t` from
one note to the next by a factor `exp(-u t)`: the exponential change of measure of large-deviation theory (Cramer 1938).
So durations and rests get such factors. How large `u` has to be depends on the model, which guides don't see; it
follows from how many notes are owed by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.melody_context import PITCH_DUE
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES, REST, TIE, VOCABULARY
from seqforge_jazz.melody_walk import Walk
from seqforge_jazz.primer import primer_ticks

__all__ = ["Density"]

_GAIN, _SPARSE_GAIN = 0.2, 0.1
"""Change of `u`, a quarter, with each note that is owed; the second one is shared out among the notes of a beat.

More would follow the wish closely, but make up for a rest by a rush of short notes.
"""
_STRONGEST = 4.0
_LEVELS_A_UNIT = 16
"""`u` is rounded to sixteenths, so that its factors can be looked up."""
_SHORTEST = 3  # ticks: shorter notes are ornaments, and no way to more notes
_USUAL_REST = 12  # ticks, of a rest that is not drawn yet
_MOST = int(_STRONGEST * _LEVELS_A_UNIT)


def _factors() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(levels,) of a rest or tie beside a note, and (levels, V) of the durations."""
    strengths = np.arange(-_MOST, _MOST + 1) / _LEVELS_A_UNIT
    rests = np.exp(-strengths * _USUAL_REST / TICKS_PER_QUARTER)
    durations = np.ones((len(strengths), len(VOCABULARY)))
    ticks = np.maximum(np.arange(1, LONGEST + 1), _SHORTEST)
    durations[:, DURATIONS.start :] = np.exp(-strengths[:, None] * ticks / TICKS_PER_QUARTER)
    return rests.astype(np.float32), durations.astype(np.float32)


_REST_FACTORS, _DURATION_FACTORS = _factors()


class Density:
    """The wishes for notes a beat (quarter), for walks of which at least one has one."""

    def __init__(self, walks: Sequence[Walk], which: NDArray[Any]) -> None:
        wishes = [walk.density for walk in walks]
        self._gain = np.array([0.0 if notes is None else _GAIN + _SPARSE_GAIN / notes for notes in wishes])[which]
        self._rate = np.array([notes or 0.0 for notes in wishes])[which] / TICKS_PER_QUARTER
        self._begin = np.array([primer_ticks(walk.primer) for walk in walks])[which]
        self._notes = np.zeros(len(which), np.int64)  # behind the primer
        self._sounds = np.zeros(len(which), np.bool_)  # the duration that is due is a note's

    def steered(self, rows: NDArray[Any], due: int, tick: NDArray[Any], count: int) -> NDArray[Any]:
        """See `Steering.steered`."""
        if due == PITCH_DUE:
            factors = rows.astype(np.float32)
            factors[:, [REST, TIE]] *= _REST_FACTORS[self._levels(tick, self._notes)][:, None]
            return factors
        factors = _DURATION_FACTORS[self._levels(tick, self._notes - self._sounds)]
        factors *= rows
        return factors

    def _levels(self, tick: NDArray[Any], notes: NDArray[Any]) -> NDArray[Any]:
        """(B,): the strength as a row of the tables; what is owed as a note begins, that note left out."""
        owed = self._rate * (tick - self._begin) - notes
        levels = np.rint(np.clip(owed * self._gain, -_STRONGEST, _STRONGEST) * _LEVELS_A_UNIT)
        return _MOST + levels.astype(np.int64)

    def accept_pitches(self, tokens: NDArray[Any], tick: NDArray[Any]) -> None:
        """See `Steering.accept_pitches`."""
        self._sounds = (tokens >= PITCHES.start) & (tokens < PITCHES.stop) & (tick >= self._begin)
        self._notes += self._sounds

    def select(self, rows: NDArray[Any]) -> Density:
        """See `Steering.select`."""
        chosen = object.__new__(Density)
        for name in ("_gain", "_rate", "_begin", "_notes", "_sounds"):
            setattr(chosen, name, getattr(self, name)[rows])
        return chosen
