"""Walking swatches stitch by stitch: what lies around the next one, and what can still be knitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seqforge_knitting.swatch import CHART, WIDENS

__all__ = ["NEIGHBOURS", "StitchGuides"]

Ints = NDArray[np.int32]

NEIGHBOURS = (
    ("below left", 1, -1),
    ("below", 1, 0),
    ("below right", 1, 1),
    ("two below", 2, 0),
    ("two left", 0, -2),
)
"""Stitches that the model is told of: how many rows below the next one, and how many columns beside it."""

_WIDENS = np.array([WIDENS[stitch] for stitch in CHART])


@dataclass(frozen=True)
class _Size:
    """Of each swatch, (B,)."""

    width: Ints
    rows: Ints


class StitchGuides:
    """A batch of swatches, each knitted up to some stitch."""

    def __init__(self, size: _Size, fabric: Ints, taken: Ints, wider: Ints) -> None:
        self._size = size
        self._fabric = fabric  # (B, most stitches): tokens so far
        self._taken = taken  # (B,): how many
        self._wider = wider  # (B,): by how much the row has grown that is being knitted

    @classmethod
    def at_start(cls, widths: Sequence[int], rows: Sequence[int]) -> StitchGuides:
        """With nothing on the needles."""
        size = _Size(np.array(widths, np.int32), np.array(rows, np.int32))
        nothing = np.zeros(len(widths), np.int32)
        return cls(size, np.zeros((len(widths), int((size.width * size.rows).max())), np.int32), nothing, nothing)

    @classmethod
    def along(cls, tokens: Ints, width: int, rows: int) -> StitchGuides:
        """One swatch before each of its stitches (T,), so that its whole context is what guides say."""
        steps = len(tokens)
        size = _Size(np.full(steps, width, np.int32), np.full(steps, rows, np.int32))
        fabric = np.broadcast_to(tokens, (steps, steps))  # all see the same: they look back alone
        return cls(size, fabric, np.arange(steps, dtype=np.int32), np.zeros(steps, np.int32))

    @property
    def done(self) -> NDArray[np.bool_]:
        """See `seqforge.Guides.done`."""
        return self._taken >= self._size.width * self._size.rows

    def context(self) -> Ints:
        """For each neighbour 0 where there is none, else 1 + its token; then whether the row is on the wrong side."""
        row, column = np.divmod(self._taken, self._size.width)
        fields = []
        for _, below, beside in NEIGHBOURS:
            is_there = (row >= below) & (column + beside >= 0) & (column + beside < self._size.width)
            place = np.where(is_there, self._taken - below * self._size.width + beside, 0)
            fields.append(np.where(is_there, 1 + self._fabric[np.arange(len(place)), place], 0))
        return np.stack([*fields, row % 2], axis=1).astype(np.int32)

    def allowed(self) -> NDArray[np.bool_]:
        """What leaves enough of the row to bring it back to its width."""
        left = self._size.width - 1 - self._taken % self._size.width
        return np.abs(self._wider[:, None] + _WIDENS) <= left[:, None]

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`."""
        going = ~self.done
        rows = np.flatnonzero(going)
        self._fabric[rows, self._taken[rows]] = tokens[rows]
        self._taken = self._taken + going.astype(np.int32)
        is_row_full = self._taken % self._size.width == 0
        wider = self._wider + np.where(going, _WIDENS[tokens], 0)
        self._wider = np.where(is_row_full, 0, wider).astype(np.int32)

    def select(self, rows: Ints) -> StitchGuides:
        """See `seqforge.Guides.select`."""
        size = replace(self._size, width=self._size.width[rows], rows=self._size.rows[rows])
        return StitchGuides(size, self._fabric[rows], self._taken[rows], self._wider[rows])
