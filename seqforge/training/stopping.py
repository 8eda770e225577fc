"""Early stopping that keeps the best weights."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["BestWeights"]


class BestWeights:
    """Remembers the weights with the lowest loss; `patience` evaluations without a better one end the training.

    A patience of 0 never stops (Prechelt 1998 for the idea).
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.loss = math.inf
        self.step = 0
        self.weights: dict[str, NDArray[np.float32]] | None = None
        self.waited = 0

    def offer(self, loss: float, step: int, weights: Mapping[str, NDArray[np.float32]]) -> bool:
        """Take note of an evaluation; say whether it is the best so far."""
        if not loss < self.loss:
            self.waited += 1
            return False
        self.loss, self.step, self.weights, self.waited = loss, step, dict(weights), 0
        return True

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return 0 < self.patience <= self.waited
