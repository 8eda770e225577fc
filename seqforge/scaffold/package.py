"""A new package: the files of its kind's template, with its own names in them, written to a folder."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from seqforge.errors import RequestError
from seqforge.scaffold.kinds import Kind
from seqforge.scaffold.names import module_name

__all__ = ["core_requirement", "package_files", "write_package"]

_RENAMED = {"gitignore": ".gitignore"}  # as a template it would hide files of ours


def package_files(kind: Kind, name: str, core_version: str) -> dict[str, str]:
    """The files of a package, by path with slashes: README.md is that of all layers, one after another."""
    own = {
        "my-plugin": name,
        "my_plugin": module_name(name),
        "SUMMARY": kind.summary,
        "seqforge-core>=0.0": core_requirement(core_version),
    }
    files: dict[str, str] = {}
    for layer in kind.layers:
        root = importlib.resources.files("seqforge.scaffold").joinpath("templates", layer)
        for path, text in _texts(root):
            place = _filled_in(_RENAMED.get(path, path), own)
            files[place] = files.get(place, "") + _filled_in(text, own)
    return dict(sorted(files.items()))


def core_requirement(version: str) -> str:
    """What a plugin that is made for this version of the core requires: no later one that may break it."""
    major, minor = (int(part) for part in version.split(".")[:2])
    end = f"{major + 1}" if major else f"0.{minor + 1}"
    return f"seqforge-core>={major}.{minor},<{end}"


def write_package(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files; `RequestError` if there is something already."""
    if folder.is_dir() and any(folder.iterdir()):
        raise RequestError(f"the folder {folder} is not empty; give another with --out, so that nothing is lost")
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file; give another folder with --out")
    for place, text in files.items():
        path = folder.joinpath(*place.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _texts(root: Traversable, place: str = "") -> Iterator[tuple[str, str]]:
    """The path and text of each file in a folder and those below it, by name."""
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        if entry.is_file():
            yield place + entry.name, entry.read_text(encoding="utf-8")
        elif not entry.name.startswith((".", "__")):  # caches that tools leave
            yield from _texts(entry, f"{place}{entry.name}/")


def _filled_in(text: str, own: Mapping[str, str]) -> str:
    """The text with the package's own words in the place of the template's, all at once."""
    return re.sub("|".join(map(re.escape, own)), lambda found: own[found[0]], text)
