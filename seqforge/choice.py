"""Which backend and which architecture a run gets, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from seqforge.errors import RequestError, UnknownName
from seqforge.options import Option, check_options
from seqforge.plugins import CORE, Part, Registry, missing_requirements

__all__ = [
    "PREFERRED",
    "BackendChoice",
    "architecture_options",
    "choose_architecture",
    "choose_backend",
    "part_options",
]

PREFERRED = ("torch", "keras", "numpy")
"""Backends from the first choice to the last, where nothing else decides."""


@dataclass(frozen=True)
class BackendChoice:
    """A backend, and the reason for it in a few words."""

    part: Part
    reason: str


def choose_backend(registry: Registry, *, asked: str | None, configured: str) -> BackendChoice:
    """`--backend`, else the configuration, else `SEQFORGE_BACKEND`, else the first of `PREFERRED` that is there."""
    variable = os.environ.get("SEQFORGE_BACKEND", "")
    for name, reason in (
        (asked, "asked for by --backend"),
        (configured if configured != "auto" else "", "named by the configuration"),
        (variable, "named by SEQFORGE_BACKEND"),
    ):
        if name and name != "auto":
            return BackendChoice(registry.find("backends", name), reason)
    for name in PREFERRED:
        if (part := _usual(registry, name)) and not missing_requirements(part.spec):
            found = "the first installed of " + ", ".join(PREFERRED)
            return BackendChoice(part, found if name != PREFERRED[-1] else "no framework's backend is installed")
    raise RequestError("no backend is installed; type: python -m pip install --force-reinstall seqforge-core")


def _usual(registry: Registry, name: str) -> Part | None:
    """The backend of that name; of several, that of seqforge's own package."""
    parts = [part for part in registry.parts("backends") if part.spec.name == name]
    own = [part for part in parts if part.distribution in (CORE, f"seqforge-{name}")]
    return next(iter(own or parts), None)


def choose_architecture(backend: Part, configured: str) -> str:
    """The configured architecture; `auto` is the LSTM if the backend has it, else its first."""
    names = backend.spec.architectures
    if configured == "auto":
        return "lstm" if "lstm" in names else str(names[0])
    if configured not in names:
        raise UnknownName(f"architecture of backend {backend.spec.name}", configured, names)
    return configured


def architecture_options(registry: Registry, backend: Any, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The options of the chosen architecture out of the `model` section, checked and filled up."""
    architectures = {arch for part in registry.parts("backends") for arch in part.spec.architectures}
    return part_options("model", name, backend.architectures[name].options, values, architectures, "architecture")


def part_options(
    section: str, name: str, options: tuple[Option, ...], values: dict[str, Any], others: set[str], key: str
) -> dict[str, Any]:
    """The table `section.name` out of a section's `values`, checked; tables of the other parts are left alone.

    `key` is the section's own key, for the list of what is known.
    """
    for table in values:
        if table not in others:
            known = [f"{section}.{key}", *(f"{section}.{name}.{option.name}" for option in options)]
            raise UnknownName("key", f"{section}.{table}", known)
    table_values = values.get(name, {})
    if not isinstance(table_values, dict):
        raise RequestError(f"{section}.{name} is {table_values!r}; allowed: a table of options")
    return check_options(options, table_values, f"{section}.{name}.")
