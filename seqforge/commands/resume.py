"""`seqforge resume`: go on with a run from its last complete state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge.commands.failures import warn
from seqforge.commands.run import limit_threads, perform_and_report, used_callbacks
from seqforge.errors import RequestError
from seqforge.plugins import Registry

if TYPE_CHECKING:
    from seqforge.files.run_folder import RunFolder

__all__ = ["resume"]


def resume(
    context: typer.Context,
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="The folder of a run; the latest in runs/ by default.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="PATH|NAME", help="Where the same data is now, if it has moved.")
    ] = None,
    backend: Annotated[
        str | None, typer.Option("--backend", metavar="NAME", help="Another engine than that of the run.")
    ] = None,
    launcher: Annotated[
        str | None, typer.Option("--launcher", metavar="NAME", help="What starts the workers now.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes that train the model together now.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", help="For matrix products.")] = None,
    callback: Annotated[
        list[str] | None,
        typer.Option("--callback", metavar="NAME", help="What follows the run from here on, or none."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Go on with a run that was interrupted, killed or moved, from its last complete state."""
    registry: Registry = context.obj
    from seqforge.commands.bar import waiting
    from seqforge.configuration import merge, nested, read_toml
    from seqforge.recipes import starting_values
    from seqforge.session.checkpoints import last_checkpoint
    from seqforge.session.data import load_corpus
    from seqforge.session.plan import make_plan

    folder = _folder(run)
    checkpoint, problems = last_checkpoint(folder)
    if checkpoint is None and not folder.config.is_file():
        reason = f": {problems[0]}" if problems else ""
        raise RequestError(f"{folder.path} holds no run to go on with{reason}; see `seqforge list runs`")
    remains = "the state before it" if checkpoint else "the beginning"
    warn([f"{problem}; going on from {remains}" for problem in problems])
    if checkpoint:
        starting = read_toml(checkpoint.provenance.configuration, str(folder.resume))
    else:
        starting = starting_values(registry, str(folder.config))
    changes: dict[str, Any] = {}
    if data is not None:
        changes["data"] = {"source": data}
    typed = {"launcher.name": launcher, "launcher.workers": workers, "threads": threads}
    for key, value in typed.items():
        if value is not None:
            changes = merge(changes, nested(key, value))
    if (used := used_callbacks(callback)) is not None:
        changes["callbacks"] = {"use": used}
    limit_threads(changes.get("threads", starting.get("threads", 1)))
    plan = make_plan(registry, starting, changes, backend=backend)
    with waiting("reading the data", is_shown=not (json or quiet)):
        corpus = load_corpus(registry, plan, plan.placement.reader)
    perform_and_report(registry, plan, corpus, folder, checkpoint, as_json=json, quiet=quiet)


def _folder(run: Path | None) -> RunFolder:
    from seqforge.files.run_folder import RunFolder, runs_in

    if run is not None:
        return RunFolder(run)
    if not (runs := runs_in(Path("runs"))):
        raise RequestError("there is no run in runs/; name the folder of one")
    return runs[-1]
