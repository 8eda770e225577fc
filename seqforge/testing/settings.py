"""Values of options to check a part with, where nobody says which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seqforge.errors import SeqforgeError
from seqforge.options import Option

__all__ = ["default_settings", "settings_that_differ"]

_SHARES = (0.01, 0.3, 0.7, 1.0)
_STEPS = (1, 2, 5)


def default_settings(options: Sequence[Option]) -> dict[str, Any]:
    """What a part is built with where nothing is asked for."""
    return {option.name: option.default for option in options}


def settings_that_differ(options: Sequence[Option]) -> list[dict[str, Any]]:
    """Settings in each of which one option has another value than its default: near its limits, and between them."""
    return [{option.name: value} for option in options for value in dict.fromkeys(_values(option))]


def _values(option: Option) -> Iterator[Any]:
    for value in _candidates(option):
        try:
            checked = option.check(value)
        except SeqforgeError:
            continue
        if checked != option.default:
            yield checked


def _candidates(option: Option) -> Iterator[Any]:
    if option.type is bool:
        yield not option.default
    elif option.type is str:
        yield from option.choices or ([option.example] if option.example else [])
    else:
        below = option.minimum if option.minimum is not None else option.exclusive_minimum
        low = below if below is not None else float(option.default or 0)
        high = option.maximum if option.maximum is not None else low + 10
        if option.type is int:
            yield from (int(low) + step for step in _STEPS)
        else:
            yield from (low + share * (high - low) for share in _SHARES)
