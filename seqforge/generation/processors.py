"""What changes logits before a token is drawn. Where this is the temperature: here.

The order is fixed: what the guide forbids, then penalties, temperature, truncation, and the draw. Minus infinity
stays minus infinity under every one of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["STAGES", "Temperature", "TopK", "TopP", "softmax"]

STAGES = ("penalty", "temperature", "truncation", "draw")
"""The order in which parts of a `SamplerSpec` are applied, after the guide."""

Logits = NDArray[np.float64]
Ints = NDArray[np.int32]


def softmax(logits: Logits) -> NDArray[np.float64]:
    """Probabilities (B, V) of logits (B, V); minus infinity gives 0."""
    probabilities: NDArray[np.float64] = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    return probabilities


class Temperature:
    """Divide the logits: below 1 makes likely tokens likelier (Ackley, Hinton and Sejnowski 1985)."""

    def __init__(self, *, temperature: float) -> None:
        self.temperature = temperature

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        # the largest is moved to 0 first: under a tiny temperature the others become minus infinity, as they should
        with np.errstate(over="ignore"):
            scaled: Logits = (logits - logits.max(axis=-1, keepdims=True)) / self.temperature
        return scaled


class TopK:
    """Keep the k most likely tokens (Fan, Lewis and Dauphin 2018); of equal ones, those that come first."""

    def __init__(self, *, top_k: int) -> None:
        self.top_k = top_k

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        if self.top_k >= logits.shape[1]:
            return logits
        keep = np.argsort(-logits, axis=-1, kind="stable")[:, : self.top_k]
        kept = np.full_like(logits, -np.inf)
        np.put_along_axis(kept, keep, np.take_along_axis(logits, keep, axis=-1), axis=-1)
        return kept


class TopP:
    """Keep the smallest set of most likely tokens whose probability reaches p (Holtzman et al. 2020)."""

    def __init__(self, *, top_p: float) -> None:
        self.top_p = top_p

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        order = np.argsort(-logits, axis=-1, kind="stable")
        probabilities = np.take_along_axis(softmax(logits), order, axis=-1)
        before = np.cumsum(probabilities, axis=-1) - probabilities
        ranked = np.where(before < self.top_p, np.take_along_axis(logits, order, axis=-1), -np.inf)
        kept = np.empty_like(logits)
        np.put_along_axis(kept, order, ranked, axis=-1)
        return kept
