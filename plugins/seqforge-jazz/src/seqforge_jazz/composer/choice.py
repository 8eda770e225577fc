"""Weighted choices that come out alike on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

__all__ = ["pick"]

Item = TypeVar("Item")


def pick(generator: np.random.Generator, options: Iterable[tuple[Item, float]]) -> Item:
    """One of the (item, weight) pairs' items, by weight; weights are sums and products only, never exponentials.

    ValueError if no weight is above zero.
    """
    weighted = [(item, weight) for item, weight in options if weight > 0]
    if not weighted:
        raise ValueError("nothing to choose from: no option has a weight above zero")
    mark = generator.random() * sum(weight for _, weight in weighted)
    for item, weight in weighted:
        mark -= weight
        if mark < 0:
            return item
    return weighted[-1][0]
