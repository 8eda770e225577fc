"""The application: every command, and nothing loaded that a command does not use."""

from __future__ import annotations

from typing import Annotated

import typer

import seqforge
from seqforge.commands.evaluate import evaluate
from seqforge.commands.export import export
from seqforge.commands.failures import warn
from seqforge.commands.generate import make_generate
from seqforge.commands.inspect import inspect
from seqforge.commands.list import list_
from seqforge.commands.plugins import plugins_app
from seqforge.commands.recipes import recipes_app
from seqforge.commands.resume import resume
from seqforge.commands.run import run
from seqforge.plugins import Registry

__all__ = ["make_app"]


def make_app() -> typer.Typer:
    """The command line, with the parts of all installed plugins."""
    registry = Registry.installed()
    app = typer.Typer(
        name="seqforge",
        help="Train small sequence models on your own corpus; generate, hear, see and judge what they learnt.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def seqforge_(
        context: typer.Context,
        version: Annotated[
            bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
        ] = False,
        debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    ) -> None:
        context.obj = registry
        warn([str(problem) for problem in registry.problems])

    app.command()(run)
    app.command()(resume)
    app.command()(make_generate(registry))
    app.command()(evaluate)
    app.command()(inspect)
    app.command()(export)
    app.command("list")(list_)
    app.add_typer(recipes_app, name="recipes")
    app.add_typer(plugins_app, name="plugins")
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"seqforge {seqforge.__version__}")
        raise typer.Exit
