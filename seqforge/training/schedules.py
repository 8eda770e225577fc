"""Learning rates by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["SCHEDULES", "Schedule"]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A learning rate for each step, counted from 0.

    `constant`: the same throughout. `cosine`: a linear warm-up over `warmup_steps`, then half a cosine down to
    `final_share` of the rate at `steps` (Loshchilov and Hutter 2017, without restarts). `inverse`:
    rate / (1 + decay x step), as Keras' `decay` was. A warm-up goes before each of them.
    """

    name: str
    learning_rate: float
    steps: int
    warmup_steps: int = 0
    decay: float = 0.0
    final_share: float = 0.05

    def __call__(self, step: int) -> float:
        """The learning rate of `step`."""
        if step < self.warmup_steps:
            return self.learning_rate * ((step + 1) / self.warmup_steps)
        return self.learning_rate * SCHEDULES[self.name](self, step - self.warmup_steps)


def _constant(schedule: Schedule, step: int) -> float:
    return 1.0


def _cosine(schedule: Schedule, step: int) -> float:
    share = min(1.0, step / max(1, schedule.steps - schedule.warmup_steps))
    return schedule.final_share + (1 - schedule.final_share) * (1 + math.cos(math.pi * share)) / 2


def _inverse(schedule: Schedule, step: int) -> float:
    return 1 / (1 + schedule.decay * step)


SCHEDULES: dict[str, Callable[[Schedule, int], float]] = {
    "constant": _constant,
    "cosine": _cosine,
    "inverse": _inverse,
}
