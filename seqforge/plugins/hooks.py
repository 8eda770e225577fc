"""Calling the hooks of one module: a list of specs of each kind, or a fault that says what is wrong with it."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import replace
from typing import Any

import pluggy

from seqforge import hookspecs
from seqforge.plugins.kinds import KINDS, SPECS
from seqforge.plugins.reserved import reserved_name
from seqforge.plugins.spec_values import check_spec

__all__ = ["CORE_COMMANDS", "HookFault", "collect"]

CORE_COMMANDS = (
    "run", "resume", "sweep", "generate", "evaluate", "compare", "inspect", "export", "list", "recipes", "plugins",
)  # fmt: skip
"""Names that no plugin can take."""

_PREFIX = "seqforge_register_"


class HookFault(Exception):
    """What a plugin's hooks do wrong, in words."""


def collect(module: Any, *, is_core: bool = False) -> dict[str, list[Any]]:
    """The specs that a module with hooks registers, by kind; `HookFault` if it does not do so as documented.

    Those of the core alone may have names that the core needs.
    """
    manager = pluggy.PluginManager("seqforge")
    manager.add_hookspecs(hookspecs)
    _check_names(manager, module)
    manager.register(module)
    found: dict[str, list[Any]] = {}
    for kind in KINDS:
        for implementation in getattr(manager.hook, f"{_PREFIX}{kind}").get_hookimpls():
            found.setdefault(kind, []).extend(_call(implementation.function, kind))
    if not is_core:
        _check_reserved(found)
    _check_double(found)
    _check_shared(found.get("samplers", []))
    return found


def _check_names(manager: pluggy.PluginManager, module: Any) -> None:
    known = [f"{_PREFIX}{kind}" for kind in KINDS]
    others = f"; there are {', '.join(known)}"
    for name in dir(module):
        settings = manager.parse_hookimpl_opts(module, name)
        function = getattr(module, name, None)
        if settings is None:
            if name.startswith("seqforge_") and inspect.isroutine(function):
                raise HookFault(f"{name} lacks @seqforge.hookimpl{_nearest(name, known)}")
            continue
        hook = settings.get("specname") or name
        if hook not in known:
            if inspect.ismodule(module) and function.__module__ != module.__name__:
                continue  # of another plugin, and imported under a name of its own
            raise HookFault(f"there is no hook {hook}{_nearest(hook, known) or others}")
        if settings.get("hookwrapper") or settings.get("wrapper"):
            raise HookFault(f"{name} is a wrapper; a plugin of seqforge only registers parts")
        if needed := _needed(function):
            raise HookFault(f"{name} has a wrong signature: it takes {', '.join(needed)}; it must take no argument")


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close and close[0] != name else ""


def _needed(function: Any) -> list[str]:
    """The arguments without which it can't be called."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty and parameter.kind not in variable
    ]


def _call(function: Any, kind: str) -> list[Any]:
    hook, wanted = f"{_PREFIX}{kind}", SPECS[kind].__name__
    try:
        specs = function()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise HookFault(f"{hook} raises {type(error).__name__}: {error}") from error
    if not isinstance(specs, (list, tuple)):
        if inspect.iscoroutine(specs):
            specs.close()
        raise HookFault(f"{hook} gave {_shown(specs)}, which is no list of {wanted}")
    for spec in specs:
        if type(spec) is not SPECS[kind]:
            raise HookFault(f"{hook} gave {_shown(spec)}, which is no {wanted}")
        if fault := check_spec(spec):
            raise HookFault(f"{hook} gave a {wanted} that can't be used: {fault}")
        if kind == "commands" and spec.name in CORE_COMMANDS:
            raise HookFault(
                f"command '{spec.name}' is one of seqforge's own, which can't be replaced; it needs another name"
            )
    return list(specs)


def _check_reserved(found: dict[str, list[Any]]) -> None:
    for kind, specs in found.items():
        for spec in specs:
            if fault := reserved_name(kind, spec):
                raise HookFault(f"{_PREFIX}{kind} gave a {SPECS[kind].__name__} that can't be used: {fault}")


def _check_shared(samplers: list[Any]) -> None:
    """Samplers of a plugin may share an option; then it must be the same, or its value would switch one of them on."""
    first: dict[str, Any] = {}
    for spec in samplers:
        for option in spec.options:
            other = first.setdefault(option.name, option)
            if replace(option, help="", example="") != replace(other, help="", example=""):
                raise HookFault(f"its samplers share the option '{option.name}', and do not declare it alike")


def _check_double(found: dict[str, list[Any]]) -> None:
    for kind, specs in found.items():
        names = [spec.name for spec in specs]
        for name in names:
            if names.count(name) > 1:
                raise HookFault(f"it offers {KINDS[kind]} '{name}' twice")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]} ..."
