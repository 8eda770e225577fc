"""Walking texts: through the one to go on from, then freely, until enough is written or the end came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Continuation", "Continuations"]

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

_UNKNOWN = 0


@dataclass(frozen=True)
class Continuation:
    """What is asked of one text: the tokens that it starts with, those that end it, and how many are to be written.

    `may_be_unknown` says whether the symbol for unknown characters may be among them.
    """

    start: list[int]
    stop: list[int]
    length: int
    may_be_unknown: bool


class Continuations:
    """See `seqforge.Guides`; `size` is that of the vocabulary, whose first symbol is the unknown one."""

    def __init__(self, asked: Sequence[Continuation], size: int) -> None:
        self._asked = list(asked)
        self._size = size
        self._written: list[list[int]] = [[] for _ in asked]
        self.done: Bools = np.array([not len(each.start) + each.length for each in asked], np.bool_)

    def context(self) -> Ints:
        """See `seqforge.Guides.context`: there is none."""
        return np.zeros((len(self._asked), 0), np.int32)

    def allowed(self) -> Bools:
        """See `seqforge.Guides.allowed`."""
        allowed = np.ones((len(self._asked), self._size), np.bool_)
        for row, (asked, written) in enumerate(zip(self._asked, self._written, strict=True)):
            allowed[row, _UNKNOWN] = asked.may_be_unknown or self._size == 1  # something must be allowed
            if len(written) < len(asked.start):
                allowed[row] = False
                allowed[row, asked.start[len(written)]] = True
        return allowed

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`."""
        done = self.done.copy()
        for row in np.flatnonzero(~done):
            self._written[row].append(int(tokens[row]))
            done[row] = self._is_done(self._asked[row], self._written[row])
        self.done = done

    def select(self, rows: Ints) -> Continuations:
        """See `seqforge.Guides.select`."""
        chosen = Continuations([self._asked[row] for row in rows], self._size)
        chosen._written = [list(self._written[row]) for row in rows]
        chosen.done = self.done[rows]
        return chosen

    def _is_done(self, asked: Continuation, written: list[int]) -> bool:
        """Whether all is written, or what was written after the start ends in the text that ends it."""
        own, last = len(written) - len(asked.start), len(asked.stop)
        return own >= asked.length or bool(0 < last <= own and written[-last:] == asked.stop)
