"""Printing: tables and lines for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["counted", "print_json", "print_pairs", "print_table", "printable"]


def counted(count: int, noun: str) -> str:
    """A number and its noun: `1 piece`, `1,200 pieces`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """The text of an untrusted name or file, with nothing in it that moves the cursor or colours the screen."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def print_json(values: Any) -> None:
    """Print JSON on standard output, nothing else."""
    json.dump(values, sys.stdout, indent=2, ensure_ascii=False)
    print()


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns; those after the first are set flush right if all their cells are numbers."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    right = [bool(rows) and all(_is_number(row[column]) for row in rows) for column in range(len(header))]
    for row in [header, *rows]:
        cells = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        print("  ".join(cells).rstrip())


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print a name and what is said of it a line, the names in one column."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, text in pairs:
        print(f"{name.ljust(width)}  {text}".rstrip())


def _is_number(cell: str) -> bool:
    return not cell.strip("-+.,0123456789% ")
