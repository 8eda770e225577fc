"""An n-gram of melodic intervals: how surprising a line is to somebody who knows a corpus."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from seqforge import RequestError

__all__ = ["IntervalModel"]


class IntervalModel:
    """Witten-Bell interpolated n-gram of intervals in semitones.

    `order` counts the predicted interval: a 4-gram sees the three before it. Below the unigram stands the uniform
    distribution over the intervals of `corpus` and one more for all that it has not. Witten and Bell, "The
    zero-frequency problem" (IEEE Transactions on Information Theory, 1991), method C.
    """

    def __init__(self, corpus: Iterable[Sequence[int]], order: int = 4) -> None:
        if order < 1:
            raise RequestError(f"order of an interval model is {order}; allowed: 1 or more")
        self.order = order
        self._following: list[dict[tuple[int, ...], Counter[int]]] = [{} for _ in range(order)]
        for steps in corpus:
            self._count(steps)
        self._floor = 1.0 / (self.kinds + 1)

    @property
    def kinds(self) -> int:
        """How many different intervals the corpus has."""
        return len(self._following[0].get((), ()))

    def probability(self, interval: int, before: Sequence[int]) -> float:
        """The probability of `interval` after the intervals `before`, of which the last `order` - 1 count."""
        estimate = self._floor
        for length in range(min(self.order - 1, len(before)) + 1):
            following = self._following[length].get(tuple(before[len(before) - length :]))
            if following is None:
                break
            total, kinds = following.total(), len(following)
            estimate = (following[interval] + kinds * estimate) / (total + kinds)
        return estimate

    def without(self, part: Iterable[Sequence[int]]) -> IntervalModel:
        """The model of the corpus without some of its lines; each must be one of those that were counted."""
        rest = IntervalModel((), self.order)
        rest._following = [table.copy() for table in self._following]
        for table, own in zip(rest._following, IntervalModel(part, self.order)._following, strict=True):
            for before, counts in own.items():
                left = table[before] - counts  # of Counters: what is not positive is gone
                if left:
                    table[before] = left
                else:
                    del table[before]
        rest._floor = 1.0 / (rest.kinds + 1)
        return rest

    def nats_per_interval(self, steps: Sequence[int]) -> float:
        """Mean of -ln p over the intervals, the first of them with less to go by; NaN if there are none."""
        if not steps:
            return math.nan
        nats = 0.0
        for position, step in enumerate(steps):
            nats -= math.log(self.probability(step, steps[max(0, position - self.order + 1) : position]))
        return nats / len(steps)

    def _count(self, steps: Sequence[int]) -> None:
        for position, step in enumerate(steps):
            for length in range(min(self.order - 1, position) + 1):
                before = tuple(steps[position - length : position])
                self._following[length].setdefault(before, Counter())[step] += 1
