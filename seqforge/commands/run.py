"""`seqforge run`: train a model, judge it, and hear what it learnt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge import threads as thread_limit
from seqforge.commands.failures import warn
from seqforge.commands.screen import print_json
from seqforge.errors import RequestError
from seqforge.plugins import Registry, short_name

if TYPE_CHECKING:  # loaded when a run begins: they need NumPy
    from seqforge.files.run_folder import RunFolder
    from seqforge.session.checkpoints import Checkpoint
    from seqforge.session.data import Corpus
    from seqforge.session.plan import Plan

__all__ = ["limit_threads", "perform_and_report", "requested_values", "run", "used_callbacks"]


def run(
    context: typer.Context,
    request: Annotated[str, typer.Argument(metavar="RECIPE|FILE.toml|RUN", help="What to run.")],
    data: Annotated[
        str | None, typer.Option("--data", metavar="PATH|NAME", help="A corpus, file, folder or glob.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ARCHITECTURE", help="The architecture to train.")
    ] = None,
    backend: Annotated[
        str | None, typer.Option("--backend", metavar="NAME", help="The engine: numpy, torch, keras ...")
    ] = None,
    launcher: Annotated[
        str | None, typer.Option("--launcher", metavar="NAME", help="What starts the workers; local: this process.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes that train the model together.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL|RUN|NAME",
            help="Go on from this model: its weights, codec and architecture; a name of `seqforge list models` where "
            "no file or folder has it.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value of the configuration.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Of everything random; 1 by default.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to; runs/RECIPE-NNN by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the run that --out holds.")] = False,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", help="For matrix products; 1 by default.")
    ] = None,
    callback: Annotated[
        list[str] | None,
        typer.Option(
            "--callback", metavar="NAME", help="What follows the run, in the place of callbacks.use, or none."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the configuration and end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Train a model, judge it, and write what it generates."""
    registry: Registry = context.obj
    typed = {
        "data.source": data,
        "model.architecture": model,
        "model.start": from_,
        "launcher.name": launcher,
        "launcher.workers": workers,
        "seed": seed,
        "threads": threads,
        "callbacks.use": used_callbacks(callback),
    }
    starting, changes = requested_values(registry, request, set_ or [], typed)
    limit_threads(changes.get("threads", starting.get("threads", 1)))
    from seqforge.session.plan import make_plan

    plan = make_plan(registry, starting, changes, backend=backend)
    if dry_run:
        from seqforge.configuration import to_toml

        print(to_toml(plan.config), end="")
        return
    from seqforge.commands.bar import waiting
    from seqforge.files.run_folder import RunFolder, filled_folder, refuse_occupied
    from seqforge.session.data import load_corpus

    if out is not None:
        refuse_occupied(out, force=force)
        _refuse_start(plan.config.model.start, out)
    with waiting("reading the data", is_shown=not (json or quiet)):
        corpus = load_corpus(registry, plan, plan.placement.reader)
    with filled_folder(out, Path("runs"), short_name(plan.config.recipe) or "run") as folder:
        perform_and_report(registry, plan, corpus, RunFolder(folder), as_json=json, quiet=quiet)


def perform_and_report(
    registry: Registry,
    plan: Plan,
    corpus: Corpus,
    folder: RunFolder,
    checkpoint: Checkpoint | None = None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Do the run, alone in its folder, with progress on the screen and a summary at the end; or nothing if `quiet`."""
    from seqforge.commands.run_progress import RunProgress
    from seqforge.commands.run_report import print_summary, summary
    from seqforge.files.lock import locked
    from seqforge.session.run import perform

    file = sys.stderr if as_json else sys.stdout
    with locked(folder.path), RunProgress(plan, file, quiet=quiet) as observer:
        result = perform(registry, plan, corpus, folder, observer, checkpoint)
    if as_json:
        print_json(summary(plan, result))
    elif not quiet:
        print_summary(plan, result)


def requested_values(
    registry: Registry, request: str, assignments: list[str], typed: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The recipe's or file's values, and the changes: by `--set`, and over them by the other options."""
    from seqforge.configuration import merge, nested, parse_assignment
    from seqforge.recipes import starting_values

    changes: dict[str, Any] = {}
    for assignment in assignments:
        changes = merge(changes, parse_assignment(assignment))
    for key, value in typed.items():
        if value is not None:
            changes = merge(changes, nested(key, value))
    return starting_values(registry, request), changes


def used_callbacks(names: list[str] | None) -> list[str] | None:
    """What `--callback` says of `callbacks.use`: `none` stands alone, and for no callback."""
    if names and "none" in names:
        if set(names) != {"none"}:
            raise RequestError(
                f"--callback got {', '.join(names)}; allowed: names of `seqforge list callbacks`, or none"
            )
        return []
    return names or None


def _refuse_start(start: str, out: Path) -> None:
    """`RequestError` if the run would replace the model that it goes on from: it could not be repeated."""
    path = Path(start).resolve()
    if start and path.exists() and out.resolve() in (path, *path.parents):
        raise RequestError(f"{out} holds the model that the run goes on from; choose another --out")


def limit_threads(threads: Any) -> None:
    """Let matrix products use so many threads, as far as they still can."""
    if isinstance(threads, int) and threads > 1 and not thread_limit.limit(threads):
        warn([f"--threads {threads} has no effect on NumPy: a plugin has imported it already"])
