"""Intervals by directed name, such as `m3` upwards and `P-4` downwards, between notes of one fixed spelling."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["interval_name", "semitones_of", "staff_step"]

_STEPS = (0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6)
"""The step of the staff of each pitch class where it is spelled C C# D Eb E F F# G G# A Bb B."""

_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_PERFECT = (0, 3, 4)
_NAME = re.compile(r"(P|M|m|A{1,9}|d{1,9})(-?)([1-9]\d?)")


def staff_step(pitch: int) -> int:
    """Steps of the staff above C-1, for a MIDI pitch in the fixed spelling."""
    return pitch // 12 * 7 + _STEPS[pitch % 12]


@cache
def interval_name(steps: int, semitones: int) -> str:
    """The name of the interval of so many steps of the staff and semitones, both negative downwards."""
    if steps < 0:
        quality, number = _quality(-steps, -semitones), f"-{1 - steps}"
    else:
        quality, number = _quality(steps, semitones), str(1 + steps)
    return quality + number


def semitones_of(name: str) -> int | None:
    """Semitones of the interval with that name, negative downwards; `None` if it is no interval's name."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    quality, steps = match[1], int(match[3]) - 1
    is_perfect = steps % 7 in _PERFECT
    if quality in (("M", "m") if is_perfect else ("P",)):
        return None
    natural = steps // 7 * 12 + _MAJOR_SCALE[steps % 7]
    if quality[0] == "A":
        altered = len(quality)
    elif quality[0] == "d":
        altered = -len(quality) - (0 if is_perfect else 1)
    else:
        altered = -1 if quality == "m" else 0
    return -(natural + altered) if match[2] else natural + altered


def _quality(steps: int, semitones: int) -> str:
    altered = semitones - (steps // 7 * 12 + _MAJOR_SCALE[steps % 7])
    if altered > 0:
        return "A" * altered
    if steps % 7 in _PERFECT:
        return "d" * -altered or "P"
    return ("M", "m")[-altered] if altered >= -1 else "d" * (-altered - 1)
