"""All parts of all plugins, by kind and name."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqforge import builtin
from seqforge.errors import NotInstalled, RequestError, UnknownName
from seqforge.hookspecs import FormatSpec
from seqforge.plugins.hooks import collect
from seqforge.plugins.installed import installed_plugins
from seqforge.plugins.kinds import KINDS
from seqforge.plugins.manifest import Manifest, Shelf
from seqforge.plugins.part import Part
from seqforge.plugins.plugin import (
    CORE,
    DISABLED,
    FAILED,
    NOT_ALLOWED,
    OK,
    PENDING,
    Plugin,
    PluginProblem,
    prints,
    usual_remedy,
)
from seqforge.plugins.preferences import VARIABLE, Preferences

if TYPE_CHECKING:
    from seqforge.plugins.probing import Probing

__all__ = ["Registry"]

_FIRST_PARTY = {
    ("backends", "torch"): "seqforge-torch",
    ("backends", "keras"): "seqforge-keras",
    ("launchers", "ray"): "seqforge-ray",
    ("callbacks", "mlflow"): "seqforge-mlflow",
    ("callbacks", "tensorboard"): "seqforge-tensorboard",
    ("recipes", "jazz"): "seqforge-jazz",
    ("recipes", "jazzify"): "seqforge-jazz",
    ("recipes", "solos"): "seqforge-jazz",
    ("recipes", "text"): "seqforge-text",
    ("recipes", "shakespeare"): "seqforge-text",
    ("recipes", "shakespeare-quick"): "seqforge-text",
}
"""Well-known parts and the package to install when they are asked for and missing."""


class Registry:
    """All parts of all plugins, by kind and name."""

    def __init__(self, shelf: Shelf, preferences: Preferences) -> None:
        self.plugins: list[Plugin] = []
        self.preferences = preferences
        self._shelf = shelf
        self._probing: Probing | None = None

    @classmethod
    def installed(cls) -> Registry:
        """The core's parts, and those of every installed plugin, also of one that is slow."""
        registry = cls.begun()
        registry.settle(patient=True)
        return registry

    @classmethod
    def begun(cls) -> Registry:
        """The same, while plugins that are not known yet are being looked at: `settle` waits for those."""
        import platformdirs

        registry = cls(
            Shelf(Path(platformdirs.user_cache_dir("seqforge", appauthor=False)) / "plugins"), Preferences.of_user()
        )
        core = sys.modules["seqforge"]
        folder = str(Path(str(core.__file__)).parent)
        specs = collect(builtin, is_core=True)
        registry.plugins.append(Plugin("core", CORE, core.__version__, builtin.__name__, folder, specs=specs))
        registry.plugins += installed_plugins(registry._shelf)
        registry._look_up()
        return registry

    def settle(self, *, patient: bool = False) -> bool:
        """Wait for plugins that are being looked at; with patience, to the end. Whether one came of that."""
        waiting = [plugin for plugin in self.plugins if plugin.state == PENDING]
        if self._probing is not None:
            for plugin, manifest in self._probing.answers(patient=patient):
                self._take(plugin, manifest)
        while patient and (others := [plugin for plugin in self.plugins if plugin.state == PENDING]):
            time.sleep(0.05)  # another process looks at them
            for plugin in others:
                found = self._shelf.read(plugin)
                if found is None or not found.pending_until:
                    self._take(plugin, found or Manifest(cause="nothing came of looking at it", remedy="try again"))
        return any(plugin.state == OK for plugin in waiting)

    def keep(self, plugin: Plugin, manifest: Manifest) -> None:
        """Let later starts know what was found of a plugin; of the core everybody knows."""
        if plugin is not self.plugins[0]:
            self._shelf.write(plugin, manifest)

    @property
    def problems(self) -> list[PluginProblem]:
        """What is wrong with plugins, each once: of two that claim a name the first is named."""
        own = [plugin.problem for plugin in self.plugins if plugin.problem]
        return own + [fault for number, plugin in enumerate(self.plugins) for fault in self._collisions(plugin, number)]

    def faults(self, plugin: Plugin) -> list[PluginProblem]:
        """What is wrong with one plugin."""
        return ([plugin.problem] if plugin.problem else []) + self.collisions(plugin)

    def collisions(self, plugin: Plugin) -> list[PluginProblem]:
        """The names that a plugin shares with others."""
        return list(self._collisions(plugin))

    def warnings(self) -> list[str]:
        """What the user should know of the plugins, a line each."""
        known = ", ".join(plugin.entry_point for plugin in self.plugins[1:]) or "none"
        return [
            *([self.preferences.fault] if self.preferences.fault else []),
            *(
                f"{VARIABLE} names '{name}', and there is no such plugin (known: {known}); mend the variable"
                for name in self.preferences.unknown(self.plugins)
            ),
            *map(str, self.problems),
        ]

    def parts(self, kind: str) -> list[Part]:
        """All parts of a kind, in the order of the plugins."""
        return [part for plugin in self.plugins if plugin.state == OK for part in plugin.parts(kind)]

    def names(self, kind: str) -> list[str]:
        """The names of a kind, each once."""
        return list(dict.fromkeys(part.spec.name for part in self.parts(kind)))

    def find(self, kind: str, name: str) -> Part:
        """The part of that name, or of `distribution:name`.

        `UnknownName` if there is none; `RequestError` if several plugins claim it, or a disabled one alone offers it.
        """
        found = self.named(kind, name) or self._named_late(kind, name)
        if not found:
            raise self._unknown(kind, name)
        if len(found) > 1:
            raise RequestError(f"{KINDS[kind]} '{name}' is offered by several packages; write {self._choices(found)}")
        return found[0]

    def has(self, kind: str, name: str) -> bool:
        """Whether somebody offers a part of that name, or of `distribution:name`."""
        return bool(self.named(kind, name) or self._named_late(kind, name))

    def named(self, kind: str, name: str) -> list[Part]:
        """Every part that `name` may mean: several, where formats of different codecs share it."""
        return [part for part in self.parts(kind) if _is_named(part, name)]

    def full_name(self, part: Part) -> str:
        """The name by which `find` gives this part: with its distribution where several claim the name."""
        name = str(part.spec.name)
        return name if len(self.named(part.kind, name)) == 1 else f"{part.distribution}:{name}"

    def versions(self, parts: Iterable[Part]) -> dict[str, str]:
        """The versions of the distributions that the parts come from, and of the core."""
        wanted = {CORE, *(part.distribution for part in parts)}
        return {plugin.distribution: plugin.version for plugin in self.plugins if plugin.distribution in wanted}

    def _named_late(self, kind: str, name: str) -> list[Part]:
        """The same, once every plugin that is still being looked at is known."""
        return self.named(kind, name) if self.settle(patient=True) else []

    def _unknown(self, kind: str, name: str) -> RequestError:
        for plugin in self.plugins:
            if plugin.state in (DISABLED, NOT_ALLOWED) and any(_is_named(part, name) for part in plugin.parts(kind)):
                whose = f"{KINDS[kind]} '{name}' is of plugin {plugin.entry_point} of {plugin.distribution}"
                if plugin.state == DISABLED:
                    return RequestError(f"{whose}, which is disabled; type: seqforge plugins enable {plugin.full_name}")
                return RequestError(f"{whose}, which {VARIABLE} does not name; add {plugin.entry_point} to it")
        package = _FIRST_PARTY.get((kind, name))
        if package and not any(plugin.distribution == package for plugin in self.plugins):
            return NotInstalled(f"{KINDS[kind]} '{name}'", package)
        left_out = ", ".join(plugin.full_name for plugin in self.plugins if plugin.state == FAILED)
        hint = f"(plugins that are left out may have it: {left_out})" if left_out else ""
        return UnknownName(KINDS[kind], name, self.names(kind), hint)

    def _choices(self, parts: list[Part]) -> str:
        names = [f"{part.distribution}:{part.spec.name}" for part in parts]
        if len(set(names)) == len(names):
            return " or ".join(names)
        twice = [part for part in parts if names.count(f"{part.distribution}:{part.spec.name}") > 1]
        return (
            f"one of {', '.join(dict.fromkeys(names))}; type first: seqforge plugins disable {_plugin_name(twice[-1])}"
        )

    def _look_up(self) -> None:
        """What is known of the plugins; those that are not are looked at from now on."""
        unknown = []
        for plugin in self.plugins[1:]:
            is_wanted = self.preferences.allows(plugin) and not self.preferences.is_disabled(plugin)
            manifest = self._shelf.read(plugin) if is_wanted else self._shelf.read_last(plugin)
            if not is_wanted:
                plugin.state = DISABLED if self.preferences.is_disabled(plugin) else NOT_ALLOWED
                plugin.specs = dict(manifest.specs) if manifest else {}
            elif manifest is None or manifest.pending_until:
                plugin.state, plugin.problem = PENDING, _pending(plugin)
                unknown += [plugin] if manifest is None else []
            else:
                self._take(plugin, manifest)
        if unknown:
            self._probe(unknown)

    def _probe(self, plugins: list[Plugin]) -> None:
        from seqforge.plugins.probing import PROBING, Probing  # it takes a while to import, and is seldom needed

        if PROBING in os.environ:
            return
        try:
            self._probing = Probing(plugins, self._shelf)
        except OSError as error:
            for plugin in plugins:
                cause = f"no process can be started to look at it ({error})"
                self._take(plugin, Manifest(cause=cause, remedy="close other programs and try again"))

    def _take(self, plugin: Plugin, manifest: Manifest) -> None:
        plugin.specs = dict(manifest.specs)
        plugin.state = FAILED if manifest.cause else OK
        plugin.problem = None
        if manifest.cause:
            plugin.problem = PluginProblem(plugin.distribution, plugin.entry_point, manifest.cause, manifest.remedy)
        elif manifest.printed:
            cause, remedy = prints(manifest.printed), usual_remedy(plugin)
            plugin.problem = PluginProblem(plugin.distribution, plugin.entry_point, cause, remedy, left_out=False)

    def _collisions(self, plugin: Plugin, after: int = -1) -> Iterator[PluginProblem]:
        """The names that a plugin shares with others; with those alone that stand behind a place in the order."""
        for other in self.plugins[after + 1 :] if plugin.state == OK else []:
            if other is plugin or other.state != OK:
                continue
            shared = [
                (kind, spec.name)
                for kind, specs in plugin.specs.items()
                for spec in specs
                if any(_claim_the_same(spec, claimed) for claimed in other.specs.get(kind, ()))
            ]
            if shared:
                yield _collision(plugin, other, shared)
            if options := _sampling_options(plugin) & _sampling_options(other):
                first = min(plugin, other, key=self.plugins.index)
                yield _shared_options(plugin, other, sorted(options), first)


