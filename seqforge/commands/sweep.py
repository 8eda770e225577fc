"""`seqforge sweep`: many runs of one request, for each of several values and seeds."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge.commands.failures import warn
from seqforge.commands.run import requested_values
from seqforge.commands.screen import counted, print_json
from seqforge.errors import OutOfRange, RequestError, SeqforgeError
from seqforge.plugins import Registry, short_name

if TYPE_CHECKING:  # loaded when a sweep begins: they need NumPy
    from seqforge.launching import Launcher
    from seqforge.sweep.definition import Definition

__all__ = ["sweep"]

_TRIALS = 20


def sweep(
    context: typer.Context,
    request: Annotated[
        str, typer.Argument(metavar="RECIPE|FILE.toml|SWEEP", help="What to run, or the sweep to go on with.")
    ],
    grid: Annotated[
        list[str] | None,
        typer.Option("--grid", metavar="KEY=V1,V2", help="Run each of these values, with each of other keys."),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            "--search",
            metavar="KEY=LOW:HIGH",
            help="Look in this range (LOW:HIGH:log: by its logarithm), or among V1,V2, for what predicts best.",
        ),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", metavar="1,2,3", help="Run each from each of these seeds.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", metavar="N", help="Cells at once; as many as there are cores by default.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option("--trials", metavar="N", help=f"How often a search tries; {_TRIALS} by default.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value of the configuration.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="PATH|NAME", help="A corpus, file, folder or glob.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ARCHITECTURE", help="The architecture to train.")
    ] = None,
    backend: Annotated[
        str | None, typer.Option("--backend", metavar="NAME", help="The engine: numpy, torch, keras ...")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="MODEL|RUN|NAME", help="Go on from this model in each cell.")
    ] = None,
    launcher: Annotated[
        str | None, typer.Option("--launcher", metavar="NAME", help="What runs the cells; local: this machine.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to; sweeps/RECIPE-DIGEST by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the cells and end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Run each of several values, or search for the best, with several seeds; a sweep that was broken goes on."""
    registry: Registry = context.obj
    _check_counts(jobs, trials)
    from seqforge.session.placement import LOCAL
    from seqforge.sweep.definition import FILE_NAME, Definition
    from seqforge.sweep.running import claim

    folder = Path(request).parent if Path(request).name == FILE_NAME else Path(request)
    if (folder / FILE_NAME).is_file():
        typed = {"--grid": grid, "--search": search, "--seeds": seeds, "--set": set_, "--data": data, "--model": model,
                 "--backend": backend, "--from": from_, "--out": out}  # fmt: skip
        _refuse_more(folder, typed)
        definition = _again(Definition.read(folder / FILE_NAME), trials, jobs)
    else:
        changed = {"data.source": data, "model.architecture": model, "backend.name": backend, "model.start": from_}
        starting, changes = requested_values(registry, request, set_ or [], changed)
        definition = _definition(registry, starting, changes, grid or [], search or [], seeds, trials, jobs)
        folder = out or Path("sweeps") / f"{_name(starting)}-{definition.digest()[:12]}"
        definition = claim(folder, definition)
    definition = _complete(registry, definition)
    if dry_run:
        registry.find("launchers", launcher or LOCAL)
        _show(registry, definition, folder, as_json=json)
        return
    _run(registry, definition, folder, launcher, as_json=json, quiet=quiet)


def _run(
    registry: Registry, definition: Definition, folder: Path, launcher: str | None, *, as_json: bool, quiet: bool
) -> None:
    """Do the sweep, and show what it came to."""
    from seqforge.commands.sweep_progress import SweepProgress
    from seqforge.commands.sweep_report import failure_message, print_sweep
    from seqforge.files import atomic
    from seqforge.sweep.running import Sweep
    from seqforge.sweep.table import CSV_NAME, sweep_values, table_csv

    total = _planned(registry, definition)
    file = sys.stderr if as_json else sys.stdout
    with SweepProgress(folder, definition.keys, total, file, quiet=quiet) as observer:
        sweep = Sweep(registry, definition, folder, _launcher(registry, definition, launcher), observer, launcher or "")
        sweep.run()
    atomic.write_text(folder / CSV_NAME, table_csv(definition.keys, sweep.results))
    if as_json:
        print_json({"sweep": str(folder), **sweep_values(definition.keys, sweep.results)})
    elif not quiet:
        print_sweep(sweep)
    if sweep.failures:
        raise SeqforgeError(failure_message(sweep))


