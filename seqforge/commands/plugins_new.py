"""`seqforge plugins new`: a package to start a plugin from."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

import seqforge
from seqforge.commands.screen import counted, print_json
from seqforge.errors import RequestError, UnknownName
from seqforge.scaffold.kinds import KINDS

__all__ = ["new"]

_KINDS = ", ".join(KINDS)


def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the plugin is called, and what it offers.")],
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=f"Needed. One of: {_KINDS}.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where to; ./NAME by default.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a package that works as it is: a part of that kind, its tests, and what pip needs to install it."""
    from seqforge.scaffold.names import check_name
    from seqforge.scaffold.package import package_files, write_package

    if not kind:
        raise RequestError(f"--kind is missing; allowed: {_KINDS}")
    if kind not in KINDS:
        raise UnknownName("kind of plugin", kind, KINDS)
    check_name(context.obj, name)
    folder = out or Path(name)
    files = package_files(KINDS[kind], name, seqforge.__version__)
    write_package(folder, files)
    commands = _next_commands(kind, name, folder)
    if json:
        print_json({"name": name, "kind": kind, "folder": str(folder), "files": list(files), "next": commands})
        return
    print(f"{folder} written, {counted(len(files), 'file')}:")
    for place in files:
        print(f"  {place}")
    print("\nIt works as it is. To install, check and try it, type:")
    for command in commands:
        print(f"  {command}")
    print(f"\n{folder / 'README.md'} says what to change first.")


def _next_commands(kind: str, name: str, folder: Path) -> list[str]:
    """What to type next, in the folder where the command was given."""
    place = folder.as_posix()
    target = f"{place if folder.is_absolute() else f'./{place}'}[test]"
    # double quotes where they do, since every shell has them
    quoted = f'"{target}"' if re.fullmatch(r"[\w./:-]+\[test]", target) else shlex.quote(target)
    values = {"name": name, "folder": shlex.quote(place)}
    return [
        f"python -m pip install -e {quoted}",
        *(command.format(**values) for command in (KINDS[kind].check, *KINDS[kind].trials)),
    ]
