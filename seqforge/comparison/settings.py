"""The configurations of runs by dotted keys, and what differs in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["SEED", "changes_no_score", "differing_keys", "dotted", "shown"]

SEED = "seed"

_BESIDE = ("callbacks", "launcher", "samples")


def dotted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Tables in one another as one table of dotted keys: `{"a": {"b": 1}}` is `{"a.b": 1}`."""
    return dict(_entries(values, ""))


def differing_keys(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys whose values are not the same everywhere, in the order in which they come; the seed is none of them."""
    keys = dict.fromkeys(key for values in settings for key in values)
    return [key for key in keys if key != SEED and len({shown(values.get(key)) for values in settings}) > 1]


def changes_no_score(key: str) -> bool:
    """Whether a key is of what follows the training, or of where it is done, and not of what is trained."""
    return key.partition(".")[0] in _BESIDE


def shown(value: Any) -> str:
    """A value in words: `-` where nothing is set."""
    if value is None:
        return "-"
    return value or '""' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _entries(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
