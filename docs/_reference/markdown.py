"""Pieces of Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; empty without rows."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]) + "\n\n"


def code(text: str) -> str:
    """Text as code; empty stays empty."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Several of them, with commas between."""
    return ", ".join(code(text) for text in texts)


def documented(of: Any) -> str:
    """What a class or function says of itself; pages that it names become links."""
    return re.sub(r"docs/(\w+)\.md", r"[\1](../\1.md)", inspect.getdoc(of) or "")


def sentence(text: str) -> str:
    """Text that begins with a capital and ends with a full stop."""
    return text and text[0].upper() + text[1:].rstrip(".") + "."


def value(of: Any) -> str:
    """A default as TOML has it; nothing for what is not set."""
    if of is None:
        return "not set"
    if isinstance(of, bool):
        return code(str(of).lower())
    if isinstance(of, str):
        return code(f'"{of}"')
    if isinstance(of, tuple | list):
        return code(str(list(of)))
    return code(str(of))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
