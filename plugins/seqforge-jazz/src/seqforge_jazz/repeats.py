"""How a sequence goes on if it repeats itself: what followed the longest earlier match of its last values.

A match is of 2 values at least; of more than 8, only the last 8 are compared. Among matches of one length the latest
counts. `continuations` looks at a whole sequence, `Continuation` follows a batch while it grows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_MATCH", "VALUES", "Continuation", "continuations"]

Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]

SHORTEST_MATCH, LONGEST_MATCH = 2, 8
VALUES = 64
"""Values are 0 to 63, so that 8 of them fit into one integer."""


def continuations(values: Ints, nothing: int) -> tuple[Ints, Ints]:
    """Before each value (n,): what would come next if the sequence repeated itself, and the length of the match.

    Without a match these are `nothing` and 0.
    """
    following = np.full(len(values), nothing, np.int32)
    lengths = np.zeros(len(values), np.int32)
    codes = np.zeros(len(values), np.int64)  # the `length` values before each place, as digits of one number
    for length in range(1, min(LONGEST_MATCH, len(values) - 1) + 1):
        codes[length:] += values[:-length].astype(np.int64) * VALUES ** (length - 1)
        if length < SHORTEST_MATCH:
            continue
        order = length + np.argsort(codes[length:], kind="stable")
        again = codes[order[1:]] == codes[order[:-1]]
        places, earlier = order[1:][again], order[:-1][again]
        following[places] = values[earlier]
        lengths[places] = length
    return following, lengths


class Continuation:
    """The same for a batch of B sequences that grow by one value at a time."""

    def __init__(self, rows: int, nothing: int) -> None:
        self._nothing = nothing
        self._count = 0
        # both are filled from the right, so that the first of equal matches is the latest
        self._values: Bytes = np.zeros((rows, 64), np.uint8)
        self._matched: Bytes = np.zeros((rows, 64), np.uint8)  # values before each place that agree with the last ones
        self.following: Ints = np.full(rows, nothing, np.int32)
        self.lengths: Ints = np.zeros(rows, np.int32)

    def append(self, values: Ints) -> None:
        """Add a value, 0 to 63, to each sequence (B,)."""
        if self._count == self._values.shape[1]:
            room = np.zeros_like(self._values)
            self._values = np.concatenate([room, self._values], axis=1)
            self._matched = np.concatenate([room, self._matched], axis=1)
        first = self._values.shape[1] - self._count  # the place of the latest value
        latest = values.astype(np.uint8)
        before, matched = self._values[:, first:], self._matched[:, first:]
        longer = np.minimum(matched, LONGEST_MATCH - 1)
        longer += 1
        longer *= before == latest[:, None]
        self._values[:, first - 1] = latest
        self._matched[:, first - 1 : -1] = longer
        self._count += 1
        if longer.shape[1]:
            self._look_up(longer, first - 1)

    def _look_up(self, matched: Bytes, first: int) -> None:
        rows = np.arange(len(matched))
        best = matched.argmax(axis=1)
        lengths = matched[rows, best].astype(np.int32)
        found = lengths >= SHORTEST_MATCH
        self.lengths = np.where(found, lengths, 0)
        self.following = np.where(found, self._values[rows, first + best], self._nothing).astype(np.int32)

    def select(self, rows: Ints) -> Continuation:
        """The sequences `rows`, which may name one twice."""
        chosen = object.__new__(Continuation)
        chosen._nothing, chosen._count = self._nothing, self._count
        chosen._values, chosen._matched = self._values[rows], self._matched[rows]
        chosen.following, chosen.lengths = self.following[rows], self.lengths[rows]
        return chosen
