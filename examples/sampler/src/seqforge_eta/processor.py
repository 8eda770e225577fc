"""Eta sampling (Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing", section 4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["Eta"]


class Eta:
    """Keep tokens whose probability is at least min(eta, sqrt(eta) exp(-H)), H being the entropy in nats.

    The likeliest token always stays. What is left out gets minus infinity, as what is forbidden has already.
    """

    def __init__(self, *, eta: float) -> None:
        self.eta = eta

    def __call__(
        self, logits: NDArray[np.float64], history: NDArray[np.int32], token_class: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """See `seqforge.Processor`."""
        highest = logits.max(axis=-1, keepdims=True)
        chances = np.exp(logits - highest)
        chances /= chances.sum(axis=-1, keepdims=True)
        entropy = -np.sum(chances * np.log(chances, out=np.zeros_like(chances), where=chances > 0), axis=-1)
        least = np.minimum(self.eta, math.sqrt(self.eta) * np.exp(-entropy))
        is_kept = (chances >= least[:, None]) | (logits == highest)
        return np.where(is_kept, logits, -np.inf)
