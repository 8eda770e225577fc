"""Which tokens of a piece make which note, so that what a note surprises the model by can be said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from seqforge_jazz.charts import Chart

__all__ = ["Event", "Events"]


@dataclass(frozen=True)
class Event:
    """A note or a rest, from tick to tick, and its tokens: the first, and the one after the last."""

    start: int
    end: int
    is_note: bool
    tokens: tuple[int, int]


Events: TypeAlias = Callable[[Sequence[int], Chart], list[Event]]
"""The events of tokens over a chart: the notes are those of the decoded work, one for one."""
