"""How well each group predicts, and by how much it is better or worse than another: over seeds, and over pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.comparison.comparable import aligned
from seqforge.comparison.finished_run import FinishedRun
from seqforge.comparison.groups import Group
from seqforge.evaluation.intervals import Interval, difference_interval, rate_interval
from seqforge.evaluation.scoring import Score

__all__ = ["Figures", "difference", "figures_of", "mean_curve", "verdict"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Nats a unit of a group: of each run, their standard deviation, and the mean with its interval over pieces.

    `deviation` (of a sample) is NaN of one run alone. `score` has the nats of each piece, averaged over the runs.
    """

    rates: tuple[float, ...]
    deviation: float
    interval: Interval
    score: Score

    @property
    def mean(self) -> float:
        """The mean over the runs."""
        return self.interval.value


def figures_of(group: Group, part: str, unit: str) -> Figures:
    """What a group comes to on a part; its runs count the unit alike."""
    parts = [aligned(run, part) for run in group.runs]
    counts = parts[0].units[unit]
    nats: Floats = np.array([each.nats for each in parts])
    rates = nats.sum(axis=1) / sum(counts)
    score = Score(tuple(nats.mean(axis=0).tolist()), {unit: counts})
    return Figures(
        rates=tuple(rates.tolist()),
        deviation=float(rates.std(ddof=1)) if len(rates) > 1 else np.nan,
        interval=rate_interval(score, unit),
        score=score,
    )


def difference(figures: Figures, reference: Figures, unit: str) -> Interval:
    """Nats a unit above the reference, of the same pieces in each draw: what is above 0 is worse."""
    return difference_interval(reference.score, figures.score, unit)


def verdict(found: Interval) -> str:
    """A difference in words: `worse`, `better`, `includes 0` where it may be chance, or `no interval`."""
    if np.isnan([found.low, found.high]).any():
        return "no interval"
    if found.low <= 0 <= found.high:
        return "includes 0"
    return "worse" if found.low > 0 else "better"


def mean_curve(runs: Sequence[FinishedRun], unit: str) -> tuple[tuple[int, float], ...]:
    """Validation nats a unit by step, at the steps that all runs have; their mean."""
    curves = [{step: rates[unit] for step, rates in run.validation if unit in rates} for run in runs]
    steps = sorted(set.intersection(*(set(curve) for curve in curves)))
    return tuple((step, float(np.mean([curve[step] for curve in curves]))) for step in steps)