def _definition(
    registry: Registry,
    starting: dict[str, Any],
    changes: dict[str, Any],
    grid: list[str],
    search: list[str],
    seeds: str | None,
    trials: int | None,
    jobs: int | None,
) -> Definition:
    """What was typed, checked as far as it can be without a plan."""
    from seqforge.sweep.axes import parse_grid, parse_search, parse_seeds
    from seqforge.sweep.cells import settled
    from seqforge.sweep.definition import Definition

    if grid and search:
        raise RequestError("--grid and --search together would search each point of the grid; type one sweep for each")
    if trials is not None and not search:
        raise RequestError("--trials is for a --search; a grid has as many cells as it has values")
    if not (grid or search or seeds is not None):
        raise RequestError("nothing varies; name values with --grid KEY=V1,V2, --search KEY=LOW:HIGH or --seeds 1,2,3")
    axes, numbers = parse_grid(grid), parse_seeds(seeds) if seeds is not None else ()
    if own := [axis for axis in axes if axis.key == "seed"]:
        if numbers:
            raise RequestError("--grid has seed and --seeds has others; name the seeds with --seeds alone")
        axes = tuple(axis for axis in axes if axis.key != "seed")
        numbers = parse_seeds(",".join(map(str, own[0].values)))
    definition = Definition(
        starting=starting,
        changes=changes,
        grid=axes,
        search=parse_search(search),
        seeds=numbers,
        trials=trials or 0,
        jobs=jobs or 0,
    )
    _refuse_set_keys(definition)
    return settled(registry, definition)


def _complete(registry: Registry, definition: Definition) -> Definition:
    """The definition with how often and how wide it searches."""
    if not definition.search:
        return definition
    from seqforge.launchers.local import free_cores
    from seqforge.sweep.search import require_optuna

    require_optuna()
    threads = definition.changes.get("threads", definition.starting.get("threads", 1))
    room = max(1, free_cores() // threads) if isinstance(threads, int) and threads > 0 else 1
    return replace(definition, trials=definition.trials or _TRIALS, jobs=definition.jobs or room)


def _again(definition: Definition, trials: int | None, jobs: int | None) -> Definition:
    """A stored definition with what was typed now."""
    if trials is not None and not definition.search:
        raise RequestError("--trials is for a --search, and this sweep has a grid; leave it out")
    return replace(definition, trials=definition.more_trials(trials or 0), jobs=jobs or definition.jobs)


def _planned(registry: Registry, definition: Definition) -> int:
    """How many cells there will be; a wrong key or value ends it here, before any work."""
    from seqforge.sweep.cells import plan_cells, plan_search

    if definition.search:
        plan_search(registry, definition)
        return definition.trials * max(1, len(definition.seeds))
    points = list(definition.points())
    cells, asked = plan_cells(registry, definition, points), len(points) * max(1, len(definition.seeds))
    if len(cells) < asked:
        warn([f"{counted(asked, 'cell')} have {counted(len(cells), 'different configuration')}; each is run once"])
    return len(cells)


def _show(registry: Registry, definition: Definition, folder: Path, *, as_json: bool) -> None:
    """Print what would be done."""
    from seqforge.commands.sweep_report import print_cells
    from seqforge.sweep.cells import plan_cells
    from seqforge.sweep.running import stored
    from seqforge.sweep.table import sweep_values

    total = _planned(registry, definition)
    cells = [] if definition.search else plan_cells(registry, definition, definition.points())
    results = {cell: stored(cell, folder) for cell in cells}
    if as_json:
        print_json({"sweep": str(folder), "count": total, **sweep_values(definition.keys, results)})
        return
    if definition.search:
        print(definition.to_toml(), end="")
    else:
        print_cells(definition.keys, results)
    print(f"{counted(total, 'cell')} in {folder}")


def _launcher(registry: Registry, definition: Definition, name: str | None) -> Launcher:
    """What runs the cells, with its options in the configuration."""
    from seqforge.configuration import merge
    from seqforge.session.placement import LOCAL, find_launcher

    section = merge(definition.starting, definition.changes).get("launcher", {})
    tables = {key: value for key, value in section.items() if key not in ("name", "workers")}
    part, options = find_launcher(registry, name or LOCAL, tables)
    launcher: Launcher = part.build(**options)
    return launcher


def _check_counts(jobs: int | None, trials: int | None) -> None:
    for option, count in (("-j", jobs), ("--trials", trials)):
        if count is not None and count < 1:
            raise OutOfRange(option, count, "integers from 1 on")


def _refuse_more(folder: Path, typed: dict[str, Any]) -> None:
    """`RequestError` if more was typed than a sweep that goes on can take."""
    if given := [name for name, value in typed.items() if value]:
        raise RequestError(
            f"{folder} is a sweep that knows what it is, and {', '.join(given)} would make it another; "
            f"leave that out, or begin one from the recipe"
        )


def _refuse_set_keys(definition: Definition) -> None:
    """`RequestError` if a key is both set and varied."""
    keys = [*definition.keys, *(["seed"] if definition.seeds else [])]
    for key in keys:
        table: Any = definition.changes
        for name in key.split("."):
            table = table.get(name) if isinstance(table, dict) else None
        if table is not None:
            raise RequestError(f"{key} is set to {table!r}, and is to vary as well; leave out one of the two")


def _name(starting: dict[str, Any]) -> str:
    recipe = starting.get("recipe")
    return short_name(recipe) if isinstance(recipe, str) and recipe else "run"
