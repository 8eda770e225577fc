"""Printing: tables and lines for people, JSON for programs."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Sequence
from typing import IO, Any

__all__ = [
    "counted",
    "encodes",
    "forget_output",
    "is_terminal",
    "print_json",
    "print_pairs",
    "print_table",
    "printable",
    "printable_lines",
    "screen_width",
    "show_everything",
    "shows",
    "table_width",
]

_GAP = "  "


def counted(count: int, noun: str) -> str:
    """A number and its noun: `1 piece`, `1,200 pieces`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """The text of an untrusted name or file, with nothing in it that moves the cursor or colours the screen."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def printable_lines(text: str) -> str:
    """The same of a text that may have several lines."""
    return "\n".join(map(printable, text.splitlines()))


def show_everything() -> None:
    """From now on standard output writes what its encoding has no sign for as an escape, instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def forget_output() -> None:
    """Drop what is printed from now on: whoever read it has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def print_json(values: Any) -> None:
    """Print JSON on standard output, nothing else: in ASCII, where the encoding has no sign for a letter of it."""
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    print(text if shows(text) else json.dumps(values, indent=2, allow_nan=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns; those after the first are set flush right if all their cells are numbers."""
    widths = _widths(header, rows)
    right = [bool(rows) and all(_is_number(row[column]) for row in rows) for column in range(len(header))]
    for row in [header, *rows]:
        cells = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        print(_GAP.join(cells).rstrip())


def table_width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How wide a table is, in letters."""
    widths = _widths(header, rows)
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def is_terminal(stream: IO[str] | None = None) -> bool:
    """Whether somebody looks at what is printed to the stream, standard output by default, and the cursor can be moved.

    A notebook's kernel, and the commands that it runs, write to what says that it is a terminal, and is none.
    """
    in_notebook = "JPY_PARENT_PID" in os.environ or "ipykernel" in sys.modules
    return bool((stream or sys.stdout).isatty()) and os.environ.get("TERM") != "dumb" and not in_notebook


def shows(text: str) -> bool:
    """Whether standard output has a sign for every letter of the text."""
    return encodes(sys.stdout.encoding or "utf-8", text)


def encodes(encoding: str, text: str) -> bool:
    """Whether an encoding has a sign for every letter of the text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def screen_width() -> int:
    """How many letters a line of the terminal has; as many as one likes where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print a name and what is said of it a line, the names in one column."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, text in pairs:
        print(f"{name.ljust(width)}  {text}".rstrip())


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]


def _is_number(cell: str) -> bool:
    return not cell.strip("-+.,0123456789% ")
