"""What the core says to callbacks, such as those that track runs in a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Callback", "TrackedRun"]


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """The run that a callback follows. `configuration` holds every value under its dotted name.

    `step` is the last that was done before: 0, or where a resumed run goes on. What a callback must find again then,
    such as the name under which a service knows the run, it keeps in a file of its own in `folder`.
    """

    folder: Path
    name: str
    configuration: Mapping[str, Any]
    parameters: int
    step: int


class Callback(Protocol):
    """Is told how a run goes; what it raises is said once, and the run goes on without it."""

    def on_begin(self, run: TrackedRun) -> None:
        """The run begins, or goes on."""

    def on_evaluation(self, step: int, values: Mapping[str, float]) -> None:
        """The model was evaluated: `training.token`, `validation.<unit>` in nats, `learning_rate`, `epoch`, ..."""

    def on_end(self, values: Mapping[str, float]) -> None:
        """The run is complete; `values` are its results: `test.<unit>` in nats, ..."""
