"""scores.json: what a model's score is made of, piece by piece, so that runs can be compared without their data.

It says how it was scored (`scorer`), through which codec, on which pieces (`data`, `split`), and the nats and the count
of every unit of each held-out piece (`parts`). It holds no path and no time: equal runs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforge.errors import FileDamaged, RequestError
from seqforge.files import atomic

__all__ = ["FORMAT_VERSION", "PieceScores", "Scores", "names_digest", "read_scores", "write_scores"]

FORMAT_VERSION = 1

_PARTS = ("validation", "test")


@dataclass(frozen=True, kw_only=True)
class PieceScores:
    """A part, piece by piece, all of them (P,): ids, groups, nats, and by name how many of each unit a piece holds."""

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    nats: tuple[float, ...]
    units: Mapping[str, tuple[float, ...]]

    def __post_init__(self) -> None:
        if {len(column) for column in (self.groups, self.nats, *self.units.values())} != {len(self.ids)}:
            raise ValueError("a part does not have a value for each of its pieces")


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What the file holds.

    `scorer` is the name and the version of the protocol, `model` the SHA-256 of the model file that was scored, `codec`
    its name and options. `data` has the `digest` that model files have, and `content`, which is the same whatever
    numbers a vocabulary gives to its symbols. `split` has for every part the number of `pieces` and `groups`, and a
    `digest` of their names, see `names_digest`. `parts` are those that were held out.
    """

    scorer: Mapping[str, Any]
    model: str
    codec: Mapping[str, Any]
    data: Mapping[str, str]
    split: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, PieceScores]


def names_digest(names: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over ids and groups, in whatever order they come."""
    return hashlib.sha256(json.dumps(sorted(names)).encode("ascii")).hexdigest()


def write_scores(path: Path, scores: Scores) -> None:
    """Write the file; equal scores give equal bytes."""
    values = {
        "format_version": FORMAT_VERSION,
        "scorer": dict(scores.scorer),
        "model": scores.model,
        "codec": dict(scores.codec),
        "data": dict(scores.data),
        "split": {name: dict(part) for name, part in scores.split.items()},
        "parts": {name: _rows(part) for name, part in scores.parts.items()},
    }
    atomic.write_text(path, json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_scores(path: Path) -> Scores:
    """Read the file; `RequestError` if there is none, `FileDamaged` if it is not what was written."""
    if not path.is_file():
        raise RequestError(f"{path.parent} has no {path.name}; type: seqforge evaluate {path.parent}")
    try:
        return _scores(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise FileDamaged(
            f"{path} is not what this seqforge writes ({reason:.200}); type: seqforge evaluate {path.parent}"
        ) from None


def _rows(part: PieceScores) -> list[dict[str, Any]]:
    """A value for each piece."""
    return [
        {
            "id": part.ids[row],
            "group": part.groups[row],
            "nats": part.nats[row],
            "units": {unit: counts[row] for unit, counts in part.units.items()},
        }
        for row in range(len(part.ids))
    ]


def _scores(values: Mapping[str, Any]) -> Scores:
    if values["format_version"] != FORMAT_VERSION:
        raise ValueError(f"its format_version is {values['format_version']!r}, not {FORMAT_VERSION}")
    scorer, codec, data, split = (_table(values[name]) for name in ("scorer", "codec", "data", "split"))
    for name in ("training", *_PARTS):
        _text(split[name]["digest"])
        _count(split[name]["pieces"])
        _count(split[name]["groups"])
    parts = {name: _part(rows) for name, rows in _table(values["parts"]).items() if name in _PARTS}
    if lacking := [name for name in _PARTS if split[name]["pieces"] and name not in parts]:
        raise ValueError(f"the pieces of the {lacking[0]} part are not there")
    for name, part in parts.items():
        if names_digest(zip(part.ids, part.groups, strict=True)) != split[name]["digest"]:
            raise ValueError(f"the digest of the {name} part is not that of the names of its pieces")
    return Scores(
        scorer={"name": _text(scorer["name"]), "version": _count(scorer["version"])},
        model=_text(values["model"]),
        codec={"name": _text(codec["name"]), "options": _table(codec["options"])},
        data={name: _text(data[name]) for name in ("digest", "content")},
        split=split,
        parts=parts,
    )


def _part(rows: list[Mapping[str, Any]]) -> PieceScores:
    if not isinstance(rows, list) or not rows:
        raise ValueError("a part holds no piece")
    names = list(_table(rows[0]["units"]))
    if any(set(row["units"]) != set(names) for row in rows):
        raise ValueError("its pieces do not count the same units")
    return PieceScores(
        ids=tuple(_text(row["id"]) for row in rows),
        groups=tuple(_text(row["group"]) for row in rows),
        nats=tuple(_number(row["nats"]) for row in rows),
        units={name: tuple(_number(row["units"][name]) for row in rows) for name in names},
    )


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.40} is no table")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r:.40} is no count")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{value!r:.40} is no number of nats or units")
    return float(value)
