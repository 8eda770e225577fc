"""What a sweep came to: a row a cell, a mean a point. Nothing in it depends on how often the sweep was broken."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforge.sweep.cells import Cell, Result
from seqforge.sweep.definition import Point

__all__ = ["CSV_NAME", "Mean", "best_point", "point_means", "shown", "sweep_values", "table_csv"]

CSV_NAME = "table.csv"

_FIGURES = ("steps", "best_step", "unit", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class Mean:
    """Of the finished cells of a point, over their `seeds`: nats a `unit`; none where a part was not held out."""

    point: Point
    seeds: tuple[int, ...]
    unit: str | None
    validation: float | None
    test: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "point": dict(self.point.values), "seeds": list(self.seeds)}


def point_means(results: Mapping[Cell, Result]) -> list[Mean]:
    """A mean for each point of which any cell is finished, in their order."""
    groups: dict[int, list[Cell]] = {}
    for cell, result in results.items():
        if result.state == "finished":
            groups.setdefault(id(cell.point), []).append(cell)
    return [_mean(cells, [results[cell].values for cell in cells]) for cells in groups.values()]


def best_point(results: Mapping[Cell, Result]) -> Mean | None:
    """The point with the lowest validation figure, of which no cell has failed; the first of equal ones."""
    failed = {id(cell.point) for cell, result in results.items() if result.state != "finished"}
    means = [mean for mean in point_means(results) if mean.validation is not None and id(mean.point) not in failed]
    return min(means, key=lambda mean: mean.validation or 0.0, default=None)


def sweep_values(keys: Sequence[str], results: Mapping[Cell, Result]) -> dict[str, Any]:
    """All of it as plain values."""
    best = best_point(results)
    return {
        "keys": list(keys),
        "cells": [
            {
                "run": cell.digest,
                "values": dict(cell.point.values),
                "seed": cell.seed,
                "state": result.state,
                "reason": result.reason,
                **{name: result.values.get(name) for name in _FIGURES},
            }
            for cell, result in results.items()
        ],
        "points": [mean.to_json() for mean in point_means(results)],
        "best": best.to_json() if best else None,
    }


def table_csv(keys: Sequence[str], results: Mapping[Cell, Result]) -> str:
    """The rows as CSV, figures in full."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["run", *keys, "seed", "state", *_FIGURES, "reason"])
    for cell, result in results.items():
        values = [_plain(cell.point.values[key]) for key in keys]
        figures = ["" if (value := result.values.get(name)) is None else value for name in _FIGURES]
        writer.writerow([cell.digest, *values, cell.seed, result.state, *figures, result.reason])
    return file.getvalue()


def shown(value: Any) -> str:
    """A value as a table shows it."""
    return f"{value:.4g}" if isinstance(value, float) else _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _mean(cells: Sequence[Cell], values: Sequence[Mapping[str, Any]]) -> Mean:
    return Mean(
        point=cells[0].point,
        seeds=tuple(cell.seed for cell in cells),
        unit=values[0]["unit"],
        validation=_average(value["validation"] for value in values),
        test=_average(value["test"] for value in values),
    )


def _average(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
