"""How values fill bars: one after the other, cut at the bar line, a bar's first note on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.grammar_values import REST, Value

__all__ = ["BarFilling", "GrammarGuides"]

Ints = NDArray[np.int32]


class BarFilling:
    """Where each of a row of values comes to lie in a number of bars."""

    def __init__(self, bars: int, ticks_per_bar: int) -> None:
        self.tick = 0
        self._ticks, self._bar = bars * ticks_per_bar, ticks_per_bar
        self._has_note = False

    @property
    def is_full(self) -> bool:
        """Whether all bars are filled."""
        return self.tick >= self._ticks

    def place(self, value: Value) -> tuple[int, int] | None:
        """Start and end of the value that comes next, in ticks; `None` if there is no room left.

        A bar's first note leaves a bar that has a note already for the next one.
        """
        if value.starts_bar and self._has_note:
            self.tick = (self.tick // self._bar + 1) * self._bar
            self._has_note = False
        if self.is_full:
            return None
        start = self.tick
        bar_line = (start // self._bar + 1) * self._bar
        self.tick = min(start + value.ticks, bar_line)
        self._has_note = (self._has_note or value.type != REST) and self.tick < bar_line
        return start, self.tick


class GrammarGuides:
    """Guides for a batch: nothing is known of the next value, everything is allowed until the bars are full."""

    def __init__(self, values: Sequence[Value], shapes: Sequence[tuple[int, int]]) -> None:
        """Take the values by token, and bars and ticks a bar for each sequence."""
        self._value_ticks = np.array([value.ticks for value in values], np.int64)
        self._starts_bar = np.array([value.starts_bar for value in values], np.bool_)
        self._is_note = np.array([value.type != REST for value in values], np.bool_)
        self._bar = np.array([ticks_per_bar for _, ticks_per_bar in shapes], np.int64)
        self._ticks = np.array([bars * ticks_per_bar for bars, ticks_per_bar in shapes], np.int64)
        self._tick = np.zeros(len(shapes), np.int64)
        self._has_note = np.zeros(len(shapes), np.bool_)
        self.done: NDArray[np.bool_] = np.zeros(len(shapes), np.bool_)

    def context(self) -> Ints:
        """See `seqforge.Guides.context`: no fields."""
        return np.zeros((len(self.done), 0), np.int32)

    def allowed(self) -> None:
        """See `seqforge.Guides.allowed`: everything."""
        return

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`: the arithmetic of `BarFilling`, for all rows at once."""
        active = ~self.done & (tokens >= 0) & (tokens < len(self._value_ticks))
        known = np.where(active, tokens, 0)
        leaves = active & self._starts_bar[known] & self._has_note
        start = np.where(leaves, (self._tick // self._bar + 1) * self._bar, self._tick)
        has_note = self._has_note & ~leaves
        bar_line = (start // self._bar + 1) * self._bar
        end = np.minimum(start + self._value_ticks[known], bar_line)
        self._tick = np.where(active, end, self._tick)
        self._has_note = np.where(active, (has_note | self._is_note[known]) & (end < bar_line), self._has_note)
        self.done = self.done | (active & ((start >= self._ticks) | (end >= self._ticks)))

    def select(self, rows: Ints) -> GrammarGuides:
        """See `seqforge.Guides.select`."""
        chosen = object.__new__(GrammarGuides)
        for name in ("_value_ticks", "_starts_bar", "_is_note"):
            setattr(chosen, name, getattr(self, name))
        for name in ("_bar", "_ticks", "_tick", "_has_note", "done"):
            setattr(chosen, name, getattr(self, name)[rows])
        return chosen
