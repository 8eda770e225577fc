"""How well a model does at each step of the windows that it is trained on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.evaluation.scoring import token_nats
from seqforge.interfaces import Batch, Model

__all__ = ["StepScores", "score_steps"]


@dataclass(frozen=True)
class StepScores:
    """Nats and accuracy (share of windows whose likeliest token is the right one) at each step, (T,) float64.

    NaN at a step that has no target in any window.
    """

    nats: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def summed_nats(self) -> float:
        """The loss of one window: nats summed over its steps."""
        return float(np.nansum(self.nats))

    @property
    def mean_nats(self) -> float:
        """The mean over the steps that have a target."""
        return float(np.nanmean(self.nats))

    @property
    def steps(self) -> int:
        """How many steps have a target."""
        return int(np.isfinite(self.nats).sum())

    def to_json(self) -> dict[str, object]:
        """Plain values, `None` where a step has no target."""
        accuracy = [None if np.isnan(share) else round(float(share), 6) for share in self.accuracy]
        return {
            "summed_nats": self.summed_nats,
            "mean_nats": self.mean_nats,
            "steps": self.steps,
            "accuracy_by_step": accuracy,
        }


def score_steps(model: Model, batches: Iterable[Batch]) -> StepScores:
    """Score windows without dropout, each from the zero state; tokens of weight 0 do not count."""
    totals: NDArray[np.float64] | None = None
    for batch in batches:
        logits, _ = model.forward(batch.inputs, batch.context, model.initial_state(len(batch.inputs)))
        counted = batch.weight > 0
        right = logits.argmax(axis=-1) == batch.targets
        sums = np.stack(
            [
                np.where(counted, token_nats(logits, batch.targets), 0).sum(axis=0),
                (counted & right).sum(axis=0),
                counted.sum(axis=0),
            ]
        )
        totals = sums if totals is None else totals + sums
    if totals is None:
        raise ValueError("no batch to score")
    nats, right_count, count = totals
    known = np.where(count > 0, count, np.nan)
    return StepScores(nats=nats / known, accuracy=right_count / known)
