"""What the core, launchers and backends say to one another where work is done by more processes than one.

A launcher owns placement, rendezvous and restarts. The core owns the order of the samples, the state of a training and
its commit, which state is the last, and the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:  # at run time nothing here needs NumPy, and a list of plugins does not wait for it
    import numpy as np
    from numpy.typing import NDArray

    from seqforge.interfaces import BackendOptions

__all__ = ["Answer", "Call", "Distributable", "Distributed", "Launcher", "Worker"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of `function` (`package.module:function`) in another process.

    `arguments` are values that JSON can hold. A path among them is an absolute `file:` URI: the process has another
    working folder. `threads` is how many cores it keeps busy.
    """

    function: str
    arguments: Mapping[str, Any]
    threads: int = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of call number `number`: a `value` that JSON can hold, or bytes; or a `failure` in words.

    A call that raises, or whose process is lost for good, fails.
    """

    number: int
    value: Any = None
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """What the function of a run with several workers is called with, before its arguments.

    `rank` counts from 0; `attempt` is how often the workers were started before. `report` tells whoever has launched
    them plain values; those of rank 0 arrive, in their order, and none of them is worth waiting for. One with `saved`
    says where another attempt would go on: a launcher may give up after a few attempts that do not come further.
    """

    rank: int
    world_size: int
    attempt: int
    report: Callable[[Mapping[str, Any]], None]


class Launcher(Protocol):
    """Runs functions in processes, here or on other machines that see the same files under the same paths."""

    def run(self, call: Call, *, workers: int, rendezvous: str, on_report: Callable[[Mapping[str, Any]], None]) -> None:
        """Call `function(worker, **arguments)` in so many processes at once, until all have returned.

        `rendezvous` is how they find one another, one of those that the spec lists; it stands when the function is
        called, and is empty for one worker. If a process is lost all are started again, with the next attempt. A
        `SeqforgeError` of a worker ends them all and is raised here, with its type.
        """

    def map(self, calls: Sequence[Call], *, at_once: int = 0) -> Iterator[Answer]:
        """Call each `function(**arguments)`, `at_once` at a time (0: as many as there is room for).

        Answers come as the calls end. A call whose process is lost is made again. Where the iterator is closed, what
        is still at work is ended.
        """


@runtime_checkable
class Distributable(Protocol):
    """A backend that can train one model with several workers."""

    def rendezvous(self, options: BackendOptions) -> str:
        """How its workers find one another, such as `torch` or `tensorflow`; empty if with these options it can't."""


@runtime_checkable
class Distributed(Protocol):
    """A model that is one of several workers': built with `workers` of more than 1.

    Its `train_step` is given the worker's rows of the step's batch; it sums the gradients of all workers before they
    are clipped, so that all make the same update, and returns the loss of all rows, and the state of its own.
    """

    def total(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the workers' arrays, which are of one shape; each worker gets the same bits. All must call it."""
