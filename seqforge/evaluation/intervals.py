"""Confidence intervals of scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.evaluation.resampling import limits, resampled_ratios
from seqforge.evaluation.scoring import Score

__all__ = ["Interval", "difference_interval", "rate_interval"]


@dataclass(frozen=True)
class Interval:
    """A value, and the limits between which 95 % of its draws lie; NaN where pieces are too few to draw from."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """Plain values, `None` for NaN."""
        named = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if np.isnan(value) else value for name, value in named.items()}


def rate_interval(score: Score, unit: str) -> Interval:
    """Nats a unit."""
    return _interval(np.array(score.piece_nats), np.array(score.piece_units[unit]))


def difference_interval(score: Score, other: Score, unit: str) -> Interval:
    """Nats a unit that `score` lies below `other`, of the same pieces: each draw takes the same pieces of both."""
    gain = np.array(other.piece_nats) - np.array(score.piece_nats)
    return _interval(gain, np.array(score.piece_units[unit]))


def _interval(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> Interval:
    """Sum over sum."""
    found = limits(resampled_ratios(sums[:, None], counts[:, None])[:, 0]) if len(sums) > 1 else None
    low, high = found or (np.nan, np.nan)
    return Interval(float(sums.sum() / counts.sum()), low, high)
