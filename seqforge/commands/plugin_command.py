"""Commands of plugins: `seqforge NAME ...`, in the help by their spec alone, imported when they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from seqforge.commands.failures import UsageError
from seqforge.errors import PluginError, SeqforgeError
from seqforge.plugins import Part

__all__ = ["announce", "mount"]

_COMPLETION = ("install_completion", "show_completion")
"""Options that Typer adds to an app of its own: they would complete a program that there is not."""


class _Handing(TyperCommand):
    """A command that reads none of its arguments: the plugin's own app does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep them all, as they are."""
        ctx.args = list(args)
        return args


def announce(app: typer.Typer, name: str, summary: str) -> None:
    """Add a line to the help, and nothing that could be called."""
    app.command(name, cls=_Handing, help=summary, add_help_option=False)(lambda: None)


def mount(app: typer.Typer, name: str, part: Part) -> None:
    """Add the command of a plugin under `name`."""
    app.command(name, cls=_Handing, help=part.spec.summary, add_help_option=False)(_calling(part))


def _calling(part: Part) -> Callable[[typer.Context], None]:
    def call(context: typer.Context) -> None:
        target = part.load()
        if not isinstance(target, typer.Typer):
            raise PluginError(
                f"{part} is no typer.Typer app but {type(target).__name__}; "
                + part.remedy(f"update {part.distribution}, or report it")
            )
        try:
            command = get_command(target)
            command.params = [parameter for parameter in command.params if parameter.name not in _COMPLETION]
            with command.make_context(context.info_name, list(context.args), parent=context.parent) as own:
                command.invoke(own)
        except (SeqforgeError, OSError, KeyboardInterrupt, SystemExit, MemoryError, typer.Exit, UsageError):
            raise
        except typer.Abort:
            raise typer.Exit(1) from None
        except BaseException as error:
            helps = part.remedy(f"update {part.distribution}, or report it")
            raise PluginError(
                f"{part} failed: {type(error).__name__}: {error}; {helps} "
                f"(--debug before {context.info_name} shows where)"
            ) from error

    return call
