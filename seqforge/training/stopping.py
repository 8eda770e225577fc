"""Early stopping that keeps the best weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BestWeights"]


@dataclass
class BestWeights:
    """Remembers the weights with the lowest loss; `patience` evaluations without a better one end the training.

    `waited` counts them. A patience of 0 never stops (Prechelt 1998 for the idea).
    """

    patience: int
    loss: float = math.inf
    step: int = 0
    weights: Mapping[str, NDArray[np.float32]] | None = None
    waited: int = 0

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
