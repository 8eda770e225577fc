"""What a sweep shows while it works: a live table on a terminal, a line a cell elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from seqforge.commands.failures import warn
from seqforge.commands.run_progress import Lines
from seqforge.commands.screen import counted, is_terminal, printable
from seqforge.commands.sweep_report import cell_words, table_rows
from seqforge.files.lock import LOCK_NAME
from seqforge.sweep.cells import Cell, Result
from seqforge.sweep.running import stored

__all__ = ["SweepProgress"]

_LINES_BESIDE = 4
_STATES = ("begun", "failed", "finished", "waiting")
"""What is shown first where not all has room."""


class SweepProgress:
    """Follows the cells of a sweep in `folder`; nothing of it is shown if it is to be `quiet`.

    `total` is how many cells there will be.
    """

    def __init__(self, folder: Path, keys: list[str], total: int, file: TextIO, *, quiet: bool = False) -> None:
        self.folder = folder
        self.keys = keys
        self.total = total
        self.console = Lines(file=file, highlight=False, soft_wrap=True, quiet=quiet, force_jupyter=False)
        self._results: dict[Cell, Result] = {}
        self._before = 0
        is_live = is_terminal(file) and not quiet
        live_console = Console(file=file, highlight=False, force_jupyter=False)
        self._live = (
            Live(get_renderable=self._table, console=live_console, refresh_per_second=2, transient=True)
            if is_live
            else None
        )

    def __enter__(self) -> SweepProgress:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
        self._say_before()

    def on_cells(self, cells: Sequence[Cell]) -> None:
        """Say what is done already, once there is more to do."""
        new = {cell: stored(cell, self.folder) for cell in cells}
        self._results = {**self._results, **new}  # the table is drawn by another thread
        self._before += sum(result.state == "finished" for result in new.values())
        if any(result.state != "finished" for result in new.values()):
            self._say_before()

    def on_result(self, cell: Cell, result: Result) -> None:
        """Say what a cell came to."""
        self._results = {**self._results, cell: result}
        ended = sum(other.state in ("finished", "failed") for other in self._results.values())
        self._say(f"cell {ended}/{self.total}  {cell.digest}  {cell_words(self.keys, cell)}  {_outcome(result)}")

    def on_warning(self, cell: Cell, warning: str) -> None:
        """Print it on standard error."""
        warn([f"cell {cell.digest}: {warning}"])

    def _say_before(self) -> None:
        if self._before:
            self._say(f"{counted(self._before, 'cell')} of {self.total:,} finished before")
            self._before = 0

    def _say(self, line: str) -> None:
        if not self._live:
            self.console.print(printable(line), markup=False)

    def _table(self) -> Table:
        results = {cell: self._now(cell, result) for cell, result in self._results.items()}
        room = max(3, self.console.size.height - _LINES_BESIDE)
        ranked = sorted(results, key=lambda cell: _STATES.index(results[cell].state))
        chosen = set(ranked[:room])
        header, rows = table_rows(self.keys, {cell: result for cell, result in results.items() if cell in chosen})
        counts = ", ".join(
            f"{count} {state}" for state in _STATES if (count := sum(r.state == state for r in results.values()))
        )
        table = Table(box=None, pad_edge=False, caption=f"{self.total} cells: {counts}", caption_justify="left")
        for name in header:
            table.add_column(Text(name), no_wrap=True, overflow="ellipsis")
        for row in rows:
            table.add_row(*map(Text, row))
        return table

    def _now(self, cell: Cell, result: Result) -> Result:
        """How far a cell has come meanwhile."""
        run = cell.folder(self.folder)
        if result.state not in ("waiting", "begun") or not (run.path / LOCK_NAME).exists():
            return result
        try:
            last = json.loads(run.metrics.read_text(encoding="utf-8").rpartition("\n")[0].rpartition("\n")[2])
            return replace(result, state="begun", values={"steps": last["step"]})
        except (OSError, ValueError, KeyError, TypeError):  # it is just being written
            return replace(result, state="begun")


def _outcome(result: Result) -> str:
    if result.state == "failed":
        return f"failed: {result.reason}"
    values = result.values
    figures = [
        f"{part} {values[part]:.3f} nats/{values['unit']}"
        for part in ("validation", "test")
        if values[part] is not None
    ]
    return "  ".join([f"{values['steps']:,} steps", *figures])
