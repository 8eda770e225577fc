"""Baselines: uniform, and interpolated n-grams with Witten-Bell smoothing over the same tokens.

An n-gram of order n predicts a token from the n - 1 tokens before it:

    P_n(w | h) = (count(h w) + distinct(h) P_(n-1)(w | h')) / (count(h) + distinct(h))

where `distinct(h)` is the number of different tokens seen after h, h' is h without its first token, and P_0 is uniform
(Witten and Bell 1991; the interpolated form as in Chen and Goodman 1999, section 2.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["WittenBell", "uniform_nats"]

Codes = NDArray[np.int64]


def uniform_nats(pieces: Sequence[NDArray[np.int32]], vocabulary_size: int) -> list[float]:
    """The nats of each piece if every symbol is as likely as any other."""
    return [len(tokens) * float(np.log(vocabulary_size)) for tokens in pieces]


@dataclass(frozen=True)
class _Counts:
    """Counts of one order: `pairs` are codes of history and token, `histories` of the history alone, both sorted."""

    pairs: Codes
    pair_counts: NDArray[np.int64]
    histories: Codes
    history_counts: NDArray[np.int64]
    distinct: NDArray[np.int64]


class WittenBell:
    """Interpolated n-grams of all orders up to `order`, trained once."""

    def __init__(self, pieces: Sequence[NDArray[np.int32]], vocabulary_size: int, order: int) -> None:
        # a history is a number with one digit a token; one more symbol stands for "before the start"
        if (vocabulary_size + 1) ** order >= 2**63:
            raise ValueError(f"order {order} with {vocabulary_size} symbols does not fit 63 bits")
        self.order = order
        self._size = vocabulary_size
        self._counts = [self._count(pieces, length) for length in range(order)]

    def nats(self, pieces: Sequence[NDArray[np.int32]], order: int | None = None) -> list[float]:
        """The nats of each piece under the n-gram of `order` (the largest by default); order 1 is the unigram."""
        return [float(-np.log(self.probabilities(tokens, order)).sum()) for tokens in pieces]

    def probabilities(self, tokens: NDArray[np.int32], order: int | None = None) -> NDArray[np.float64]:
        """The probability of each token given those before it, (T,) float64."""
        result = np.full(len(tokens), 1 / self._size)
        for length in range(order or self.order):
            counts = self._counts[length]
            histories = self._histories(tokens, length)
            seen, distinct = _look_up(counts.histories, histories, counts.history_counts, counts.distinct)
            (together,) = _look_up(counts.pairs, histories * (self._size + 1) + tokens, counts.pair_counts)
            known = seen > 0
            total = np.where(known, seen + distinct, 1)
            result = np.where(known, (together + distinct * result) / total, result)
        return result

    def _histories(self, tokens: NDArray[np.int32], length: int) -> Codes:
        """The code of the `length` tokens before each token."""
        padded = np.concatenate([np.full(length, self._size, np.int64), tokens.astype(np.int64)])
        codes = np.zeros(len(tokens), np.int64)
        for place in range(length):
            codes = codes * (self._size + 1) + padded[place : place + len(tokens)]
        return codes

    def _count(self, pieces: Sequence[NDArray[np.int32]], length: int) -> _Counts:
        codes = [self._histories(tokens, length) * (self._size + 1) + tokens for tokens in pieces]
        pairs, pair_counts = np.unique(np.concatenate(codes), return_counts=True)
        histories, first, distinct = np.unique(pairs // (self._size + 1), return_index=True, return_counts=True)
        return _Counts(pairs, pair_counts, histories, np.add.reduceat(pair_counts, first), distinct)


def _look_up(keys: Codes, wanted: Codes, *columns: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The value of each wanted key in every column; 0 where there is no such key."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = keys[places] == wanted
    return [np.where(found, column[places], 0) for column in columns]
