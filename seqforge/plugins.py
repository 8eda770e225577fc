"""Finding plugins, and the parts that they register.

Plugins are found through the entry-point group `seqforge`. Each entry point is loaded, and each of its hooks called,
by itself: one that fails becomes a `PluginProblem`, and everything else goes on.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pluggy

from seqforge import builtin, hookspecs
from seqforge.errors import NotInstalled, PluginError, RequestError, SeqforgeError, UnknownName
from seqforge.hookspecs import (
    BackendSpec,
    CodecSpec,
    DatasetSpec,
    FormatSpec,
    MetricSpec,
    PretrainedSpec,
    ReaderSpec,
    RecipeSpec,
    SamplerSpec,
)

__all__ = ["KINDS", "Part", "Plugin", "PluginProblem", "Registry", "is_usual", "missing_requirements", "short_name"]

KINDS = {
    "datasets": "data set",
    "readers": "reader",
    "codecs": "codec",
    "backends": "backend",
    "samplers": "sampler",
    "formats": "format",
    "metrics": "metric",
    "recipes": "recipe",
    "models": "model",
}
"""What a plugin can register, with the word for one of it."""

_SPECS = {
    "datasets": DatasetSpec,
    "readers": ReaderSpec,
    "codecs": CodecSpec,
    "backends": BackendSpec,
    "samplers": SamplerSpec,
    "formats": FormatSpec,
    "metrics": MetricSpec,
    "recipes": RecipeSpec,
    "models": PretrainedSpec,
}

_FIRST_PARTY = {
    ("backends", "torch"): "seqforge-torch",
    ("backends", "keras"): "seqforge-keras",
    ("recipes", "jazz"): "seqforge-jazz",
    ("recipes", "jazzify"): "seqforge-jazz",
    ("recipes", "solos"): "seqforge-jazz",
    ("recipes", "text"): "seqforge-text",
    ("recipes", "shakespeare"): "seqforge-text",
    ("recipes", "shakespeare-quick"): "seqforge-text",
}
"""Well-known parts and the package to install when they are asked for and missing."""


@dataclass(frozen=True)
class Part:
    """A registered spec and where it comes from."""

    kind: str
    spec: Any
    distribution: str
    entry_point: str

    def load(self) -> Any:
        """Import the target. `NotInstalled` if a requirement is missing, `PluginError` if the import fails."""
        missing = missing_requirements(self.spec)
        if missing:
            install = getattr(self.spec, "install", "") or " ".join(missing)
            raise NotInstalled(f"{KINDS[self.kind]} '{self.spec.name}' ({', '.join(missing)} not found)", install)
        module, _, attribute = self.spec.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"{KINDS[self.kind]} '{self.spec.name}' of {self.distribution} (entry point {self.entry_point}) "
                f"can't be imported: {type(error).__name__}: {error}; reinstall {self.distribution}"
            ) from error

    def build(self, **arguments: Any) -> Any:
        """Load the target and call it; what it raises beside errors of seqforge is a `PluginError` that names it."""
        target = self.load()
        try:
            return target(**arguments)
        except SeqforgeError:
            raise
        except Exception as error:
            raise PluginError(
                f"{KINDS[self.kind]} '{self.spec.name}' of {self.distribution} (entry point {self.entry_point}) "
                f"can't be built: {type(error).__name__}: {error}; update {self.distribution}, or report it"
            ) from error


@dataclass(frozen=True)
class PluginProblem:
    """A plugin that is at fault: who, what, and what to do."""

    distribution: str
    entry_point: str
    cause: str

    def __str__(self) -> str:
        return (
            f"plugin {self.entry_point} of {self.distribution} is left out: {self.cause}; "
            f"update it, or type: python -m pip uninstall {self.distribution}"
        )


@dataclass
class Plugin:
    """An entry point and what it gave."""

    entry_point: str
    distribution: str
    version: str
    module: str
    problem: PluginProblem | None = None
    provides: dict[str, list[str]] = field(default_factory=dict)


class Registry:
    """All parts of all plugins, by kind and name."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self._parts: dict[str, list[Part]] = {kind: [] for kind in KINDS}
        self._manager = pluggy.PluginManager("seqforge")
        self._manager.add_hookspecs(hookspecs)

    @classmethod
    def installed(cls) -> Registry:
        """The core's parts, and those of every installed plugin."""
        registry = cls()
        version = importlib.import_module("seqforge").__version__
        registry.add(Plugin("core", "seqforge-core", version, builtin.__name__))
        found = importlib.metadata.entry_points(group="seqforge")
        plugins = [Plugin(entry.name, *_origin(entry), entry.value) for entry in found]
        for plugin in sorted(plugins, key=lambda plugin: (plugin.distribution, plugin.entry_point)):
            registry.add(plugin)
        return registry

    def add(self, plugin: Plugin) -> None:
        """Load a plugin's module and collect its parts; a failure is kept as the plugin's `problem`."""
        self.plugins.append(plugin)
        try:
            module = importlib.import_module(plugin.module)
            self._manager.register(module, name=f"{plugin.distribution}:{plugin.entry_point}")
            parts = [part for kind in KINDS for part in self._collect(plugin, kind, module)]
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a plugin does wrong is its own fault
            cause = " ".join(f"{type(error).__name__}: {error}".split())
            plugin.problem = PluginProblem(plugin.distribution, plugin.entry_point, cause)
            return
        for part in parts:
            self._parts[part.kind].append(part)
            plugin.provides.setdefault(part.kind, []).append(part.spec.name)

    @property
    def problems(self) -> list[PluginProblem]:
        """What is wrong with plugins, a line each."""
        return [plugin.problem for plugin in self.plugins if plugin.problem]

    def parts(self, kind: str) -> list[Part]:
        """All parts of a kind, in the order of registration."""
        return list(self._parts[kind])

    def names(self, kind: str) -> list[str]:
        """The names of a kind, each once."""
        return list(dict.fromkeys(part.spec.name for part in self._parts[kind]))

    def find(self, kind: str, name: str) -> Part:
        """The part of that name, or of `distribution:name`.

        `UnknownName` if there is none; `RequestError` if two distributions claim it.
        """
        found = self._named(kind, name)
        if not found:
            package = _FIRST_PARTY.get((kind, name))
            if package:
                raise NotInstalled(f"{KINDS[kind]} '{name}'", package)
            raise UnknownName(KINDS[kind], name, self.names(kind))
        if len(found) > 1:
            full = " or ".join(self.full_name(part) for part in found)
            raise RequestError(f"{KINDS[kind]} '{name}' is offered by several packages; write {full}")
        return found[0]

    def has(self, kind: str, name: str) -> bool:
        """Whether somebody offers a part of that name, or of `distribution:name`."""
        return bool(self._named(kind, name))

    def full_name(self, part: Part) -> str:
        """The name by which `find` gives this part: with its distribution where several claim the name."""
        name = str(part.spec.name)
        return name if len(self._named(part.kind, name)) == 1 else f"{part.distribution}:{name}"

    def versions(self, parts: Iterable[Part]) -> dict[str, str]:
        """The versions of the distributions that the parts come from, and of the core."""
        wanted = {"seqforge-core", *(part.distribution for part in parts)}
        return {plugin.distribution: plugin.version for plugin in self.plugins if plugin.distribution in wanted}

    def _named(self, kind: str, name: str) -> list[Part]:
        distribution, _, short = name.rpartition(":")
        return [
            part for part in self._parts[kind] if part.spec.name == short and distribution in ("", part.distribution)
        ]

    def _collect(self, plugin: Plugin, kind: str, module: Any) -> Iterator[Part]:
        caller = getattr(self._manager.hook, f"seqforge_register_{kind}")
        for implementation in caller.get_hookimpls():
            if implementation.plugin is not module:
                continue
            for spec in implementation.function():
                if not isinstance(spec, _SPECS[kind]):
                    raise TypeError(f"seqforge_register_{kind} gave {spec!r}, which is no {_SPECS[kind].__name__}")
                yield Part(kind, spec, plugin.distribution, plugin.entry_point)


def missing_requirements(spec: Any) -> list[str]:
    """The import names among a spec's requirements that are not installed; nothing is imported."""
    requirements: Iterable[str] = getattr(spec, "requires", ())
    return [name for name in requirements if not _is_installed(name)]


def is_usual(format_: FormatSpec) -> bool:
    """Whether a format is written where nobody says which ones."""
    return format_.by_default and not missing_requirements(format_)


def short_name(name: str) -> str:
    """A part's name without the distribution that may stand before it."""
    return name.rpartition(":")[2]


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:  # of a package that the module is inside of
        return False


def _origin(entry: importlib.metadata.EntryPoint) -> tuple[str, str]:
    """The distribution of an entry point, and its version; an installation that was damaged may tell neither."""
    try:
        name, version = (entry.dist.name, entry.dist.version) if entry.dist else (None, None)
    except Exception:  # noqa: BLE001  # what a missing file of metadata raises depends on the version of Python
        name, version = None, None
    return name or "an unknown distribution", version or ""