def _claim_the_same(spec: Any, other: Any) -> bool:
    """Whether two specs of a kind have one name; formats of different codecs may."""
    if spec.name != other.name or not isinstance(spec, FormatSpec):
        return bool(spec.name == other.name)
    return not spec.codecs or not other.codecs or not set(spec.codecs).isdisjoint(other.codecs)


def _is_named(part: Part, name: str) -> bool:
    distribution, _, short = name.rpartition(":")
    return part.spec.name == short and distribution in ("", part.distribution)


def _plugin_name(part: Part) -> str:
    return f"{part.distribution}:{part.entry_point}"


def _pending(plugin: Plugin) -> PluginProblem:
    return PluginProblem(
        plugin.distribution,
        plugin.entry_point,
        "its import takes long and goes on in the background",
        f"try again in a few seconds, or type: seqforge plugins disable {plugin.full_name}",
    )


def _sampling_options(plugin: Plugin) -> set[str]:
    """The names of the options of its samplers: those of all plugins stand in one table."""
    return {option.name for spec in plugin.specs.get("samplers", ()) for option in spec.options}


def _collision(plugin: Plugin, other: Plugin, shared: list[tuple[str, str]]) -> PluginProblem:
    names = [f"{KINDS[kind]} '{name}'" for kind, name in shared]
    remedy = _disabling(plugin, other)
    if plugin.distribution != other.distribution:
        name = shared[0][1] if len(shared) == 1 else "NAME"
        remedy = f"write {plugin.distribution}:{name} or {other.distribution}:{name}, or {remedy}"
    cause = f"{_listed(names)} also offered by plugin {other.entry_point} of {other.distribution}"
    return PluginProblem(plugin.distribution, plugin.entry_point, cause, remedy, left_out=False)


def _shared_options(plugin: Plugin, other: Plugin, names: list[str], first: Plugin) -> PluginProblem:
    claimed = _listed([f"the option '{name}' of samplers" for name in names])
    whose = f"also offered by plugin {other.entry_point} of {other.distribution}"
    cause = f"{claimed} {whose}; {first.full_name} alone gets what is set"
    return PluginProblem(plugin.distribution, plugin.entry_point, cause, _disabling(plugin, other), left_out=False)


def _listed(names: list[str]) -> str:
    """The first of the names, and a verb."""
    words = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{words} {'is' if len(names) == 1 else 'are'}"


def _disabling(plugin: Plugin, other: Plugin) -> str:
    """What to type to be rid of one of two plugins; the core can't be disabled."""
    names = [one.full_name for one in (plugin, other) if one.distribution != CORE]
    return f"type: seqforge plugins disable {names[0]}" + (f" (or {names[1]})" if len(names) > 1 else "")
