"""The metric: numbers that say what a rhythm is like, for `seqforge evaluate`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .codec import BAR, Rhythm

__all__ = ["RhythmMetric"]


class RhythmMetric:
    """Density and syncopation, and how unusual the steps are beside those of the reference."""

    def __init__(self) -> None:
        self._counts: dict[str, NDArray[np.float64]] = {}

    def fit(self, works: Sequence[Rhythm], groups: Sequence[str]) -> None:
        """Learn the reference: how often each step of the bar is hit and is not, group by group."""
        self._counts = {}
        for work, group in zip(works, groups, strict=True):
            counts = self._counts.setdefault(group, np.zeros((BAR, 2)))
            np.add.at(counts, (np.arange(len(work.steps)) % BAR, _hits(work).astype(int)), 1)

    def measure(self, work: Rhythm, group: str | None = None) -> Mapping[str, float]:
        """Every measure, NaN where the work has none; the work's own `group` does not count as reference."""
        hits = _hits(work)
        odd = np.arange(len(hits)) % 2 == 1
        return {
            "density": float(hits.mean()) if len(hits) else math.nan,
            "off_beat": float(odd[hits].mean()) if hits.any() else math.nan,
            "surprise": self._surprise(hits, group),
        }

    def _surprise(self, hits: NDArray[np.bool_], group: str | None) -> float:
        """Nats a step under how often the reference hits it, each count raised by one half (Krichevsky, Trofimov)."""
        others = [counts for name, counts in self._counts.items() if name != group]
        if not others or not len(hits):
            return math.nan
        counts = np.sum(others, axis=0) + 0.5
        chances = counts / counts.sum(axis=1, keepdims=True)
        return float(-np.log(chances[np.arange(len(hits)) % BAR, hits.astype(int)]).mean())


def _hits(work: Rhythm) -> NDArray[np.bool_]:
    """(T,): which steps are hit."""
    return np.array([step == "x" for step in work.steps], np.bool_)
