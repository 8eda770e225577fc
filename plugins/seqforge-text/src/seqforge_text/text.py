"""The works of this plugin: texts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REPLACEMENT", "Text"]

REPLACEMENT = "\ufffd"
"""Stands in a text for a character that nobody knows (Unicode's replacement character)."""


@dataclass(frozen=True)
class Text:
    """A text, with the name of what it is from, and of the group that it belongs to."""

    text: str
    name: str = ""
    group: str = ""

    def __str__(self) -> str:
        return self.text
