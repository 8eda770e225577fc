"""What the symbols of the `melody` codec are relative to its context: intervals, degrees, places, repetitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge import OutputView
from seqforge_jazz.melody_context import PLACES, ROOTS
from seqforge_jazz.melody_history import NO_PITCH, NO_TOKEN, degrees, intervals
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES, VOCABULARY

__all__ = ["OUTPUT_VIEWS"]

Ints = NDArray[np.int32]

_NO_PLACE = max(ticks_per_bar for _, ticks_per_bar in PLACES)


def _symbol_pitches() -> Ints:
    """(V,): the pitch of each symbol, as `melody_history` counts them."""
    pitches = np.full(len(VOCABULARY), NO_PITCH, np.int32)
    pitches[PITCHES.start : PITCHES.stop] = range(len(PITCHES))
    return pitches


def _ends() -> Ints:
    """(places, V): the tick in the bar at which a note of that duration ends; 48 for other symbols."""
    tick, ticks_per_bar = np.array(PLACES, np.int32).T[:, :, None]
    ends = np.full((len(PLACES), len(VOCABULARY)), _NO_PLACE, np.int32)
    ends[:, DURATIONS.start : DURATIONS.stop] = (tick + np.arange(1, LONGEST + 1)) % ticks_per_bar
    return ends


def _repeats() -> Ints:
    """(V + 1, V): 1 for the pitch that would be a repetition, 2 for the duration, 0 for other symbols."""
    kind = np.ones(len(VOCABULARY), np.int32)
    kind[DURATIONS.start :] = 2
    repeats = np.zeros((NO_TOKEN + 1, len(VOCABULARY)), np.int32)
    np.fill_diagonal(repeats, kind)
    return repeats


def _view(field: str, classes: Ints) -> OutputView:
    return OutputView(field, tuple(tuple(row) for row in classes.tolist()))


_PITCHES = _symbol_pitches()
_DEGREES = degrees(_PITCHES, np.arange(ROOTS, dtype=np.int32)[:, None])

OUTPUT_VIEWS = (
    _view("last_pitch", intervals(np.arange(NO_PITCH + 1, dtype=np.int32)[:, None], _PITCHES)),
    _view("root", _DEGREES),
    _view("next_root", _DEGREES),
    _view("place", _ends()),
    _view("repeated_token", _repeats()),
)
