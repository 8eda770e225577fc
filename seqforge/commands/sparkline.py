"""A curve in one line of characters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

__all__ = ["sparkline"]

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], columns: int) -> str:
    """The values from left to right, the lowest as `▁` and the highest as `█`; means of stretches if there are many.

    Values that are no numbers are left out.
    """
    numbers = [value for value in values if math.isfinite(value)]
    count = min(columns, len(numbers))
    bounds = [len(numbers) * place // count for place in range(count + 1)] if count else []
    means = [sum(numbers[start:end]) / (end - start) for start, end in itertools.pairwise(bounds)]
    if not means:
        return ""
    low, span = min(means), max(means) - min(means)
    steps = [round((mean - low) / span * (len(_BARS) - 1)) if span else 0 for mean in means]
    return "".join(_BARS[step] for step in steps)
