"""The application: every command, and nothing loaded that a command does not use."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from typing import Annotated, Any

import typer

import seqforge
from seqforge.commands.failures import UsageError, warn
from seqforge.commands.plugin_command import announce, mount
from seqforge.commands.plugins_list import print_plugins
from seqforge.errors import PluginError, UnknownName
from seqforge.plugins import Registry

__all__ = ["COMMANDS", "make_app", "run_app"]

_COMMANDS = {
    "run": "run:run",
    "resume": "resume:resume",
    "sweep": "sweep:sweep",
    "generate": "generate:make_generate",
    "evaluate": "evaluate:evaluate",
    "compare": "compare:compare",
    "inspect": "inspect:inspect",
    "export": "export:export",
    "list": "list:list_",
    "recipes": "recipes:recipes_app",
    "plugins": "plugins:plugins_app",
}
"""Modules of this package, and what is in them: a function, an app, or what makes a function of the registry."""

_SUMMARIES = {
    "run": "Train a model, judge it, and write what it generates.",
    "resume": "Go on with a run that was interrupted, killed or moved, from its last complete state.",
    "sweep": "Run each of several values, or search for the best, with several seeds; a sweep that was broken goes on.",
    "generate": "Generate takes from a run, a model file or a registered model.",
    "evaluate": (
        "Judge a run, a model or files: likelihood, measures beside the reference's own range, and how much is copied."
    ),
    "compare": (
        "Compare finished runs: what differs, which one predicts better and by how much, over seeds, and at what cost."
    ),
    "inspect": "Show what is in data - kept, dropped, and why -, in a model, or in a run.",
    "export": "Write the forward step of a model as ONNX, with its vocabulary.",
    "list": (
        "List recipes, models, data, backends, architectures, samplers, formats, metrics, launchers, callbacks or runs."
    ),
    "recipes": "Show a recipe, or copy it to a file of your own.",
    "plugins": "Look at the installed plugins, switch them on and off, and check them.",
}
"""What `seqforge --help` says of each, without loading it; a test holds that it is what the command says itself."""

COMMANDS = tuple(_COMMANDS)

_QUIET = (["plugins", "disable"], ["plugins", "enable"], ["plugins", "doctor"], ["plugins", "check"])
"""Commands that are about what is wrong with plugins, and tell it themselves: it is not told beforehand."""

_QUICK = (["plugins", "list"], ["plugins", "list", "--json"])
"""Done without Typer, which checks every value with pydantic: that takes longer to import than all else together."""


def run_app(registry: Registry, arguments: list[str]) -> int | None:
    """Do what the arguments ask for; the exit status."""
    registry.settle()
    words = [word for word in arguments if not word.startswith("-")]
    _tell_problems(registry, is_strict=_is_strict(arguments), is_quiet=words[:2] in _QUIET)
    if arguments in _QUICK:
        print_plugins(registry, as_json=arguments == _QUICK[1])
        return None
    try:
        return _status(make_app(registry, arguments)(arguments, standalone_mode=False))
    except UsageError:
        is_new = registry.settle(patient=True)
        _explain(registry, words[0] if words else "")
        if not is_new:
            raise
    return _status(make_app(registry, arguments)(arguments, standalone_mode=False))  # a late plugin may know better


def make_app(registry: Registry, arguments: list[str] | None = None) -> typer.Typer:
    """The command line, with the parts of all installed plugins.

    With `arguments` only the command that they ask for is loaded: to load all takes longer than what a help page may.
    """
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
        strict_plugins: Annotated[
            bool, typer.Option("--strict-plugins", help="End with status 3 if anything is wrong with a plugin.")
        ] = False,
    ) -> None:
        context.obj = registry

    asked = next((word for word in arguments or () if not word.startswith("-")), "")
    for name in _COMMANDS:
        if arguments is None or asked == name:
            _add(app, name, registry)
        elif asked not in _COMMANDS:
            announce(app, name, _SUMMARIES[name])
    if asked not in _COMMANDS:
        for part in registry.parts("commands"):
            mount(app, registry.full_name(part), part)
    return app


def _tell_problems(registry: Registry, *, is_strict: bool, is_quiet: bool) -> None:
    """Warn of what is wrong with plugins before anything is done; if that is asked for, it is an error."""
    if is_strict:
        registry.settle(patient=True)
    lines = registry.warnings()
    if not is_quiet:
        warn(lines)
    if is_strict and lines:
        count = f"{len(lines)} problems" if len(lines) > 1 else "a problem"
        raise PluginError(f"{count} with plugins, and --strict-plugins allows none; see seqforge plugins doctor")


def _explain(registry: Registry, command: str) -> None:
    """`RequestError` if the command is one of several plugins, or of one that is disabled."""
    if command and command not in _COMMANDS:
        with contextlib.suppress(UnknownName):
            registry.find("commands", command)


def _is_strict(arguments: list[str]) -> bool:
    """Whether `--strict-plugins` stands before the command."""
    first = next((place for place, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
    return "--strict-plugins" in arguments[:first]


def _status(value: object) -> int | None:
    """The exit status in what Typer gave, which may be what the function of a command returned."""
    return value if isinstance(value, int) else None


def _add(app: typer.Typer, name: str, registry: Registry) -> None:
    module, _, attribute = _COMMANDS[name].partition(":")
    found: Any = getattr(importlib.import_module(f"seqforge.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        function: Callable[..., None] = found(registry) if attribute.startswith("make_") else found
        app.command(name)(function)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"seqforge {seqforge.__version__}")
        raise typer.Exit
