"""What a sweep shows at its end, and before it begins."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from seqforge.commands.screen import counted, print_pairs, print_table, printable
from seqforge.sweep.cells import Cell, Result
from seqforge.sweep.running import Sweep
from seqforge.sweep.table import Mean, best_point, point_means, shown

__all__ = ["cell_words", "failure_message", "print_cells", "print_sweep", "table_rows"]

_MOST_REASONS = 3


def print_sweep(sweep: Sweep) -> None:
    """Print a row a cell, the means over several seeds, and what to type next."""
    print()
    print_cells(sweep.definition.keys, sweep.results)
    means = point_means(sweep.results)
    if any(len(mean.seeds) > 1 for mean in means):
        print()
        print("means over seeds")
        keys = sweep.definition.keys
        rows = [[*_values(keys, mean.point.values), str(len(mean.seeds)), *_figures(vars(mean))] for mean in means]
        print_table([*keys, "seeds", "validation", "test"], rows)
    if sweep.definition.search and (best := best_point(sweep.results)):
        print()
        print(f"best  {_best_words(best)}")
    if sweep.failures or len(sweep.results) < 2:
        return  # no comparison would take that
    print()
    folder = shlex.quote(str(sweep.folder))
    print_pairs(
        [
            ("next, try:", ""),
            (f"  seqforge compare {folder}", "what the differences are worth"),
        ]
    )


def print_cells(keys: list[str], results: Mapping[Cell, Result]) -> None:
    """Print a row a cell, and of what its figures are."""
    units = list(dict.fromkeys(result.values["unit"] for result in results.values() if result.values.get("unit")))
    header, rows = table_rows(keys, results, with_unit=len(units) > 1)
    print_table(header, rows)
    if len(units) == 1:
        print(f"validation and test in nats/{units[0]}")


def table_rows(
    keys: list[str], results: Mapping[Cell, Result], *, with_unit: bool = False
) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a table of cells."""
    header = ["run", *keys, "seed", "state", "steps", "validation", "test", *(["unit"] if with_unit else [])]
    rows = []
    for cell, result in results.items():
        steps = result.values.get("steps")
        unit = [str(result.values.get("unit") or "")] if with_unit else []
        cells = [*_values(keys, cell.point.values), str(cell.seed), result.state]
        rows.append([cell.digest, *cells, "" if steps is None else f"{steps:,}", *_figures(result.values), *unit])
    return header, rows


def cell_words(keys: list[str], cell: Cell) -> str:
    """What a cell is, such as `model.lstm.hidden=8 seed=1`."""
    return " ".join(
        [
            *(f"{key}={value}" for key, value in zip(keys, _values(keys, cell.point.values), strict=True)),
            f"seed={cell.seed}",
        ]
    )


def failure_message(sweep: Sweep) -> str:
    """Which cells failed and why, and what to do."""
    failures = sweep.failures
    reasons: dict[str, list[str]] = {}
    for cell, reason in failures:
        reasons.setdefault(reason, []).append(cell.digest)
    told = [f"{', '.join(runs[:_MOST_REASONS])}: {reason}" for reason, runs in list(reasons.items())[:_MOST_REASONS]]
    more = f"; {counted(len(reasons) - _MOST_REASONS, 'other reason')} in table.csv" if len(reasons) > len(told) else ""
    return (
        f"{len(failures)} of {counted(len(sweep.results), 'cell')} failed ({'; '.join(told)}{more}); "
        f"to try them again, type: {sweep.command}"
    )


def _best_words(mean: Mean) -> str:
    values = " ".join(f"{key}={printable(shown(value))}" for key, value in mean.point.values.items())
    return f"{values}  validation {mean.validation:.3f} nats/{mean.unit}"


def _values(keys: list[str], values: Mapping[str, Any]) -> list[str]:
    return [printable(shown(values[key])) for key in keys]


def _figures(values: Mapping[str, Any]) -> list[str]:
    return ["" if (value := values.get(part)) is None else f"{value:.3f}" for part in ("validation", "test")]
