"""Chord symbols as iReal Pro writes them, in our own."""

from __future__ import annotations

import re
from functools import lru_cache

from seqforge_jazz.chords import Chord, ChordError

__all__ = ["CHORD_PATTERN", "read_symbol"]

_QUALITY = r"(?:6/9|sus|alt|add|maj|min|dim|aug|[-+^0-9hob#mM]){0,40}"
CHORD_PATTERN = rf"(?P<root>[A-G][b#]?)(?P<quality>\*[^*|\[\]{{}}<>]{{0,40}}\*|{_QUALITY})(?:/(?P<bass>[A-G][b#]?))?"
"""A chord: root, quality (between stars it is free text) and bass."""

_WITHIN = re.compile(r"[A-Za-z]{2}|[0-9]{2}")
_OURS = {"7susadd3": "7(11)", "7add3sus": "7(11)", "susadd3": "(add11)"}
"""What the grammar of `chords` has no word for: a fourth beside the third."""


@lru_cache(maxsize=4096)
def read_symbol(root: str, quality: str, bass: str | None) -> tuple[Chord, str]:
    """The chord, and what of the quality was left out because nobody could say what it means: empty as a rule.

    The longest beginning of the quality that makes a chord counts; it ends where a word or a number does.
    """
    plain = quality.strip("*").strip()
    over = f"/{bass}" if bass else ""
    plain = _OURS.get(plain, plain)
    for length in range(len(plain), 0, -1):
        if _WITHIN.fullmatch(plain[length - 1 : length + 1]):
            continue
        try:
            return Chord.parse(root + plain[:length] + over), plain[length:]
        except ChordError:
            continue
    return Chord.parse(root + over), plain
