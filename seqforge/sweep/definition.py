"""What a sweep is: everything that its cells follow from, kept in sweep.toml."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import tomli_w

from seqforge.configuration import merge, nested, read_toml
from seqforge.errors import FileDamaged, RequestError
from seqforge.sweep.axes import Axis

__all__ = ["FILE_NAME", "Definition", "Point"]

FILE_NAME = "sweep.toml"
FORMAT_VERSION = 1

_BESIDE = ("launcher", "callbacks")
"""Sections that don't decide what comes of a cell."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place in the space of a sweep: the value of each axis, by key; each seed makes a cell of it."""

    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """`starting` is what a recipe or file says, `changes` what was typed; either `grid` or `search` varies them.

    Without `seeds` there is the one of the configuration. `trials` is how many points a search comes to, `jobs` how
    many cells it does at once: they decide how far it goes and what it knows when, but not which sweep it is.
    """

    starting: Mapping[str, Any]
    changes: Mapping[str, Any]
    grid: tuple[Axis, ...] = ()
    search: tuple[Axis, ...] = ()
    seeds: tuple[int, ...] = ()
    trials: int = 0
    jobs: int = 0

    @property
    def keys(self) -> list[str]:
        """What varies, but for the seed."""
        return [axis.key for axis in (*self.grid, *self.search)]

    def digest(self) -> str:
        """SHA-256 of what decides the cells, whatever order the values of a grid and the seeds were typed in."""
        values = self._decisive()
        for name in ("starting", "changes"):
            values[name] = {key: value for key, value in values[name].items() if key not in _BESIDE}
        values["seeds"] = sorted(self.seeds)
        if self.grid:
            axes = sorted((axis.to_values() for axis in self.grid), key=lambda axis: str(axis["key"]))
            values["grid"] = [{**axis, "values": sorted(axis["values"], key=repr)} for axis in axes]
        return hashlib.sha256(tomli_w.dumps(values).encode()).hexdigest()

    def points(self) -> Iterator[Point]:
        """Those of a grid, the last axis changing fastest."""
        for values in product(*(axis.values for axis in self.grid)):
            yield Point(values=dict(zip(self.keys, values, strict=True)))

    def corners(self) -> Iterator[Point]:
        """Points of a search of which one is wrong, if any may be: the ends of the ranges, one between, each value."""
        for share in (0.0, 0.4142, 1.0):
            yield Point(values={axis.key: _between(axis, share) for axis in self.search})
        for axis in self.search:
            for value in axis.values:
                yield Point(values={**{other.key: _between(other, 0.0) for other in self.search}, axis.key: value})

    def changed(self, point: Point, seed: int | None) -> dict[str, Any]:
        """The changes with the values of a point and a seed."""
        changes = dict(self.changes)
        for key, value in {**point.values, **({} if seed is None else {"seed": seed})}.items():
            changes = merge(changes, nested(key, value))
        return changes

    def more_trials(self, trials: int) -> int:
        """How many there are to be if `trials` are asked for, 0 for as many as before; `RequestError` for fewer."""
        if 0 < trials < self.trials:
            raise RequestError(
                f"--trials is {trials}, and this search has {self.trials} already; it can only be made longer"
            )
        return trials or self.trials

    def to_toml(self) -> str:
        """What stands in sweep.toml."""
        values = {"format_version": FORMAT_VERSION, **self._decisive()}
        if self.search:
            values["search"] |= {"trials": self.trials, "jobs": self.jobs}
        return tomli_w.dumps(values)

    @staticmethod
    def read(path: Path) -> Definition:
        """What `to_toml` wrote."""
        try:
            values = read_toml(path.read_text(encoding="utf-8"), str(path))
            if values["format_version"] != FORMAT_VERSION:
                raise FileDamaged(
                    f"{path} is of format {values['format_version']}, and this seqforge knows 1; update it"
                )
            search = values.get("search", {"axes": [], "trials": 0, "jobs": 0})
            return Definition(
                starting=values["starting"],
                changes=values["changes"],
                grid=tuple(map(Axis.from_values, values.get("grid", []))),
                search=tuple(map(Axis.from_values, search["axes"])),
                seeds=tuple(values["seeds"]),
                trials=int(search["trials"]),
                jobs=int(search["jobs"]),
            )
        except (UnicodeDecodeError, KeyError, TypeError, ValueError, AttributeError, RequestError) as error:
            raise FileDamaged(f"{path} is not what a sweep writes ({error}); type its whole command again") from None

    def _decisive(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "seeds": list(self.seeds),
            "starting": dict(self.starting),
            "changes": dict(self.changes),
        }
        for name, axes in (("grid", self.grid), ("search", self.search)):
            if axes:
                values[name] = [axis.to_values() for axis in axes]  # a table would forget their order
        if self.search:
            values["search"] = {"axes": values["search"]}
        return values


def _between(axis: Axis, share: float) -> Any:
    if not axis.is_range:
        return axis.values[0]
    value = axis.low + share * (axis.high - axis.low)
    return round(value) if axis.is_whole else axis.low if share == 0 else axis.high if share == 1 else value
