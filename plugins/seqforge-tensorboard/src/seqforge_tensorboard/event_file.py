"""A file of events, written step by step.

tensorboardX's own `SummaryWriter` hands events to a thread and does not wait for it, not even to flush: a process that
is killed would lose some that it was told of. Here its writer of files is used without that thread.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["EventFile"]


class EventFile:
    """A new file in a log. Events of files before it, from step `hidden_from` on, are no longer shown."""

    def __init__(self, folder: Path, *, hidden_from: int | None) -> None:
        with _hidden("torch"):
            from tensorboardX import summary
            from tensorboardX.event_file_writer import EventsWriter
            from tensorboardX.proto import event_pb2
        self._summary = summary
        self._event = event_pb2.Event
        # two that begin in one second would else take the same name
        self._events = EventsWriter(str(folder / "events"), f".{os.getpid()}.{time.time_ns()}")
        if hidden_from is not None:
            start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            self._write(hidden_from, session_log=start)

    def write_scalars(self, values: Mapping[str, float], step: int) -> None:
        """A point of each curve."""
        for tag, value in values.items():
            self._write(step, summary=self._summary.scalar(tag, value))

    def write_text(self, tag: str, markdown: str, step: int) -> None:
        """A text in Markdown."""
        self._write(step, summary=self._summary.text(tag, markdown))

    def write_row(self, settings: Mapping[str, bool | int | float | str], results: Mapping[str, float]) -> None:
        """A row of the table of runs; its results are the last points of curves of these names."""
        for each in self._summary.hparams(dict(settings), dict(results)):
            self._write(0, summary=each)

    def flush(self) -> None:
        """All that was written is on the disk."""
        self._events.flush()

    def close(self) -> None:
        """The same, and nothing more is written."""
        self._events.close()

    def _write(self, step: int, **what: Any) -> None:
        self._events.write_event(self._event(step=step, wall_time=time.time(), **what))


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """As if the module were not installed, unless it is imported already.

    tensorboardX imports PyTorch wherever it finds it, for tensors that it never gets from here; a run on another engine
    would wait for it, and have two engines in one process.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # that is how an import is forbidden
    try:
        yield
    finally:
        del sys.modules[module]
