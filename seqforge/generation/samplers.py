"""What chooses tokens from logits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge.generation.processors import softmax

__all__ = ["Draw", "Greedy"]

Logits = NDArray[np.float64]


class Draw:
    """Draw from the distribution: the inverse of the cumulated probabilities at `uniform`."""

    def __call__(self, logits: Logits, uniform: NDArray[np.float64]) -> NDArray[np.int32]:
        """See `seqforge.Sampler`."""
        cumulated = np.cumsum(softmax(logits), axis=-1)
        # scaled to the rounded total, so that a uniform number just below 1 lands on a token that has a probability
        wanted = (uniform * cumulated[:, -1])[:, None]
        return np.asarray((cumulated <= wanted).sum(axis=-1), np.int32)


class Greedy:
    """Take the most likely token; of equal ones, the first."""

    def __call__(self, logits: Logits, uniform: NDArray[np.float64]) -> NDArray[np.int32]:
        """See `seqforge.Sampler`."""
        return np.asarray(logits.argmax(axis=-1), np.int32)
