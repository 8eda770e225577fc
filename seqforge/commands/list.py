"""`seqforge list`: what is there to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from seqforge.commands.screen import print_json, print_table
from seqforge.errors import UnknownName
from seqforge.plugins import Part, Registry, missing_requirements

__all__ = ["list_"]

_KINDS = {
    "recipes": "recipes",
    "models": "models",
    "data": "datasets",
    "backends": "backends",
    "samplers": "samplers",
    "formats": "formats",
    "metrics": "metrics",
    "launchers": "launchers",
    "callbacks": "callbacks",
}
_WHAT = [*_KINDS, "architectures", "runs"]


def list_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="|".join(_WHAT), help="What to list.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List recipes, models, data, backends, architectures, samplers, formats, metrics, launchers, callbacks or runs."""
    if what not in _WHAT:
        raise UnknownName("list", what, _WHAT)
    registry: Registry = context.obj
    if what == "runs":
        rows = _runs(Path("runs"))
    elif what == "architectures":
        rows = _architectures(registry)
    else:
        rows = [_describe(part) for part in registry.parts(_KINDS[what])]
    if json:
        print_json(rows)
    elif rows:
        columns = list(rows[0])
        print_table(columns, [[str(row[column]) for column in columns] for row in rows])
    else:
        print(f"no {what} here")


def _describe(part: Part) -> dict[str, Any]:
    spec = part.spec
    row: dict[str, Any] = {"name": spec.name}
    missing = missing_requirements(spec)
    if part.kind in ("backends", "launchers", "callbacks"):
        row["state"] = f"not installed: {', '.join(missing)}" if missing else "installed"
    if part.kind == "formats":
        row["suffix"] = spec.suffix
        usual = "by default" if spec.by_default else "when named"
        row["written"] = f"not installed: {', '.join(missing)}" if missing else usual
    if part.kind == "metrics":
        row["measures"] = ", ".join(measure.name for measure in spec.measures)
    if part.kind in ("datasets", "models"):
        row["licence"] = spec.licence
    return {**row, "summary": spec.summary, "from": part.distribution}


def _architectures(registry: Registry) -> list[dict[str, Any]]:
    backends: dict[str, list[str]] = {}
    for part in registry.parts("backends"):
        for name in part.spec.architectures:
            backends.setdefault(name, []).append(part.spec.name)
    return [{"name": name, "backends": ", ".join(names)} for name, names in backends.items()]


def _runs(parent: Path) -> list[dict[str, Any]]:
    import tomllib

    from seqforge.files.run_folder import runs_in

    rows = []
    for run in runs_in(parent):
        try:
            config = tomllib.loads(run.config.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            config = {}
        rows.append(
            {
                "run": str(run.path),
                "recipe": config.get("recipe", "?"),
                "backend": config.get("backend", {}).get("name", "?"),
                "seed": config.get("seed", "?"),
                "state": "finished" if run.is_finished else "not finished",
            }
        )
    return rows
