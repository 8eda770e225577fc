"""Specs as JSON: checked where a plugin gives them, so that they come back as they were."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from seqforge.errors import RequestError
from seqforge.hookspecs import STAGES, Measure
from seqforge.options import Option
from seqforge.plugins.kinds import SPECS

__all__ = ["check_spec", "from_values", "to_values"]

_NESTED: Mapping[str, type] = {"options": Option, "prompt_options": Option, "measures": Measure}
_TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_PLAIN = (str, int, float, bool)
_OPTION = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def check_spec(spec: Any) -> str:
    """What makes a spec unusable, in words; empty if nothing does."""
    if not isinstance(spec.name, str) or not spec.name or re.search(r"[\s:]|^-", spec.name):
        return f"name is {spec.name!r}; allowed: a word without blanks and colons, not beginning with a hyphen"
    for field in fields(spec):
        if fault := _check_field(str(field.type), field.name, getattr(spec, field.name)):
            return f"{spec.name}: {fault}"
    if hasattr(spec, "target") and not _TARGET.fullmatch(spec.target):
        return f"{spec.name}: target is '{spec.target}'; allowed: package.module:Name"
    if hasattr(spec, "stage") and spec.stage not in STAGES:
        return f"{spec.name}: stage is '{spec.stage}'; allowed: {', '.join(STAGES)}"
    for name in ("options", "prompt_options"):
        if fault := _check_options(getattr(spec, name, ())):
            return f"{spec.name}: {name}: {fault}"
    return ""


def to_values(spec: Any) -> dict[str, Any]:
    """A spec as values that JSON can hold."""
    values = {}
    for field in fields(spec):
        value = getattr(spec, field.name)
        if field.name in _NESTED:
            value = [to_values(one) for one in value]
        elif isinstance(value, type):
            value = value.__name__
        values[field.name] = value
    return values


def from_values(kind: str, values: Mapping[str, Any]) -> Any:
    """The spec of which `to_values` made this. An error of any kind if it did not."""
    return _build(SPECS[kind], values)


def _build(cls: type, values: Mapping[str, Any]) -> Any:
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        if name in _NESTED:
            arguments[name] = tuple(_build(_NESTED[name], one) for one in value)
        elif name == "type":
            arguments[name] = _TYPES[value]
        else:
            arguments[name] = tuple(value) if isinstance(value, list) else value
    return cls(**arguments)


def _check_field(declared: str, name: str, value: Any) -> str:
    """`declared` is the annotation as it is written in hookspecs.py and options.py."""
    if declared.startswith("tuple["):
        return _check_tuple(name, value)
    if declared == "type":
        return "" if value in _TYPES.values() else f"{name} is {value!r}; allowed: str, int, float, bool"
    if declared == "Any" or "None" in declared:
        is_fine = value is None or (type(value) in _PLAIN and (declared == "Any" or not isinstance(value, (str, bool))))
    else:
        is_fine = type(value) is _TYPES[declared]
    if isinstance(value, float) and not math.isfinite(value):
        is_fine = False
    words = {"str": "a text", "bool": "True or False", "Any": "a text, a number, True, False or None"}
    return "" if is_fine else f"{name} is {value!r}; allowed: {words.get(declared, 'a number')}"


def _check_tuple(name: str, value: Any) -> str:
    wanted = _NESTED.get(name, str)
    words = "texts" if wanted is str else f"{wanted.__name__}s"
    if not isinstance(value, (tuple, list)) or not all(type(one) is wanted for one in value):
        return f"{name} is {value!r}; allowed: a tuple of {words}"
    if wanted is str:
        return ""
    for one in value:
        for field in fields(one):
            if fault := _check_field(str(field.type), field.name, getattr(one, field.name)):
                return f"{name}: {one.name}: {fault}"
    return ""


def _check_options(options: Sequence[Option]) -> str:
    """What is wrong with options whose fields are all of their types."""
    names = [option.name for option in options]
    for option in options:
        if not _OPTION.fullmatch(option.name) or keyword.iskeyword(option.name):
            return f"name is {option.name!r}; allowed: words in lower case joined by _, and no word of Python's own"
        if names.count(option.name) > 1:
            return f"'{option.name}' is there twice"
        if option.default is not None and (fault := _check_default(option)):
            return fault
    return ""


def _check_default(option: Option) -> str:
    """What is wrong with a default that is set: it is used as it is."""
    try:
        is_fine = bool(option.check(option.default) == option.default)
    except RequestError:
        is_fine = False
    return "" if is_fine else f"default of {option.name} is {option.default!r}; allowed: {option.allowed()}"
