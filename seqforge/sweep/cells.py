"""The cells of a sweep: a configuration each, resolved and named by its digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seqforge.choice import choose_backend
from seqforge.configuration import RunConfig, merge, nested, to_toml
from seqforge.errors import RequestError
from seqforge.files.run_folder import RunFolder
from seqforge.plugins import Registry
from seqforge.session.placement import LOCAL
from seqforge.session.plan import make_plan
from seqforge.sweep.axes import Axis
from seqforge.sweep.definition import Definition, Point

__all__ = ["Cell", "Result", "plan_cells", "plan_search", "settled"]

_DIGITS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """A run to be: its point and seed, its configuration resolved, as TOML too, and the cores that it keeps busy."""

    digest: str
    point: Point
    seed: int
    configuration: str
    threads: int

    def folder(self, sweep: Path) -> RunFolder:
        """Where the run is."""
        return RunFolder(sweep / self.digest)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What has become of a cell: its `state`, a `reason` if it failed, `values` (see `cell_values`) if it is finished.

    States are `waiting`, `begun`, `finished` and `failed`.
    """

    state: str
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def plan_cells(registry: Registry, definition: Definition, points: Iterable[Point]) -> list[Cell]:
    """The cells of points, of equal ones the first; what is wrong with one is a `RequestError` that names the key."""
    cells: dict[str, Cell] = {}
    for point in points:
        for seed in definition.seeds or (None,):
            config = _config(registry, definition, point, seed)
            digest = config.digest()[:_DIGITS]
            new = Cell(
                digest=digest, point=point, seed=config.seed, configuration=to_toml(config), threads=config.threads
            )
            cells.setdefault(digest, new)
    return list(cells.values())


def plan_search(registry: Registry, definition: Definition) -> None:
    """Try what a search may come to; `RequestError` if there would be nothing to judge a trial by."""
    for point in definition.corners():
        config = _config(registry, definition, point, None)
        if not config.data.validation:
            raise RequestError(
                "--search chooses by the validation part, and data.validation is 0; type --set data.validation=0.1"
            )


def settled(registry: Registry, definition: Definition) -> Definition:
    """The definition with the backend named, and files by absolute paths: it means the same in any folder, any day."""
    changes, keys = dict(definition.changes), definition.keys
    values = merge(definition.starting, changes)
    # what is no table is left for the plan to name
    if "backend.name" not in keys and isinstance(values.get("backend", {}), Mapping):
        configured = _value(values, "backend", "name")
        choice = choose_backend(registry, asked=None, configured=configured or "auto")
        changes = merge(changes, nested("backend.name", registry.full_name(choice.part)))
    for key in _PLACES:
        section, _, name = key.partition(".")
        if place := _value(values, section, name):
            changes = merge(changes, nested(key, _absolute(registry, key, place)))
    return replace(
        definition,
        changes=changes,
        grid=tuple(_settled(registry, axis) for axis in definition.grid),
        search=tuple(_settled(registry, axis) for axis in definition.search),
    )


_PLACES = ("data.source", "model.start")
"""Keys that name a part, or a file."""


def _settled(registry: Registry, axis: Axis) -> Axis:
    if axis.key not in _PLACES:
        return axis
    return replace(axis, values=tuple(_absolute(registry, axis.key, str(value)) for value in axis.values))


def _absolute(registry: Registry, key: str, place: str) -> str:
    """The place as an absolute path; a name, and what is neither, as it is."""
    path = Path(place).expanduser()
    is_name = registry.has("datasets", place) if key == "data.source" else not path.exists()
    return place if is_name else str(path.absolute())


def _value(values: Mapping[str, Any], section: str, name: str) -> str:
    table = values.get(section)
    found = table.get(name) if isinstance(table, Mapping) else None
    return found if isinstance(found, str) else ""


def _config(registry: Registry, definition: Definition, point: Point, seed: int | None) -> RunConfig:
    """A cell is trained by one process, wherever the sweep's own launcher starts that."""
    changes = definition.changed(point, seed)
    typed = changes.get("launcher", {})
    if isinstance(typed, Mapping):  # what is no table is left for the plan to name
        for key, value in _ALONE.items():
            if typed.get(key, value) != value:
                raise RequestError(
                    f"--set got launcher.{key}, and each cell of a sweep is one process; "
                    f"leave it out: --launcher and -j say where cells run, and how many at once"
                )
        changes = merge(changes, {"launcher": _ALONE})
    return make_plan(registry, definition.starting, changes).config


_ALONE = {"name": LOCAL, "workers": 1}
