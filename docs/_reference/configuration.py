"""The page of the configuration: every key of the core, by its dotted name."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

from markdown import code, sentence, table, value
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from seqforge.configuration import RunConfig

INTRODUCTION = """# Configuration

What decides a run, by the dotted names that TOML files, `--set KEY=VALUE` and error messages use. A recipe and a
run's `config.toml` are such files; `seqforge run RECIPE --dry-run` prints every value. A value on the command line
counts over the file's, and the file's over the default. An unknown key is an error that names the nearest known one.

Options of a part stand in a table of its name: `codec.NAME`, `model.ARCHITECTURE`, `backend.NAME`; those of a data
set or a reader stand in `data`, those of processors and samplers in `samples.sampling`, those of a codec's prompt in
`samples.prompt`. [Parts](parts.md) has them all.

"""

LIMITS = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def page() -> str:
    """The page."""
    return INTRODUCTION + "".join(_sections(RunConfig, ""))


def _sections(model: type[BaseModel], prefix: str) -> Iterator[str]:
    own = {name: info for name, info in model.model_fields.items() if not _is_section(info)}
    title = prefix.rstrip(".") or "At the top"
    rows = [
        [code(f"{prefix}{name}"), _allowed(info), _default(info), info.description or ""] for name, info in own.items()
    ]
    yield f"## {title}\n\n{sentence(model.__doc__ or '')}\n\n" + table(["key", "allowed", "default", "meaning"], rows)
    for name, info in model.model_fields.items():
        if _is_section(info):
            yield from _sections(typing.cast("type[BaseModel]", info.annotation), f"{prefix}{name}.")


def _is_section(info: FieldInfo) -> bool:
    return isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)


def _default(info: FieldInfo) -> str:
    default = info.get_default(call_default_factory=True)
    return "empty" if default in ({}, (), "") else value(default)


def _allowed(info: FieldInfo) -> str:
    limits = {
        name: _number(limit)
        for constraint in info.metadata
        for name in LIMITS
        if (limit := getattr(constraint, name, None)) is not None
    }
    words = " and ".join(f"{LIMITS[name]} {limit}" for name, limit in limits.items())
    if set(limits) == {"ge", "le"}:
        words = f"from {limits['ge']} to {limits['le']}"
    return f"{_type(info.annotation)} {words}".strip()


def _number(limit: Any) -> str:
    return "2^63" if limit == 2**63 else f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"


def _type(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return ", ".join(code(str(argument)) for argument in arguments)
    if origin is dict:
        return "a table"
    if origin is tuple:
        return "a list of texts"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments if argument is not type(None))
    return WORDS[annotation]
