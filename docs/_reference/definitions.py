"""What a class or module defines, read from its source: the same words under every version of Python."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Member:
    """A field, an attribute or a method: `name`, or `name(arguments)`; `type` is that of the value or result."""

    name: str
    type: str
    default: str
    doc: str


def members(owner: Any) -> list[Member]:
    """The public members that a class defines itself, in their order."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(definition, ast.ClassDef)
    return list(_members(definition.body))


def signature(function: Any) -> Member:
    """A function as a member."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef)
    return _function(definition)


def constants(module: Any) -> dict[str, str]:
    """The texts below the constants of a module, by name."""
    body = ast.parse(inspect.getsource(module)).body
    found = {}
    for statement, after in itertools.pairwise(body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if isinstance(targets[0], ast.Name) and (doc := _text(after)):
            found[targets[0].id] = doc
    return found


def _members(body: list[ast.stmt]) -> Iterator[Member]:
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            default = ast.unparse(statement.value) if statement.value else ""
            short = default if len(default) < 60 else "..."
            yield Member(statement.target.id, ast.unparse(statement.annotation), short, _text(after))
        elif isinstance(statement, ast.FunctionDef) and (statement.name == "__call__" or statement.name[0] != "_"):
            yield _function(statement)


def _function(definition: ast.FunctionDef) -> Member:
    doc = ast.get_docstring(definition) or ""
    returns = ast.unparse(definition.returns) if definition.returns else ""
    if any(isinstance(name, ast.Name) and name.id == "property" for name in definition.decorator_list):
        return Member(definition.name, returns, "", doc)
    definition.args.args = [argument for argument in definition.args.args if argument.arg != "self"]
    return Member(f"{definition.name}({ast.unparse(definition.args)})", returns, "", doc)


def _text(statement: ast.stmt | None) -> str:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return inspect.cleandoc(statement.value.value) if is_text else ""
