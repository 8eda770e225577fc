"""A model that a run went on from, as the run's own model file tells of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforge.comparison.settings import SEED, dotted

__all__ = ["StartModel", "read_starts"]

_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class StartModel:
    """`words` say what it came from but for seeds, `sha256` which one it is, `data` which pieces there were.

    `settings` are empty where an older run does not tell them.
    """

    words: str
    sha256: str
    data: str
    settings: Mapping[str, Any]


def read_starts(provenance: Mapping[str, Any]) -> tuple[StartModel, ...]:
    """The models that a model came from, the last one first."""
    start = provenance.get("start")
    if not isinstance(start, Mapping):
        return ()
    earlier = read_starts(start)
    data, settings = start.get("data"), start.get("configuration")
    settings = dotted(settings) if isinstance(settings, Mapping) else {}
    sha256 = str(start.get("sha256"))
    values = [{**settings, SEED: ""} if settings else sha256, data, [each.words for each in earlier]]
    model = StartModel(
        words=f"{start.get('model')} {_digest(values)}",
        sha256=sha256,
        data=str(data.get("digest")) if isinstance(data, Mapping) else "",
        settings=settings,
    )
    return (model, *earlier)


def _digest(values: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("ascii")).hexdigest()[:_DIGITS]
