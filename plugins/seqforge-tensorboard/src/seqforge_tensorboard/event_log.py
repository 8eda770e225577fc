"""The log of a run, as TensorBoard reads it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqforge import RequestError, TrackedRun
from seqforge_tensorboard.event_file import EventFile

__all__ = ["EventLog"]

_PLACE = "log.txt"
"""Holds where the log is, if it is elsewhere than in the run's folder."""


class EventLog:
    """Writes what a run says to event files; what it was told is on the disk when it returns."""

    def __init__(self, *, folder: str = "") -> None:
        self.folder = folder

    def on_begin(self, run: TrackedRun) -> None:
        """Begin a log, or go on with it; what it has of later steps than the run goes on from is hidden."""
        self.run = run
        self.file = EventFile(_place(run, self.folder), hidden_from=run.step + 1 if run.is_resumed else None)
        facts = {"data": run.data, "engine": run.engine, "parameters": f"{run.parameters:,}"}
        self.file.write_text("run", _table(facts), run.step)
        self.file.write_text("configuration", _table(run.configuration), run.step)
        self.file.flush()

    def on_evaluation(self, step: int, values: Mapping[str, float]) -> None:
        """A point of each curve."""
        self.file.write_scalars({_tag(name): value for name, value in values.items()}, step)
        self.file.flush()

    def on_end(self, outcome: str, values: Mapping[str, float]) -> None:
        """The results, also beside the configuration in the table of runs; then the log is closed."""
        if outcome == "complete":
            results = {f"results/{name}": value for name, value in values.items()}
            self.file.write_scalars(results, int(values["steps"]))
            self.file.write_row({name: _cell(value) for name, value in self.run.configuration.items()}, results)
        self.file.close()


def _place(run: TrackedRun, parent: str) -> Path:
    """The folder of the run's log: the one from before, else a new one."""
    kept = run.own / _PLACE
    if kept.is_file():
        return Path(kept.read_text(encoding="utf-8"))
    run.own.mkdir(parents=True, exist_ok=True)
    if not parent:
        return run.own
    try:
        place = _new_folder(Path(parent).absolute(), run.name)
    except OSError as error:
        raise RequestError(
            f"callbacks.tensorboard.folder is '{parent}' ({error.strerror}); name a folder that can be written to"
        ) from error
    kept.write_text(str(place), encoding="utf-8")
    return place


def _new_folder(parent: Path, name: str) -> Path:
    """`parent/name`, or with a number if a log of another run has that name."""
    for number in itertools.count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise AssertionError


def _tag(name: str) -> str:
    """TensorBoard shows what has the same word before a slash together."""
    group, dot, rest = name.partition(".")
    return f"{group}/{rest}" if dot else f"training/{name}"


def _cell(value: Any) -> bool | int | float | str:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _table(values: Mapping[str, Any]) -> str:
    """In Markdown, as TensorBoard shows texts."""
    rows = (f"| {name} | {_escaped(value)} |" for name, value in values.items())
    return "\n".join(("| | |", "|-|-|", *rows))


def _escaped(value: Any) -> str:
    return " ".join(str(value).replace("|", "\\|").split())
