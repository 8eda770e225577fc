"""Primers of a batch of melodies: their tokens are the only ones that are allowed until they are through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.melody_vocabulary import TIE
from seqforge_jazz.melody_walk import Walk

__all__ = ["Primer"]

_NO_TOKEN = -1


class Primer:
    """The tokens that come first, for walks of which at least one has a primer."""

    def __init__(self, walks: Sequence[Walk], which: NDArray[Any]) -> None:
        self._lengths = np.array([len(walk.primer) for walk in walks])
        self._longest = int(self._lengths.max())
        self._tokens = np.full((len(walks), self._longest), _NO_TOKEN)
        for row, walk in enumerate(walks):
            self._tokens[row, : len(walk.primer)] = walk.primer
        self._which = which

    def steered(self, rows: NDArray[Any], due: int, tick: NDArray[Any], count: int) -> NDArray[Any]:
        """See `Steering.steered`. A primer's last note is not made longer by a tie."""
        if count > self._longest:
            return rows
        if count < self._longest:
            tokens = self._tokens[self._which, count]
            forced = np.flatnonzero(tokens != _NO_TOKEN)
            rows[forced] = 0
            rows[forced, tokens[forced]] = 1
        ended = self._lengths[self._which] == count
        if count:
            rows[ended, TIE] = 0
        return rows

    def accept_pitches(self, tokens: NDArray[Any], tick: NDArray[Any]) -> None:
        """See `Steering.accept_pitches`."""

    def select(self, rows: NDArray[Any]) -> Primer:
        """See `Steering.select`."""
        chosen = object.__new__(Primer)
        chosen._lengths, chosen._longest, chosen._tokens = self._lengths, self._longest, self._tokens
        chosen._which = self._which[rows]
        return chosen
