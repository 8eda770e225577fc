"""Counted n-grams, and what they say of the next token: interpolated Kneser-Ney smoothing.

    P_k(w | h) = max(c(h w) - D, 0) / c(h)  +  D distinct(h) / c(h)  P_(k-1)(w | h')

where h are the k - 1 tokens before w, h' is h without its first, c(h) is the sum of c(h w) over all w, distinct(h) is
how many w came after h, and P_0 is uniform. For the longest n-grams c counts how often they came; for shorter ones, in
how many different tokens' company: how many n-grams of one token more end in them (Kneser and Ney 1995; interpolated,
with one discount D, as in Chen and Goodman 1999, section 2.7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge import RequestError

__all__ = ["Counts"]

Codes = NDArray[np.int64]
"""N-grams as numbers: a digit for each token, the oldest first; 0 stands for "before the start"."""


@dataclass(frozen=True)
class _Level:
    """The n-grams of one length in order, and the sums of their counts up to each of them."""

    codes: Codes
    counts: NDArray[np.float64]
    sums: NDArray[np.float64]


class Counts:
    """How often each n-gram of the longest kind came; everything else follows from that."""

    def __init__(self, vocabulary_size: int, order: int, discount: float) -> None:
        self._base = vocabulary_size + 1
        if self._base**order >= 2**63:
            longest = max(n for n in range(1, order) if self._base**n < 2**63)
            raise RequestError(
                f"model.ngram.order is {order}; allowed: from 1 to {longest} with {vocabulary_size} symbols"
            )
        self.order = order
        self.discount = discount
        self.counts: Codes = np.zeros(0, np.int64)
        self._codes: Codes = np.zeros(0, np.int64)
        self._levels: list[_Level] | None = None  # made when they are asked for

    def ngrams(self) -> Codes:
        """(N, order): the digits of every n-gram."""
        return self._codes[:, None] // self._powers() % self._base

    def replace(self, ngrams: Codes, counts: Codes) -> None:
        """Take over n-grams (N, order) and their counts (N,)."""
        codes = ngrams @ self._powers()
        order = np.argsort(codes)
        self._codes, self.counts, self._levels = codes[order], counts[order], None

    def add(self, histories: Codes, tokens: NDArray[np.int32]) -> None:
        """Count the tokens (M,) after histories (M, order - 1)."""
        found = np.concatenate([histories, tokens[:, None] + np.int64(1)], axis=1) @ self._powers()
        codes, counts = np.unique(found, return_counts=True)
        is_known = np.isin(codes, self._codes, assume_unique=True)
        places = np.searchsorted(self._codes, codes)
        self.counts[places[is_known]] += counts[is_known]
        self._codes = np.insert(self._codes, places[~is_known], codes[~is_known])
        self.counts = np.insert(self.counts, places[~is_known], counts[~is_known])
        self._levels = None

    def probabilities(self, histories: Codes) -> NDArray[np.float64]:
        """(..., V): the chance of each token after histories (..., order - 1)."""
        shape = histories.shape[:-1]
        codes = (histories @ self._powers()[1:]).reshape(-1)
        different, places = np.unique(codes, return_inverse=True)
        chances = np.full((len(different), self._base - 1), 1 / (self._base - 1))
        for length, level in enumerate(self._all_levels()):
            chances = self._interpolated(level, different % self._base**length, chances)
        return chances[places.reshape(shape)]

    def _interpolated(self, level: _Level, histories: Codes, shorter: NDArray[np.float64]) -> NDArray[np.float64]:
        """What a level makes of the chances (M, V) of the one below it, after histories (M,)."""
        start, stop = (np.searchsorted(level.codes, (histories + more) * self._base) for more in (0, 1))
        total, distinct = level.sums[stop] - level.sums[start], stop - start
        is_known = distinct > 0
        total = np.where(is_known, total, 1.0)
        left = np.where(is_known, self.discount * distinct / total, 1.0)
        chances = left[:, None] * shorter
        rows = np.repeat(np.arange(len(histories)), distinct)
        entries = np.arange(len(rows)) + np.repeat(start - np.cumsum(distinct) + distinct, distinct)
        own = (level.counts[entries] - self.discount) / total[rows]
        chances[rows, level.codes[entries] % self._base - 1] += own
        return chances

    def _all_levels(self) -> list[_Level]:
        """From the shortest n-grams to the longest."""
        if self._levels is None:
            # passes over the same data count everything so many times: it is as if they were one
            passes = np.gcd.reduce(self.counts)
            levels = [_level(self._codes, self.counts / max(passes, 1))]
            for length in range(self.order - 1, 0, -1):
                codes, companies = np.unique(levels[-1].codes % self._base**length, return_counts=True)
                levels.append(_level(codes, companies.astype(np.float64)))
            self._levels = levels[::-1]
        return self._levels

    def _powers(self) -> Codes:
        """What a digit in each place is worth."""
        return self._base ** np.arange(self.order - 1, -1, -1, dtype=np.int64)


def _level(codes: Codes, counts: NDArray[np.float64]) -> _Level:
    return _Level(codes, counts, np.concatenate([[0.0], np.cumsum(counts)]))
