"""The installed plugins, by the metadata of their distributions: nothing of them is imported."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import zlib
from typing import TYPE_CHECKING

from seqforge.plugins.manifest import Shelf, stamps
from seqforge.plugins.plugin import UNREADABLE, Plugin, normal

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["installed_plugins", "origin"]

_FORMAT = 1
_NAMELESS = "an unknown distribution"
_LIST = "installed-"
_MOST_LISTS = 20
"""How many are kept: each folder where somebody types `python -m seqforge` stands on a path of its own."""
_SETTLED = 2e9
"""Nanoseconds after which a folder is taken to be as its time says: an installation may be under way."""


def installed_plugins(shelf: Shelf) -> list[Plugin]:
    """The plugins of the entry-point group `seqforge`, in the order of their names.

    To look through every distribution takes longer than all else at a start. So what was found is kept, with the time
    of change of each folder on the path.
    """
    folders = stamps(os.path.abspath(path) for path in sys.path)  # noqa: PTH100  # Path.absolute keeps `..`
    key = [_FORMAT, sys.version, [list(folder) for folder in folders]]
    name = f"{_LIST}{zlib.crc32(repr([sys.version, [path for path, *_ in folders]]).encode()):08x}.json"
    kept = shelf.read_values(name)
    with contextlib.suppress(Exception):  # whatever may be wrong with the file: it is made anew
        if kept["key"] == key and [list(stamp) for stamp in stamps(_sources(kept["plugins"]))] == kept["sources"]:
            return [Plugin.of(plugin) for plugin in kept["plugins"]]
    found = _search()
    if all(changed < time.time_ns() - _SETTLED for _, changed, _ in folders):
        shelf.write_values(name, {"key": key, "plugins": found, "sources": stamps(_sources(found))})
        shelf.clear(_LIST, _MOST_LISTS)
    return [Plugin.of(plugin) for plugin in found]


def origin(plugin: Plugin) -> str:
    """Where a plugin is installed: a folder, or the source of an editable installation."""
    import json
    from pathlib import Path
    from urllib.parse import unquote, urlsplit

    metadata = Path(plugin.metadata)
    try:
        direct = json.loads((metadata / "direct_url.json").read_text(encoding="utf-8"))
        if direct["dir_info"]["editable"]:
            path = unquote(urlsplit(direct["url"]).path)
            return f"{Path(path.lstrip('/') if os.name == 'nt' else path)} (editable)"
    except (OSError, ValueError, KeyError, TypeError):  # nothing says that it is editable
        pass
    return str(metadata.parent) if plugin.metadata else "unknown"


def _search() -> list[list[str]]:
    from importlib.metadata import distributions  # 15 ms

    found, seen = [], set()
    for distribution in distributions():
        metadata = str(getattr(distribution, "_path", ""))  # no public name says where it is
        short = _short_name(metadata)
        if short in seen:  # one that stands before it on the path hides it
            continue
        seen |= {short} - {""}
        try:
            entries = [(entry.name, entry.value) for entry in distribution.entry_points if entry.group == "seqforge"]
        except Exception:  # noqa: BLE001  # damaged in whatever way: it may have plugins
            entries = [(UNREADABLE, "")]
        if entries:
            name, version = _name_and_version(distribution, short)
            found += [[entry_point, name, version, value, metadata] for entry_point, value in entries]
    return sorted(found, key=lambda plugin: (plugin[1], plugin[0]))


def _short_name(metadata: str) -> str:
    """The distribution's name in that of the folder `NAME-VERSION.dist-info`; empty if it isn't called so."""
    stem, ending = os.path.splitext(os.path.basename(metadata))  # noqa: PTH119, PTH122
    return normal(stem.partition("-")[0]) if ending in (".dist-info", ".egg-info") else ""


def _name_and_version(distribution: Distribution, short: str) -> tuple[str, str]:
    """Name and version of a distribution; an installation that was damaged may tell none of them."""
    try:
        return distribution.name or short or _NAMELESS, distribution.version or ""
    except Exception:  # noqa: BLE001  # what a missing file of metadata raises depends on the version of Python
        return short or _NAMELESS, ""


def _sources(plugins: list[list[str]]) -> list[str]:
    return [os.path.join(plugin[4], file) for plugin in plugins for file in ("entry_points.txt", "METADATA")]  # noqa: PTH118
