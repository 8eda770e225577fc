"""What steers a batch of melodies beyond chart and range; nothing where no prompt asks for it.

Each wish is a module of its own: `melody_density`, `melody_ending`, `melody_primer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from seqforge_jazz.melody_density import Density
from seqforge_jazz.melody_ending import Ending
from seqforge_jazz.melody_primer import Primer
from seqforge_jazz.melody_walk import FREE, Walk

__all__ = ["Steering", "steering_of"]

Ints = NDArray[Any]


class Steering(Protocol):
    """Changes what is allowed, by looking at the batch as its guides do."""

    def steered(self, rows: NDArray[Any], due: int, tick: Ints, count: int) -> NDArray[Any]:
        """What is allowed, as factors (B, V) or bools; `rows` is what was so far, and may be written into.

        `due` and `tick` (B,) are those of the next token, `count` how many there were.
        """

    def accept_pitches(self, tokens: Ints, tick: Ints) -> None:
        """Take pitches, rests and ties (B,) that start at `tick` (B,)."""

    def select(self, rows: Ints) -> Steering:
        """That of the given rows, copied."""


def steering_of(walks: Sequence[Walk], which: Ints) -> tuple[Steering, ...]:
    """What the walks ask for, row i of the batch having walk `which[i]`; in the order in which it is applied."""
    found: list[Steering] = []
    if any(walk.density is not None for walk in walks):
        found.append(Density(walks, which))
    if any(walk.ending != FREE for walk in walks):
        found.append(Ending(walks, which))
    if any(walk.primer for walk in walks):
        found.append(Primer(walks, which))  # the last word
    return tuple(found)
