"""`seqforge plugins`: what is installed, what it provides, whether it is wanted, and whether it keeps its promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqforge.commands.plugins_check import check
from seqforge.commands.plugins_doctor import doctor
from seqforge.commands.plugins_list import print_plugins
from seqforge.commands.plugins_new import new
from seqforge.errors import RequestError, UnknownName
from seqforge.plugins import Registry, plugins_named

__all__ = ["plugins_app"]

_HELP = "Look at the installed plugins, switch them on and off, and check them."
_NAME_HELP = "An entry point or distribution of `plugins list`."

plugins_app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)


@plugins_app.callback()
def plugins() -> None:
    """Look at the installed plugins, switch them on and off, and check them."""


plugins_app.command("check")(check)
plugins_app.command("doctor")(doctor)
plugins_app.command("new")(new)


@plugins_app.command("list")
def list_(context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the plugins: distribution, version, state, what each provides, and where it is installed."""
    print_plugins(context.obj, as_json=json)


@plugins_app.command()
def disable(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help=_NAME_HELP)]) -> None:
    """Leave a plugin out from now on, without importing it, until it is enabled."""
    registry: Registry = context.obj
    core, *others = registry.plugins
    if core.is_called(name):
        raise RequestError("the core can't be disabled; disable plugins of others, see seqforge plugins list")
    names = {plugin.full_name for plugin in plugins_named(others, name)}
    _write(registry, names.union(registry.preferences.disabled))
    for full_name in sorted(names):
        print(f"plugin {full_name} is disabled; type: seqforge plugins enable {full_name}, to have it back")


@plugins_app.command()
def enable(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help=_NAME_HELP)]) -> None:
    """Let a disabled plugin take part again."""
    registry: Registry = context.obj
    disabled = set(registry.preferences.disabled)
    try:
        names = {plugin.full_name for plugin in plugins_named(registry.plugins, name)}
    except UnknownName:  # it is no longer installed
        names = {full_name for full_name in disabled if name in (full_name, *full_name.split(":"))}
        if not names:
            raise
    if names & disabled:
        _write(registry, disabled - names)
    for full_name in sorted(names):
        print(f"plugin {full_name} is enabled" if full_name in disabled else f"plugin {full_name} was not disabled")


def _write(registry: Registry, disabled: set[str]) -> None:
    from seqforge.files import atomic

    file: Path = registry.preferences.file
    if registry.preferences.fault:
        raise RequestError(registry.preferences.fault)
    atomic.write_text(file, registry.preferences.to_toml(disabled))
