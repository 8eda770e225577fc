"""README.md of a run: the model card, with the block of metadata that model hubs read.

The block is YAML between two lines of `---`: `license`, `library_name`, `tags` and `model-index`, in which each result
has a task (`type`), a data set (`type`, `name`) and metrics (`type`, `value`). `license` is one of the identifiers that
hubs know; another licence is `other`, with `license_name`. `datasets` would have to name data on the hub, and is left
out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["licence_fields", "table", "to_yaml", "with_metadata"]

_KNOWN = (
    "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc0-1.0", "gpl-3.0", "mit", "odbl", "odc-by", "pddl",
    "unknown", "unlicense",
)  # fmt: skip
_OPEN_DATABASE = re.compile(r"odbl\b", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # that YAML would not take for text


def licence_fields(licence: str) -> dict[str, str]:
    """`license`, and `license_name` where the licence is none of those that have an identifier; empty for none."""
    known = licence.strip().lower()
    if known in _KNOWN:
        return {"license": known}
    if _OPEN_DATABASE.match(known):
        return {"license": "odbl"}
    return {"license": "other", "license_name": licence.strip()} if known else {}


def with_metadata(metadata: Mapping[str, Any], body: str) -> str:
    """The card: the block, and the text under it."""
    return f"---\n{to_yaml(metadata)}---\n\n{body.rstrip()}\n"


def to_yaml(values: Mapping[str, Any]) -> str:
    """Tables, lists and values as YAML."""
    return "".join(f"{line}\n" for line in _lines(values))


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a Markdown table."""
    head = list(header)
    lines = [_row(head), _row("---" for _ in head)]
    return lines + [_row(row) for row in rows]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _lines(values: Any) -> Iterator[str]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            if isinstance(value, (Mapping, list)) and value:
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in _lines(value))
            else:
                yield f"{_scalar(key)}: {_scalar(value)}"
    else:
        for item in values:
            first, *rest = _lines(item) if isinstance(item, (Mapping, list)) and item else [_scalar(item)]
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def _scalar(value: Any) -> str:
    """Plain where it is a word, else as JSON, which YAML understands."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
