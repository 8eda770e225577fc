"""The page of the public names: what a plugin may import from `seqforge`."""

from __future__ import annotations

import inspect
from typing import Any

import hooks
from definitions import Member, constants, members, signature
from markdown import code, documented, table

import seqforge
from seqforge import hookspecs, interfaces

INTRODUCTION = """# Public names

`from seqforge import ...`: what a plugin may hold on to. Whatever is not here may change between two releases.
Importing these names loads no NumPy, but for `LSTM` and what belongs to it. In shapes: B sequences, T steps, F
context fields, V symbols, H hidden units. The conformance suites of `seqforge.testing` are described in [Checking a
plugin](../conformance.md).

"""


def page() -> str:
    """The page: protocols, data, functions, constants, errors."""
    found = {name: getattr(seqforge, name) for name in sorted(seqforge.__all__)}
    errors = {n: v for n, v in found.items() if inspect.isclass(v) and issubclass(v, seqforge.SeqforgeError)}
    specs = {n: v for n, v in found.items() if inspect.isclass(v) and v.__module__ == hookspecs.__name__}
    others = {n: v for n, v in found.items() if n not in errors and n not in specs}
    protocols = {n: v for n, v in others.items() if getattr(v, "_is_protocol", False)}
    classes = {n: v for n, v in others.items() if inspect.isclass(v) and n not in protocols}
    functions = {n: v for n, v in others.items() if inspect.isfunction(v)}
    rest = [n for n in others if n not in protocols and n not in classes and n not in functions]
    return (
        INTRODUCTION
        + "## Protocols\n\nWhat parts look like. A class need not inherit from them.\n\n"
        + "".join(_class(name, value) for name, value in protocols.items())
        + "## Classes\n\n"
        + "".join(_class(name, value) for name, value in classes.items())
        + "## Specs\n\n"
        + table(["name", "meaning"], ([f"[{code(n)}](hooks.md#{n.lower()})", _first(v)] for n, v in specs.items()))
        + "## Functions\n\n"
        + "".join(_function(name, value) for name, value in functions.items())
        + "## Constants and types\n\n"
        + table(["name", "meaning"], ([code(name), _constant(name)] for name in rest))
        + "## Errors\n\n"
        "A part raises these for what it can name. Each is one line: what arrived, what is allowed, what to do.\n\n"
        + table(
            ["name", "is a", "exit status", "meaning"],
            ([code(n), code(v.__base__.__name__), str(v.exit_status), _first(v)] for n, v in errors.items()),
        )
    )


def _class(name: str, value: Any) -> str:
    text = f"### {name}\n\n{documented(value)}\n\n"
    found = members(value)
    if not any(member.doc or "(" in member.name for member in found):
        return text + hooks.fields(value)
    return text + "".join(f"- {_written(member)}\n" for member in found) + "\n"


def _written(member: Member) -> str:
    """A member as an item of a list, what it says indented below."""
    if "(" in member.name:
        head = f"{member.name} -> {member.type}" if member.type else member.name
    else:
        head = f"{member.name}: {member.type}" + (f" = {member.default}" if member.default else "")
    doc = "\n  ".join(member.doc.splitlines())
    return f"{code(head)}\n\n  {doc}\n" if doc else f"{code(head)}\n"


def _function(name: str, value: Any) -> str:
    member = signature(value)
    return f"### {name}\n\n{code(f'{member.name} -> {member.type}')}\n\n{documented(value)}\n\n"


def _constant(name: str) -> str:
    said = {
        "__version__": "The version of the core.",
        "hookimpl": "The decorator of a function that implements a hook.",
    }
    return said.get(name) or constants(interfaces)[name]


def _first(value: Any) -> str:
    return (inspect.getdoc(value) or "").partition("\n")[0]
