"""What chooses tokens from logits, one at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draw", "Greedy"]

Logits = NDArray[np.float64]

_IMPOSSIBLE = -700.0
_LEAST = 1e-290


class Draw:
    """Draw from the distribution: the inverse of the cumulated probabilities at `uniform`."""

    def __call__(self, logits: Logits, uniform: NDArray[np.float64]) -> NDArray[np.int32]:
        """See `seqforge.Sampler`."""
        # the ufuncs themselves: their short forms take longer than a single row does
        cumulated = logits - np.maximum.reduce(logits, axis=-1, keepdims=True)
        # exp takes ten times as long where it underflows: the impossible gets 1e-304 instead of 0, far below what is
        # wanted, and too little to be seen in the sum behind anything possible
        np.maximum(cumulated, _IMPOSSIBLE, out=cumulated)
        np.exp(cumulated, out=cumulated)
        np.add.accumulate(cumulated, axis=-1, out=cumulated)
        # Instead of the probabilities, the random number is scaled to their sum; it stays below it in rounding, too, so
        # that a uniform number just below 1 lands on a token that has a probability.
        wanted = np.maximum(uniform * cumulated[:, -1], _LEAST)
        return np.asarray((cumulated > wanted[:, None]).argmax(axis=-1), np.int32)


class Greedy:
    """Take the most likely token; of equal ones, the first."""

    def __call__(self, logits: Logits, uniform: NDArray[np.float64]) -> NDArray[np.int32]:
        """See `seqforge.Sampler`."""
        return np.asarray(logits.argmax(axis=-1), np.int32)
