"""The axes of a drawing of nats by step, as SVG, and room for names beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from seqforge.report.markup import Html, element

__all__ = ["BOTTOM", "HEIGHT", "LEFT", "RIGHT", "WIDTH", "Axes", "moved_apart", "round_size"]

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 48, 132, 14, 40
_LINE_HEIGHT = 15


class Axes:
    """From steps and nats to places in the drawing; steps begin at 0, nats at a round number below the lowest."""

    def __init__(self, steps: Sequence[int], nats: Sequence[float]) -> None:
        low, high = min(nats, default=0.0), max(nats, default=1.0)
        self.last_step = max([1, *steps])
        self.size = round_size(high - low if high > low else abs(high) or 1.0)
        self.first = math.floor(low / self.size)
        self.last = max(math.ceil(high / self.size), self.first + 1)

    def x(self, step: float) -> float:
        """Where a step is."""
        return LEFT + (WIDTH - LEFT - RIGHT) * step / self.last_step

    def y(self, nats: float) -> float:
        """How high nats are; those above the drawing at its top."""
        share = (nats / self.size - self.first) / (self.last - self.first)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(share, 1.0)

    def grid(self) -> Iterator[Html]:
        """Level lines with their nats, and the steps below."""
        for line in range(self.first, self.last + 1):
            height = f"{self.y(line * self.size):.1f}"
            yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height, class_="grid")
            yield element("text", f"{line * self.size:g}", x=LEFT - 8, y=height, class_="left")
        size = max(1, round(round_size(self.last_step)))
        for step in range(0, self.last_step + 1, size):
            yield element("text", f"{step:,}", x=f"{self.x(step):.1f}", y=HEIGHT - BOTTOM + 18, class_="middle")
        middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
        yield element("text", "step", x=f"{middle:.0f}", y=HEIGHT - 6, class_="middle")


def round_size(largest: float) -> float:
    """1, 2 or 5 times a power of ten that goes into `largest` about five times."""
    size = 10.0 ** math.floor(math.log10(max(largest, 1e-6) / 5))
    return min((size * factor for factor in (1, 2, 5, 10)), key=lambda each: abs(largest / each - 5))


def moved_apart(heights: Sequence[float]) -> list[float]:
    """Ascending heights with room for a line between them, inside of the drawing."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _LINE_HEIGHT) if placed else height)
    lowest = float(HEIGHT - BOTTOM)
    for place in range(len(placed) - 1, -1, -1):
        lowest = placed[place] = min(placed[place], lowest)
        lowest -= _LINE_HEIGHT
    return placed
