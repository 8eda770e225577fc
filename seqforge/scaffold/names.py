"""What a new plugin may be called: its name is that of the distribution, of the entry point, and of what it offers."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import keyword
import re
import sys

from seqforge.errors import RequestError
from seqforge.plugins import KINDS, Registry

__all__ = ["check_name", "module_name"]

_LONGEST = 60


def module_name(name: str) -> str:
    """The package that is imported."""
    return name.replace("-", "_")


def check_name(registry: Registry, name: str) -> None:
    """`RequestError` if the name can't be one, or is taken."""
    if not re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > _LONGEST:
        similar = re.sub("[^a-z0-9]+", "-", name.lower()).lstrip("-0123456789")[:_LONGEST].rstrip("-")
        hint = f", such as {similar}" if similar else ""
        raise RequestError(
            f"'{name}' can't name a plugin; allowed: up to {_LONGEST} lower-case letters, digits and single hyphens, "
            f"a letter first{hint}"
        )
    module = module_name(name)
    if keyword.iskeyword(module) or keyword.issoftkeyword(module) or module in sys.stdlib_module_names:
        raise RequestError(f"'{name}' is a word of Python itself; choose another name, such as my-{name}")
    if owner := _owner_of_part(registry, name):
        raise RequestError(f"'{name}' is {owner} already; choose another name")
    if _is_installed(name):
        raise RequestError(f"'{name}' is a package that is installed already; choose another name")
    spec = importlib.util.find_spec(module)
    if spec is not None and spec.origin:  # a mere folder of that name has none
        raise RequestError(f"'{name}' would be imported as {module}, which there is already; choose another name")


def _is_installed(distribution: str) -> bool:
    """Whether a distribution of that name is installed."""
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _owner_of_part(registry: Registry, name: str) -> str:
    """Whose the name is, in words; empty if it is nobody's."""
    for kind, word in KINDS.items():
        for part in registry.parts(kind):
            if part.spec.name == name:
                return f"a {word} of {part.distribution}"
            if kind == "backends" and name in part.spec.architectures:
                return f"an architecture of {part.distribution}"
    for plugin in registry.plugins:
        if plugin.entry_point == name:
            return f"a plugin of {plugin.distribution}"
    return ""
