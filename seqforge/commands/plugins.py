"""`seqforge plugins`: what is installed, what it provides, and whether it keeps its promises."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from seqforge.commands.plugins_check import check
from seqforge.commands.plugins_new import new
from seqforge.commands.screen import print_json, print_table
from seqforge.plugins import Plugin, Registry

__all__ = ["plugins_app"]

plugins_app = typer.Typer(
    help="Look at the installed plugins, and check them.", no_args_is_help=True, rich_markup_mode=None
)


@plugins_app.callback()
def plugins() -> None:
    """Look at the installed plugins, and check them."""


plugins_app.command("check")(check)
plugins_app.command("new")(new)


@plugins_app.command("list")
def list_(context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the plugins: distribution, version, state, and what each provides."""
    registry: Registry = context.obj
    rows = [_describe(plugin) for plugin in registry.plugins]
    if json:
        print_json(rows)
        return
    print_table(
        ["plugin", "distribution", "version", "state", "provides"],
        [[row["plugin"], row["distribution"], row["version"], row["state"], _words(row["provides"])] for row in rows],
    )


def _describe(plugin: Plugin) -> dict[str, Any]:
    return {
        "plugin": plugin.entry_point,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.problem.cause if plugin.problem else "ok",
        "provides": plugin.provides,
    }


def _words(provides: dict[str, list[str]]) -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in provides.items())
