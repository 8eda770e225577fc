"""A bar at the bottom of a terminal, while something takes its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from seqforge.commands.screen import counted, is_terminal

__all__ = ["Bar", "takes_bar", "waiting"]

_SECONDS_BETWEEN = 0.1


class Bar:
    """Says what is being done, how far it has come, and how long it will take; elsewhere than on a terminal nothing.

    A context manager, after which nothing of the bar is left.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(24),
            TextColumn("{task.fields[detail]}"),
            console=console,
            transient=True,
            redirect_stderr=sys.stderr.isatty(),  # else it would land on the terminal
            disable=console.quiet or not is_terminal(console.file),
        )
        self._task = self._progress.add_task("", total=None, detail="", visible=False)
        self._unit = ""
        self._moved = 0.0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, what: str, total: int | None = None, unit: str = "") -> None:
        """From now on `what` is done: `total` times a `unit`, or for a time that nobody knows."""
        self._unit = unit
        self._progress.reset(self._task, total=total, description=what, detail="", visible=True)

    def is_due(self) -> bool:
        """Whether somebody would see it, if the bar moved now."""
        return not self._progress.disable and time.monotonic() - self._moved >= _SECONDS_BETWEEN

    def move(self, done: int, remark: str = "") -> None:
        """So many units are done."""
        self._moved = time.monotonic()
        self._progress.update(self._task, completed=done)
        task = self._progress.tasks[0]
        words = [f"{done:,}/{task.total:,.0f}" if task.total else f"{done:,}"]
        if task.speed:
            words.append(f"{task.speed:,.0f} {self._unit}/s")
        if task.time_remaining is not None:
            words.append(f"{_clock(task.time_remaining)} left")
        self._progress.update(self._task, detail="  ".join([*words, remark]).rstrip())


@contextmanager
def takes_bar(count: int, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar while `count` takes are made; gives what is to be told the number of each that is written.

    Takes come in blocks, and the first one is written when its whole block is there: until then nothing is counted.
    """

    def on_take(number: int) -> None:
        if number == 1:
            bar.begin("takes", count, "takes")
        if bar.is_due():
            bar.move(number)

    with Bar(Console(quiet=not is_shown)) as bar:
        bar.begin(f"generating {counted(count, 'take')}")
        yield on_take


@contextmanager
def waiting(what: str, *, is_shown: bool) -> Iterator[None]:
    """A bar while something is done that nobody knows the length of."""
    with Bar(Console(quiet=not is_shown)) as bar:
        bar.begin(what)
        yield


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
