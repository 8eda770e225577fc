"""Confidence intervals of scores: the pieces drawn again and again, as if there were other data of the same kind.

The percentile bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13), over whole pieces,
since the tokens inside of a piece depend on one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.evaluation.scoring import Score
from seqforge.randomness import generator

__all__ = ["DRAWS", "Interval", "difference_interval", "rate_interval"]

DRAWS = 10_000
"""How often the pieces are drawn again."""

_SEED = 1
_BLOCK = 500  # draws at once, so that a large corpus does not need much memory


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
    value = float(sums.sum() / counts.sum())
    if len(sums) < 2:
        return Interval(value, np.nan, np.nan)
    random = generator(_SEED, "bootstrap")
    chances = np.full(len(sums), 1 / len(sums))
    ratios = []
    for _ in range(0, DRAWS, _BLOCK):
        drawn = random.multinomial(len(sums), chances, size=_BLOCK).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):  # of pieces that hold none of the unit
            ratios.append((drawn @ sums) / (drawn @ counts))
    found = np.concatenate(ratios)
    low, high = np.percentile(found[np.isfinite(found)], [2.5, 97.5])
    return Interval(value, float(low), float(high))
