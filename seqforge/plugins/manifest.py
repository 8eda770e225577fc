"""What was found when a plugin was looked at, and the files on which that rests; kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqforge.plugins.part import is_installed
from seqforge.plugins.plugin import Plugin
from seqforge.plugins.spec_values import from_values, to_values

__all__ = ["Manifest", "Shelf", "stamps"]

_FORMAT = 2
_IDLE_SECONDS = 30 * 86400.0

Stamp = tuple[str, int, int]
"""A path, when it was last changed (nanoseconds), and its size; zeros where there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The specs of a plugin, or why it is left out and what to do.

    `printed` is what it wrote on standard output while it was imported, `heavy` what it imported that a hook module
    should not, `seconds` the processor time that the import took. `rests_on` are the files and folders on which all
    this rests, `missing` the module whose absence was the fault. One with `pending_until` (seconds since 1970) is a
    note that somebody is looking at the plugin; one with `until` is true until then at most.
    """

    specs: Mapping[str, list[Any]] = field(default_factory=dict)
    cause: str = ""
    remedy: str = ""
    printed: str = ""
    heavy: tuple[str, ...] = ()
    seconds: float = 0.0
    missing: str = ""
    rests_on: tuple[Stamp, ...] = ()
    pending_until: float = 0.0
    until: float = 0.0

    def to_values(self) -> dict[str, Any]:
        """As values that JSON can hold."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "specs"}
        return {**values, "specs": {kind: [to_values(spec) for spec in specs] for kind, specs in self.specs.items()}}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> Manifest:
        """What `to_values` gave. An error of any kind if it did not."""
        specs = {kind: [from_values(kind, spec) for spec in specs] for kind, specs in values["specs"].items()}
        rests_on = tuple((str(path), int(changed), int(size)) for path, changed, size in values["rests_on"])
        return Manifest(**{**values, "specs": specs, "rests_on": rests_on, "heavy": tuple(values["heavy"])})

    def is_fresh(self) -> bool:
        """Whether nothing has changed of what it rests on, and its time is not over."""
        if self.pending_until:
            return time.time() < self.pending_until
        if self.until and time.time() > self.until:
            return False
        if self.missing and is_installed(self.missing):
            return False
        return all(_stamp(path) == (path, changed, size) for path, changed, size in self.rests_on)


@dataclass(frozen=True)
class Shelf:
    """The folder where manifests are kept; one that can't be written keeps nothing."""

    folder: Path

    def read(self, plugin: Plugin) -> Manifest | None:
        """What is known of a plugin; `None` if that is nothing, damaged, or no longer true."""
        manifest = self.read_last(plugin)
        return manifest if manifest is not None and manifest.is_fresh() else None

    def read_last(self, plugin: Plugin) -> Manifest | None:
        """What was last known of a plugin, whether it is true still or not."""
        key = _key(plugin)
        try:
            values = json.loads(self._path(key).read_text(encoding="utf-8"))
            return Manifest.from_values(values["manifest"]) if values["key"] == key else None
        except Exception:  # noqa: BLE001  # whatever may be wrong with the file: it is made anew
            return None

    def write(self, plugin: Plugin, manifest: Manifest) -> None:
        """Keep a manifest, if that is possible."""
        key = _key(plugin)
        self.write_values(self._path(key).name, {"key": key, "manifest": manifest.to_values()})

    def read_values(self, name: str) -> Any:
        """The JSON of a file; `None` if there is none that can be read."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write_values(self, name: str, values: Any) -> None:
        """Write JSON to a file, whole or not at all; it need not outlast a power cut."""
        path = self.folder / name
        temporary = path.with_name(f".{name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                temporary.write_text(json.dumps(values), encoding="utf-8")
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)

    def clear(self, many: str, most: int) -> None:
        """Remove files that nobody has used for a month, and of those whose name begins with `many` all but the newest.

        What is missed is made anew.
        """
        with contextlib.suppress(OSError):
            used = {file: _last_use(file) for file in self.folder.iterdir()}
            alike = sorted((file for file in used if file.name.startswith(many)), key=lambda file: used[file])
            idle = {file for file, when in used.items() if when < time.time() - _IDLE_SECONDS}
            for file in idle.union(alike[:-most]):
                file.unlink(missing_ok=True)

    def _path(self, key: list[str]) -> Path:
        words = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in f"{key[1]}-{key[2]}"[:80])
        return self.folder / f"{words}-{zlib.crc32(json.dumps(key).encode()):08x}.json"  # the key is compared as well


def stamps(paths: Iterable[str]) -> tuple[Stamp, ...]:
    """The state of files and folders."""
    return tuple(_stamp(path) for path in sorted(set(paths)))


def _last_use(file: Path) -> float:
    """When a file was written or, where the system notes that, read."""
    state = file.stat()
    return max(state.st_mtime, state.st_atime)


def _stamp(path: str) -> Stamp:
    try:
        state = os.stat(path)  # noqa: PTH116  # hundreds of them at each start
    except (OSError, ValueError):
        return (path, 0, 0)
    return (path, state.st_mtime_ns, state.st_size)


def _key(plugin: Plugin) -> list[str]:
    core = sys.modules["seqforge"].__version__
    return [
        str(_FORMAT), plugin.distribution, plugin.entry_point, plugin.value, plugin.version, plugin.metadata,
        core, sys.version, sys.prefix,
    ]  # fmt: skip
