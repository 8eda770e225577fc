"""The page of the commands: each with its arguments and options, as its help has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from markdown import code, table

import seqforge
from seqforge.commands.app import make_app
from seqforge.errors import Interrupted
from seqforge.plugins import Registry

INTRODUCTION = """# Commands

`seqforge COMMAND --help` (or `-h`) says the same in the terminal. An option that takes KEY=VALUE may be repeated. An
option of `generate` that begins with names in brackets, such as (melody), is of the codecs or formats of these names;
here are those of seqforge's own packages.

"""


def page() -> str:
    """The page."""
    app = typer.main.get_command(make_app(Registry.installed()))
    sections = [_section(path, command) for path, command in _walk("seqforge", app, None)]
    return INTRODUCTION + "".join(sections) + _statuses()


def _walk(path: str, command: Any, parent: Any) -> Iterator[tuple[str, Any]]:
    """A command and all below it, by the words that are typed."""
    yield path, command
    if hasattr(command, "list_commands"):
        context = command.context_class(command, info_name=path, parent=parent)
        for name in command.list_commands(context):
            yield from _walk(f"{path} {name}", command.get_command(context, name), context)


def _section(path: str, command: Any) -> str:
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    options = [parameter for parameter in shown if parameter.param_type_name == "option"]
    words = [path, *(_metavar(argument) for argument in arguments)]
    words += ["COMMAND"] if hasattr(command, "list_commands") else []
    return (
        f"## {path}\n\n{code(' '.join(words))}\n\n{(command.help or '').strip()}\n\n"
        + table(["argument", "meaning"], ([code(_metavar(argument)), argument.help or ""] for argument in arguments))
        + table(["option", "meaning"], ([_written(option), option.help or ""] for option in options))
    )


def _written(option: Any) -> str:
    """An option as it is typed, with its value."""
    metavar = "" if option.is_flag else f" {_metavar(option)}"
    names = [code(f"{name}{metavar}") for name in (*option.opts, *option.secondary_opts)]
    return ", ".join(names)


def _metavar(parameter: Any) -> str:
    name = parameter.metavar or str(parameter.name).strip("_").upper()
    return name if parameter.required or parameter.param_type_name == "option" else f"[{name.strip('[]')}]"


def _statuses() -> str:
    """What a command's exit status says."""
    found: dict[int, list[str]] = {}
    for name in (*seqforge.__all__, "Interrupted"):
        error = Interrupted if name == "Interrupted" else getattr(seqforge, name)
        if isinstance(error, type) and issubclass(error, seqforge.SeqforgeError):
            found.setdefault(error.exit_status, []).append(name)
    words = {
        1: "the work failed, or the system refused something (disk, permissions)",
        2: "the request is wrong: the command line, a value, a name, a file",
        3: "a plugin is at fault, or failed a check",
        130: "interrupted by Ctrl-C or a polite kill; what is complete is kept",
    }
    rows = [["0", "done", ""], *([str(number), words[number], code_names(found[number])] for number in sorted(found))]
    return (
        "## Exit statuses\n\n"
        "An error is one line on standard error; `seqforge --debug COMMAND` shows its traceback.\n\n"
        + table(["status", "meaning", "[errors](names.md#errors)"], rows)
    )


def code_names(names: list[str]) -> str:
    """Names as code, sorted."""
    return ", ".join(code(name) for name in sorted(names))
