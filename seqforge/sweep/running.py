"""A sweep on its way: what is done of it, and what is done next, through a launcher."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from seqforge.errors import Interrupted, RequestError, SeqforgeError
from seqforge.files import atomic
from seqforge.files.lock import LOCK_NAME, locked
from seqforge.files.run_folder import refuse_file
from seqforge.launchers.function import to_uri
from seqforge.launching import Call, Launcher
from seqforge.plugins import Registry
from seqforge.session.cell import cell_values
from seqforge.sweep.cells import Cell, Result, plan_cells
from seqforge.sweep.definition import FILE_NAME, Definition
from seqforge.training.interruption import terminations_raised

__all__ = ["Sweep", "SweepObserver", "claim", "stored"]


class SweepObserver(Protocol):
    """Is told how a sweep goes."""

    def on_cells(self, cells: Sequence[Cell]) -> None:
        """These will be done, or are already."""

    def on_result(self, cell: Cell, result: Result) -> None:
        """A cell has ended."""

    def on_warning(self, cell: Cell, warning: str) -> None:
        """Something went wrong in a cell that did not end it."""


class Sweep:
    """The cells of a definition in their folder, and what has become of them, in their order."""

    def __init__(
        self,
        registry: Registry,
        definition: Definition,
        folder: Path,
        launcher: Launcher,
        observer: SweepObserver,
        launcher_name: str = "",
    ) -> None:
        """`launcher_name` is what was typed, which sweep.toml doesn't keep."""
        self.registry = registry
        self.definition = definition
        self.folder = folder
        self.launcher = launcher
        self.observer = observer
        self.launcher_name = launcher_name
        self.results: dict[Cell, Result] = {}

    def run(self) -> None:
        """Do all that is not finished yet; a failed cell keeps nothing up. `Interrupted` says how to go on."""
        try:
            with terminations_raised(), locked(self.folder):
                claim(self.folder, self.definition)  # another sweep may have begun and ended here meanwhile
                _write_if_new(self.folder / FILE_NAME, self.definition.to_toml())
                if self.definition.search:
                    from seqforge.sweep.search import search

                    search(self)
                else:
                    self.do(plan_cells(self.registry, self.definition, self.definition.points()))
        except KeyboardInterrupt:
            finished = sum(result.state == "finished" for result in self.results.values())
            count = f" of {len(self.results)}" if not self.definition.search else ""
            raise Interrupted(
                f"interrupted; {finished}{count} cells are finished, begun ones go on from where they were saved; "
                f"to go on, type: {self.command}"
            ) from None

    @property
    def command(self) -> str:
        """What to type to go on."""
        launcher = f" --launcher {shlex.quote(self.launcher_name)}" if self.launcher_name else ""
        return f"seqforge sweep {shlex.quote(str(self.folder))}{launcher}"

    @property
    def failures(self) -> list[tuple[Cell, str]]:
        """The cells that failed, with the reasons."""
        return [(cell, result.reason) for cell, result in self.results.items() if result.state == "failed"]

    def do(self, cells: Sequence[Cell]) -> None:
        """Do those cells that are not finished yet."""
        known = {cell.digest for cell in self.results}
        new = [cell for cell in cells if cell.digest not in known]
        self.results |= {cell: stored(cell, self.folder) for cell in new}
        self.observer.on_cells(new)
        left = [cell for cell in new if self.results[cell].state in ("waiting", "begun")]
        calls = [self._call(cell) for cell in left]
        with closing(_iterator(self.launcher.map(calls, at_once=self.definition.jobs))) as answers:
            for answer in answers:
                cell = left[answer.number]
                result = Result(state="failed", reason=answer.failure)
                if not answer.failure:
                    values = dict(answer.value)
                    for warning in values.pop("warnings"):
                        self.observer.on_warning(cell, warning)
                    result = Result(state="finished", values=values)
                self.results[cell] = result
                self.observer.on_result(cell, result)

    def _call(self, cell: Cell) -> Call:
        return Call(
            function="seqforge.session.cell:run_cell",
            arguments={"folder": to_uri(cell.folder(self.folder).path), "configuration": cell.configuration},
            threads=cell.threads,
        )


def stored(cell: Cell, sweep: Path) -> Result:
    """What the cell's folder says has become of it."""
    run = cell.folder(sweep)
    if not run.is_finished:
        return Result(state="begun" if run.config.is_file() else "waiting")
    try:
        return Result(state="finished", values=cell_values(run))
    except SeqforgeError as error:
        return Result(state="failed", reason=str(error))


def claim(folder: Path, definition: Definition) -> Definition:
    """The definition, filled up from that of the same sweep in the folder; `RequestError` if it holds anything else."""
    file = folder / FILE_NAME
    if file.is_file():
        other = Definition.read(file)
        if other.digest() != definition.digest():
            raise RequestError(
                f"{folder} holds another sweep; choose another --out, or go on with that one: "
                f"seqforge sweep {shlex.quote(str(folder))}"
            )
        jobs = definition.jobs or other.jobs
        return replace(definition, jobs=jobs, trials=other.more_trials(definition.trials))
    refuse_file(folder)
    if folder.is_dir() and any(not _is_trace(path) for path in folder.iterdir()):
        raise RequestError(f"{folder} is not empty and holds no sweep; choose another --out")
    return definition


def _write_if_new(path: Path, text: str) -> None:
    """Write a file, unless that is what stands in it."""
    if not path.is_file() or path.read_bytes() != text.encode():
        atomic.write_text(path, text)


def _is_trace(path: Path) -> bool:
    """Whether it is what is left of a sweep that was killed before it began."""
    return path.name == LOCK_NAME or atomic.is_leftover(path)


def _iterator(answers: Iterable[Any]) -> Any:
    """The answers as what can be closed: a launcher may give another iterator than a generator."""
    if hasattr(answers, "close"):
        return answers

    def generator() -> Iterator[Any]:
        yield from answers

    return generator()
