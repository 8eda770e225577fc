"""What the core says to callbacks, such as those that track runs in a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Callback", "TrackedRun"]


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """The run that a callback follows. `configuration` holds every value that decides the result, by its dotted name.

    `data` is the digest of the encoded pieces, `engine` what trains, in words; `parameters` counts weights. `step` is
    the last that was done before: 0 for a new run, else where one goes on that `is_resumed`. What a callback must find
    again then, such as the name under which a service knows the run, it keeps in `own`, a folder of its own inside of
    `folder`. It makes that folder itself; of an earlier run that is replaced nothing is left there.
    """

    folder: Path
    own: Path
    name: str
    configuration: Mapping[str, Any]
    data: str
    engine: str
    parameters: int
    step: int
    is_resumed: bool


class Callback(Protocol):
    """Is told how a run goes, by the process that the user has started, also where several workers train.

    What `on_begin` raises ends the run before any work is done. What the others raise is said once; the run goes on,
    and the callback hears no more of it. What it prints goes to standard error. A process that is killed says nothing.
    """

    def on_begin(self, run: TrackedRun) -> None:
        """The run begins, or goes on."""

    def on_evaluation(self, step: int, values: Mapping[str, float]) -> None:
        """The model was evaluated after so many steps.

        `training.token` and `validation.<unit>` are nats; `learning_rate`, `epoch`, `seconds` of training so far; with
        `windows.starts` = `random` also `windows.mean` and `windows.summed`, the nats of the training windows. A
        resumed run may come to a step of which it has told before.
        """

    def on_end(self, outcome: str, values: Mapping[str, float]) -> None:
        """The run is `complete`, or has ended `interrupted` or `failed` and may go on later, in another process.

        `values` are the results of a complete one, else empty: nats `validation.<unit>` and `test.<unit>` of the best
        weights, shares `<part>.accuracy.<class>` of tokens that were right, `best_step`, `steps`, `seconds`.
        """
