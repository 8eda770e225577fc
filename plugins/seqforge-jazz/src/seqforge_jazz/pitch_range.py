"""The range that a line keeps to: that of its instrument, or the one that the prompt asks for (`range`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from seqforge import OutOfRange
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.melody_vocabulary import HIGHEST_PITCH, LOWEST_PITCH

__all__ = ["PitchRange", "asked_range", "range_of"]

_ALLOWED = (
    f"LOW-HIGH, as note names or MIDI numbers such as C4-A5 or 60-81, inside A0-C8 ({LOWEST_PITCH}-{HIGHEST_PITCH})"
)
_PITCH = r"(?:[A-Ga-g][#b♯♭]?\d|\d{1,3})"
_RANGE = re.compile(rf"\s*({_PITCH})\s*[-–]\s*({_PITCH})\s*")
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


class PitchRange(NamedTuple):
    """MIDI pitches as they sound, inclusive."""

    lowest: int
    highest: int


def range_of(prompt: Mapping[str, Any]) -> PitchRange:
    """The range that the prompt asks for, else the instrument's; `OutOfRange` for one that can't be."""
    asked = asked_range(prompt)
    if asked is not None:
        return asked
    instrument = INSTRUMENTS[prompt["instrument"]]
    return PitchRange(instrument.lowest, instrument.highest)


def asked_range(prompt: Mapping[str, Any]) -> PitchRange | None:
    """The range that the prompt asks for, if it asks for one."""
    text = prompt.get("range")
    return None if text is None else _parsed(text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> PitchRange:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise OutOfRange("--range", text, _ALLOWED)
    lowest, highest = (_pitch(name) for name in match.groups())
    if not LOWEST_PITCH <= lowest <= highest <= HIGHEST_PITCH:
        raise OutOfRange("--range", text, _ALLOWED)
    return PitchRange(lowest, highest)


def _pitch(name: str) -> int:
    """The MIDI number of `60`, `C4` or `Bb3`: C4 is 60, and octaves begin at C."""
    if name.isdecimal():
        return int(name)
    return 12 * (int(name[-1]) + 1) + _SEMITONES[name[0].upper()] + _ACCIDENTALS[name[1:-1]]
