"""Ratios over pieces that were drawn again: how far a figure would move with other pieces of the same kind.

The percentile bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13), over whole pieces,
since what is inside of a piece depends on itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge.randomness import generator

__all__ = ["DRAWS", "limits", "resampled_ratios"]

DRAWS = 10_000
"""How often the pieces are drawn again."""

_SEED = 1
_BLOCK = 500  # draws at once, so that a large corpus does not need much memory

Floats = NDArray[np.float64]
Counts = NDArray[np.float64] | NDArray[np.int64]


def resampled_ratios(sums: Counts, counts: Counts, size: int | None = None) -> Floats:
    """Sums of `sums` over sums of `counts`, both (pieces, K), in each draw of `size` pieces: (DRAWS, K).

    Pieces are drawn with replacement from a fixed seed, as many as there are by default; NaN where nothing was counted.
    """
    random = generator(_SEED, "bootstrap")
    chances = np.full(len(sums), 1 / len(sums))
    ratios = np.full((DRAWS, sums.shape[1]), np.nan)
    for first in range(0, DRAWS, _BLOCK):
        drawn = random.multinomial(size or len(sums), chances, size=_BLOCK).astype(np.float64)
        whole = drawn @ counts
        np.divide(drawn @ sums, whole, out=ratios[first : first + _BLOCK], where=whole > 0)
    return ratios


def limits(ratios: Floats) -> tuple[float, float] | None:
    """Between what the middle 95 % of the draws (DRAWS,) lie; `None` if none of them has a value."""
    known = ratios[np.isfinite(ratios)]
    if not len(known):
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
