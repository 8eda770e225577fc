"""Stacks of thirds: the tensions that a 9, 11 or 13 brings with it, and the suffix that names them again."""

from __future__ import annotations

import re

from seqforge_jazz.chords import kinds

# Nobody plays the natural eleventh over a major third, so a 13 does not bring it; over a fourth it is there already.
_STACKS = {"9": ("9",), "11": ("9", "11"), "13": ("9", "13")}
_MINOR_STACKS = {"9": ("9",), "11": ("9", "11"), "13": ("9", "11", "13")}
_SUSPENDED_STACKS = {"9": ("9",), "11": ("9",), "13": ("9", "13")}
_ALTERED = {"9": {"b9", "#9"}, "11": {"#11"}, "13": {"b13"}}


def stacked_tensions(third: int | None, height: str, written: set[str]) -> set[str]:
    """Return what a stack of that height brings, except where `written` alters the same degree.

    `third` is in semitones, 5 for a suspended fourth.
    """
    stack = _stacks(third).get(height, ())
    return {natural for natural in stack if not written & _ALTERED[natural]}


def write_suffix(kind: str, tensions: tuple[str, ...]) -> str:
    """Return kind and tensions as the grammar takes them: `9(#11)`, `m11`, `6/9`, `(add9)`."""
    suffix, stack = _highest_stack(kind, tensions)
    rest = [tension for tension in tensions if tension not in stack]
    if not rest:
        return suffix
    added = "" if re.search(r"[679]|maj|1[13]", suffix) else "add"
    return f"{suffix}({','.join(added + tension for tension in rest)})"


def _stacks(third: int | None) -> dict[str, tuple[str, ...]]:
    return {3: _MINOR_STACKS, 5: _SUSPENDED_STACKS}.get(third or 0, _STACKS)


def _highest_stack(kind: str, tensions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the kind with the highest number that `tensions` allow, and what the number stands for."""
    if kind in ("6", "m6") and "9" in tensions:
        return f"{kind}/9", ("9",)
    if "7" not in kind or kind in ("7alt", "dim7", "7sus2"):
        return kind, ()
    third = kinds.KIND_TONES[kind][1]
    for height in ("13", "11", "9") if third == 3 else ("13", "9"):
        stack = _stacks(third)[height]
        if set(stack) <= set(tensions) and not any(_ALTERED[natural] & set(tensions) for natural in stack):
            return kind.replace("7", height, 1), stack
    return kind, ()
