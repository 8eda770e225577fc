"""An installed plugin: where it comes from, what it offers, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqforge.errors import RequestError, UnknownName
from seqforge.plugins.part import Part
from seqforge.plugins.remedy import remedy

__all__ = [
    "CORE",
    "DISABLED",
    "FAILED",
    "NOT_ALLOWED",
    "OK",
    "PENDING",
    "UNREADABLE",
    "Plugin",
    "PluginProblem",
    "normal",
    "plugins_named",
    "prints",
    "usual_remedy",
]

CORE = "seqforge-core"
"""The distribution of the core."""

OK = "ok"
DISABLED = "disabled"
NOT_ALLOWED = "not allowed"
FAILED = "failed"
PENDING = "not looked at yet"

UNREADABLE = "unreadable"
"""In the place of the entry points of a distribution that can't be read; it has no value."""


@dataclass(frozen=True)
class PluginProblem:
    """What is wrong with a plugin: who, what, and what to do. One that is not `left_out` can be used all the same."""

    distribution: str
    entry_point: str
    cause: str
    remedy: str
    left_out: bool = True

    def __str__(self) -> str:
        what = " is left out" if self.left_out else ""
        return f"plugin {self.entry_point} of {self.distribution}{what}: {self.cause}; {self.remedy}"


@dataclass
class Plugin:
    """An entry point, and what is known of it. `value` is what it names, `metadata` a folder of its distribution."""

    entry_point: str
    distribution: str
    version: str
    value: str
    metadata: str = ""
    state: str = OK
    problem: PluginProblem | None = None
    specs: dict[str, list[Any]] = field(default_factory=dict)

    def identity(self) -> list[str]:
        """Who it is, as values that JSON can hold."""
        return [self.entry_point, self.distribution, self.version, self.value, self.metadata]

    @staticmethod
    def of(identity: Sequence[str]) -> Plugin:
        """The plugin that `identity` describes; nothing more is known of it."""
        entry_point, distribution, version, value, metadata = map(str, identity)
        return Plugin(entry_point, distribution, version, value, metadata)

    @property
    def full_name(self) -> str:
        """The name that no other plugin has."""
        return f"{self.distribution}:{self.entry_point}"

    @property
    def provides(self) -> dict[str, list[str]]:
        """The names of what can be used of it, by kind."""
        if self.state != OK:
            return {}
        return {kind: [spec.name for spec in specs] for kind, specs in self.specs.items() if specs}

    def parts(self, kind: str) -> Iterator[Part]:
        """What it offers of a kind, whether it can be used or not."""
        for spec in self.specs.get(kind, ()):
            yield Part(kind, spec, self.distribution, self.entry_point)

    def is_called(self, name: str) -> bool:
        """Whether a name stands for it: its entry point, its distribution, or both with a colon between them."""
        return name in (self.entry_point, self.full_name) or normal(name) == normal(self.distribution)


def plugins_named(plugins: Sequence[Plugin], name: str) -> list[Plugin]:
    """The plugins that a name stands for: an entry point, a distribution, or both with a colon between them.

    `UnknownName` if there is none; `RequestError` if two distributions have such an entry point.
    """
    named = [plugin for plugin in plugins if name in (plugin.entry_point, plugin.full_name)]
    if len({plugin.distribution for plugin in named}) > 1:
        raise RequestError(f"several plugins are called {name}; write {' or '.join(p.full_name for p in named)}")
    found = named or [plugin for plugin in plugins if plugin.is_called(name)]
    if not found:
        known = {known for plugin in plugins for known in (plugin.entry_point, plugin.distribution)}
        raise UnknownName("plugin", name, known)
    return found


def prints(text: str) -> str:
    """That it prints, in words."""
    return f"it prints when it is imported ({' '.join(text.split())!r:.80}), which is dropped"


def usual_remedy(plugin: Plugin) -> str:
    """What helps against a plugin that is wrong."""
    first = remedy(plugin.distribution, plugin.value, f"update {plugin.distribution}", plugin.metadata)
    return f"{first}, or type: seqforge plugins disable {plugin.full_name}"


def normal(distribution: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
