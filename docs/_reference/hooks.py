"""The page of the hooks: what a plugin implements, and the specs that it returns."""

from __future__ import annotations

import inspect
import re
from dataclasses import is_dataclass
from typing import Any

from definitions import members
from markdown import documented, table

from seqforge import hookspecs

INTRODUCTION = """# Hooks

A plugin is a distribution with an entry point in the group `seqforge`, whose value is a module. The functions of that
module that have the name of a hook and the decorator `seqforge.hookimpl` are called; each returns a list of light,
frozen specs. All names are imported from `seqforge`. [Write a backend](../write-a-backend.md) and [write a data
set](../write-a-dataset.md) go through it step by step.

A spec's `target` is `package.module:Class`. It is imported when the part is used, never for a list or a help page,
and called with the spec's options as keyword arguments; so the module with the hooks imports no framework, and not
even NumPy.

"""


def page() -> str:
    """The page."""
    hooks = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "seqforge_spec")}
    specs = {name: spec for name, spec in vars(hookspecs).items() if is_dataclass(spec) and name in hookspecs.__all__}
    text = INTRODUCTION
    for name, hook in hooks.items():
        returned = str(inspect.signature(hook).return_annotation)
        for word in re.findall(r"\w+", returned):
            if word in specs:
                returned = returned.replace(word, f"[{word}](#{word.lower()})")
        escaped = returned.replace("list[[", "list of [").replace(")]", ")")
        text += f"## {name}\n\n{documented(hook)}\n\nReturns: {escaped}.\n\n"
    text += "## Specs\n\n"
    for name, spec in specs.items():
        text += f"### {name}\n\n{documented(spec)}\n\n{fields(spec)}"
    return text


def fields(spec: Any) -> str:
    """The fields of a spec, those that it inherits behind its own."""
    rows = []
    for owner in spec.__mro__[:-1]:
        of = "" if owner is spec else owner.__name__
        rows += [
            [f"`{m.name}`", f"`{m.type}`", f"`{m.default}`" if m.default else "required", of] for m in members(owner)
        ]
    head = ["field", "type", "default", "of"]
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    return table(head, [row for row in rows if "(" not in row[0]])
