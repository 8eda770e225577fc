"""The processor: what it does to the logits before a token is drawn."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["EpsilonCutoff"]

Logits = NDArray[np.float64]
Ints = NDArray[np.int32]


class EpsilonCutoff:
    """Forbid tokens less likely than epsilon, but never the likeliest ones (Hewitt, Manning and Liang 2022)."""

    def __init__(self, *, epsilon: float) -> None:
        self.epsilon = epsilon

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """New logits (B, V), minus infinity forbidding; what comes in is not changed.

        `history` (B, T) are the tokens chosen so far, `token_class` (V,) numbers the class of each symbol.
        """
        if self.epsilon <= 0:
            return logits
        shifted = logits - logits.max(axis=-1, keepdims=True)
        log_total = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        keeps = (shifted - log_total >= math.log(self.epsilon)) | (shifted == 0)
        return np.where(keeps, logits, -np.inf)
