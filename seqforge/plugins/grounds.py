"""What a manifest rests on: files and folders that the import of a plugin reads, and where what mends it may appear."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import sys
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any

import seqforge
from seqforge.plugins.manifest import Stamp, stamps
from seqforge.plugins.plugin import Plugin

__all__ = ["grounds", "is_of_others", "logged", "watch"]

_LIBRARY = Path(os.__file__).parent
_OWN = Path(seqforge.__file__).parent
_JUDGES = ("hookspecs.py", "options.py", "plugins/examination.py", "plugins/hooks.py", "plugins/spec_values.py")
"""Files of the core that decide what is found."""
_PACKAGES = ("site-packages", "dist-packages")
_LISTS = ("os.listdir", "os.scandir")
_IMPORT_SYSTEM = ("<frozen importlib", os.path.dirname(importlib.metadata.__file__))  # noqa: PTH120
"""Where code lies that lists each folder on the path, whatever the plugin is about."""
_WRITES = os.O_WRONLY | os.O_RDWR


def watch(log: Path) -> None:
    """From now on write the path of each file that is read or run, and of each folder that is listed, to `log`.

    It is whole when the process is lost.
    """
    seen = {str(log)}
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        path: Any = None
        if event == "exec":
            path = getattr(arguments[0], "co_filename", None)
        elif event in _LISTS:
            path = None if _is_import_system(sys._getframe(1)) else arguments[0]
        elif event == "open" and not _is_for_writing(*arguments[1:3]):
            path = arguments[0]
        if isinstance(path, str) and path not in seen and "\n" not in path:
            seen.add(path)
            with contextlib.suppress(OSError):
                os.write(handle, f"{path}\n".encode("utf-8", "surrogateescape"))

    sys.addaudithook(note)


def logged(log: Path) -> set[str]:
    """The paths in a log."""
    try:
        return set(log.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    except OSError:
        return set()


def grounds(plugin: Plugin, files: set[str], *, is_faulty: bool) -> tuple[Stamp, ...]:
    """The state of everything on which rests what was found.

    What is installed may decide what a plugin offers: a change in a folder with installed packages counts. If the
    plugin is faulty, so does each folder where something may appear that mends it.
    """
    found = {os.path.join(plugin.metadata, "METADATA")} if plugin.metadata else set()  # noqa: PTH118
    found |= {str(_OWN / name) for name in _JUDGES}
    found |= {path for path in sys.path if Path(path).name in _PACKAGES}
    here = _working_folder()
    sources = {file for file in map(_source, files) if file and Path(file) != here and is_of_others(Path(file))}
    return stamps(found | sources | (_doubts(sources) if is_faulty else set()))


def is_of_others(path: Path) -> bool:
    """Whether a file belongs neither to Python nor to the core."""
    if path.is_relative_to(_OWN) or str(path).startswith(("/dev/", "/proc/", "/sys/")):
        return False
    return not path.is_relative_to(_LIBRARY) or any(path.is_relative_to(_LIBRARY / name) for name in _PACKAGES)


def _doubts(sources: set[str]) -> set[str]:
    folders = {Path(path) for path in sys.path if path}
    folders |= {source if source.is_dir() else source.parent for source in map(Path, sources)}
    here = _working_folder()
    return {str(folder) for folder in folders if folder != here and is_of_others(folder) and folder.is_dir()}


def _working_folder() -> Path | None:
    """The folder that every run changes; `None` if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _is_import_system(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_IMPORT_SYSTEM)


def _is_for_writing(mode: Any, flags: Any) -> bool:
    return any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITES)


def _source(file: str) -> str:
    """The file or folder itself, or the source from which it was compiled; nothing for what is neither."""
    if file.endswith(".pyc"):
        with contextlib.suppress(ValueError):  # it has no source
            file = source_from_cache(file)
    return file if os.path.isabs(file) and (os.path.isfile(file) or os.path.isdir(file)) else ""  # noqa: PTH112, PTH113, PTH117
