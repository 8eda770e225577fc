"""The beginning of a text, for a terminal."""

from __future__ import annotations

import itertools
import textwrap

__all__ = ["beginning"]


def beginning(text: str, columns: int, lines: int) -> str:
    """The text in lines of at most `columns`, broken between words; what has no room in `lines` is counted."""
    wrapper = textwrap.TextWrapper(columns, drop_whitespace=False, replace_whitespace=False, tabsize=4)
    wrapped = list(itertools.chain.from_iterable(wrapper.wrap(line) or [""] for line in text.splitlines()))
    if len(wrapped) <= lines:
        return "\n".join(wrapped)
    shown = wrapped[: max(lines - 1, 0)]
    return "\n".join([*shown, f"... and {len(wrapped) - len(shown):,} lines more"[:columns]])
