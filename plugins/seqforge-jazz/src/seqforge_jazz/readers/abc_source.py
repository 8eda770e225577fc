"""ABC files: tunes, and their chord symbols set apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from seqforge import DataError
from seqforge_jazz.chords import Chord

__all__ = ["set_chords_apart", "tunes"]

_QUOTED = re.compile(r'"([^"]*)"')
_FIELD = re.compile(r"[A-Za-z+]:|%")
_ROOTS = [letter + sharp for letter in "CDEFGAB" for sharp in ("", "#")]
_SUFFIXES = ("", "m", "7", "m7", "maj7", "dim", "sus4", "6", "m6", "9")
_MOST_SYMBOLS = len(_ROOTS) * len(_SUFFIXES) * (1 + len(_ROOTS))
_ANNOTATION_MARKS = ("^", "_", "<", ">", "@")


def tunes(text: str) -> Iterator[str]:
    """Each tune of the file, with the file's header in front of it."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("%abc"):
        # Without a version music21 reads accidentals as if they did not last to the end of the bar.
        lines.insert(0, "%abc-2.1")
    starts = [index for index, line in enumerate(lines) if line.startswith("X:")]
    if not starts:
        yield "\n".join(lines) + "\n"
        return
    header = [line for line in lines[: starts[0]] if line.strip()]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        yield "\n".join([*header, *lines[start:end]]) + "\n"


def set_chords_apart(tune: str) -> tuple[str, dict[str, Chord]]:
    """The tune with a plain stand-in for each chord symbol, and the chord of each stand-in.

    Music21 drops the symbols that it does not know, without a word. It knows all stand-ins, and it does not matter
    that they mean something else. Annotations are left out.
    """
    stand_ins: dict[str, str] = {}
    names = ("".join(parts) for parts in itertools.product(_ROOTS, _SUFFIXES, ("", *(f"/{root}" for root in _ROOTS))))

    def stand_in(match: re.Match[str]) -> str:
        symbol = match[1].strip()
        if not symbol or symbol.startswith(_ANNOTATION_MARKS):
            return ""
        if symbol not in stand_ins:
            if len(stand_ins) == _MOST_SYMBOLS:
                raise DataError(f"more than {_MOST_SYMBOLS} different chord symbols")
            stand_ins[symbol] = next(names)
        return f'"{stand_ins[symbol]}"'

    lines = [line if _FIELD.match(line) else _QUOTED.sub(stand_in, line) for line in tune.splitlines()]
    chords = {name: Chord.parse(_without_brackets(symbol)) for symbol, name in stand_ins.items()}
    return "\n".join(lines) + "\n", chords


def _without_brackets(symbol: str) -> str:
    """`Am7` for `(Am7)`, which players write for a chord that may be left out."""
    return symbol[1:-1] if symbol.startswith("(") and symbol.endswith(")") else symbol
