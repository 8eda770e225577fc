"""What leaves unlikely tokens out; the draw shares the probability among those that are kept.

Each keeps at least one token of a row, and of tokens between which it can't tell those that come first.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seqforge.generation.processors import log_softmax, softmax

__all__ = ["MinP", "TopK", "TopP", "Typical"]

Logits = NDArray[np.float64]
Ints = NDArray[np.int32]


class TopK:
    """Keep the k most likely tokens (Fan, Lewis and Dauphin 2018)."""

    def __init__(self, *, top_k: int) -> None:
        self.top_k = top_k

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        if not 0 < self.top_k < logits.shape[1]:
            return logits
        smallest = np.partition(logits, -self.top_k, axis=-1)[:, -self.top_k, None]
        return _keep_largest(logits, smallest, np.full((len(logits), 1), self.top_k))


class TopP:
    """Keep the smallest set of most likely tokens whose probability reaches p (Holtzman et al. 2020)."""

    def __init__(self, *, top_p: float) -> None:
        self.top_p = top_p

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        descending = np.sort(logits, axis=-1)[:, ::-1]
        counts = _count_until(softmax(descending), self.top_p)
        return _keep_largest(logits, np.take_along_axis(descending, counts - 1, axis=-1), counts)


class MinP:
    """Keep tokens at least a share p as probable as the most likely one (Nguyen et al. 2024)."""

    def __init__(self, *, min_p: float) -> None:
        self.min_p = min_p

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        least = math.log(self.min_p) if self.min_p > 0 else -math.inf
        kept: Logits = np.where(logits >= logits.max(axis=-1, keepdims=True) + least, logits, -np.inf)
        return kept


class Typical:
    """Keep tokens whose information is nearest to the expected one (Meister et al. 2023).

    It is the smallest set, in the order of | -log p - entropy |, whose probability reaches `typical_p`.
    """

    def __init__(self, *, typical_p: float) -> None:
        self.typical_p = typical_p

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        log_probabilities = log_softmax(logits)
        probabilities = np.exp(log_probabilities)
        # minus infinity counts as 0 here: what never comes adds nothing to the entropy
        information = -np.where(probabilities > 0, log_probabilities, 0)
        entropy = (probabilities * information).sum(axis=-1, keepdims=True)
        distance = np.where(np.isneginf(logits), np.inf, np.abs(-log_probabilities - entropy))
        order = np.argsort(distance, axis=-1, kind="stable")
        counts = _count_until(np.take_along_axis(probabilities, order, axis=-1), self.typical_p)
        kept = np.zeros(logits.shape, np.bool_)
        np.put_along_axis(kept, order, np.arange(logits.shape[1]) < counts, axis=-1)
        result: Logits = np.where(kept, logits, -np.inf)
        return result


def _count_until(probabilities: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    """(B, 1): how many of the probabilities (B, V), from the first on, it takes to reach the share."""
    before = np.cumsum(probabilities, axis=-1)
    before -= probabilities
    counts = np.count_nonzero(before < share, axis=-1, keepdims=True)
    return np.asarray(counts, np.int64)


def _keep_largest(logits: Logits, smallest: Logits, counts: NDArray[np.int64]) -> Logits:
    """Minus infinity but for the `counts` (B, 1) largest logits of each row, of which `smallest` (B, 1) is the last."""
    larger = logits > smallest
    equal = logits == smallest
    room = counts - np.count_nonzero(larger, axis=-1, keepdims=True)
    if np.any(np.count_nonzero(equal, axis=-1, keepdims=True) > room):
        equal &= np.cumsum(equal, axis=-1) <= room
    kept: Logits = np.where(larger | equal, logits, -np.inf)
    return kept
