"""Where the works of a corpus lie in a measure, and whether others lie there, too.

A range is to fall into, not to maximise: a value above it is as strange as one below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "MIDDLE", "Range", "reference_range"]

FEWEST = 5
"""With fewer values there is no range to speak of."""

MIDDLE = (5.0, 95.0)
"""The percentiles between which a value is inside."""


@dataclass(frozen=True)
class Range:
    """The median of a corpus, and the limits of its middle 90 %, both inclusive; NaN for too few values."""

    median: float
    low: float
    high: float

    def verdict(self, value: float) -> str:
        """`inside`, `below` or `above`; empty where the value or the range is no number."""
        if np.isnan([value, self.low, self.high]).any():
            return ""
        return "below" if value < self.low else "above" if value > self.high else "inside"

    def share_inside(self, values: NDArray[np.float64]) -> float:
        """The share of the values that are inside; NaN where none is a number, or the range is not."""
        known = values[np.isfinite(values)]
        if not len(known) or np.isnan(self.low):
            return np.nan
        return float(((known >= self.low) & (known <= self.high)).mean())


def reference_range(values: NDArray[np.float64]) -> Range:
    """The range of the values (N,), those that are NaN left out."""
    known = values[np.isfinite(values)]
    median = float(np.median(known)) if len(known) else np.nan
    if len(known) < FEWEST:
        return Range(median, np.nan, np.nan)
    low, high = np.percentile(known, MIDDLE)
    return Range(median, float(low), float(high))
