"""Shares over pieces that were drawn again: how far a share would move with other pieces of the same kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["DRAWS", "interval", "resampled_shares"]

DRAWS = 2000
_SEED = 1

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]


def resampled_shares(parts: Counts, wholes: Counts, size: int | None = None) -> Shares:
    """The sums of `parts` over those of `wholes` (pieces, K) in 2,000 draws of `size` pieces: (2000, K).

    Pieces are drawn with replacement from a fixed seed, as many as there are by default; NaN where nothing was counted.
    """
    generator = np.random.Generator(np.random.PCG64(_SEED))
    pieces = len(parts)
    shares = np.full((DRAWS, parts.shape[1]), np.nan)
    for draw in range(DRAWS):
        often = np.bincount(generator.integers(0, pieces, size or pieces), minlength=pieces)
        part, whole = often @ parts, often @ wholes
        np.divide(part, whole, out=shares[draw], where=whole > 0)
    return shares


def interval(shares: Shares) -> tuple[float, float] | None:
    """The middle 95 % of the draws (2000,), by percentiles (Efron and Tibshirani 1993, chapter 13)."""
    known = shares[~np.isnan(shares)]
    if not len(known):
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
