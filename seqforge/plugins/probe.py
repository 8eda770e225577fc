"""The probing process: `python -m seqforge.plugins.probe`.

Takes a request on standard input, looks at each of its plugins in a child, keeps a manifest of it, and answers with a
line each. It goes on when nobody listens any more, so that the next start knows.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqforge.plugins.child import Child, run_task
from seqforge.plugins.examination import examine, lost, one_line
from seqforge.plugins.manifest import Manifest, Shelf
from seqforge.plugins.plugin import Plugin

__all__ = ["examine_to_file", "main"]

_LOG = "files.txt"
_SOON = 0.1
"""Seconds after which a plugin is noted as one that somebody is looking at."""
_SLOW_START = 2.0
"""Seconds that a new process may take to start."""


def main() -> None:
    """Answer a request; or, with arguments, do the work of one child."""
    if len(sys.argv) > 1:
        run_task(sys.argv[1], json.load(sys.stdin), Path(sys.argv[2]))
        return
    request = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123
        for descriptor in (0, 1, 2):
            os.dup2(nowhere.fileno(), descriptor)
    plugins = [Plugin.of(values) for values in request["plugins"]]

    def answer(values: Any) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody listens any more
            answers.write(json.dumps(values) + "\n")
            answers.flush()

    with tempfile.TemporaryDirectory(prefix="seqforge-probe-", ignore_cleanup_errors=True) as folder:
        _Round(plugins, Shelf(Path(request["folder"])), request["seconds"], answer).run(Path(folder))


def examine_to_file(values: list[str], answer: Path) -> None:
    """What a child does: look at a plugin."""
    manifest = examine(Plugin.of(values), answer.with_name(_LOG))
    answer.write_text(json.dumps(manifest.to_values()), encoding="utf-8")


class _Round:
    """Looks at plugins, all at once, and tells `answer` how it goes and what comes of each."""

    def __init__(self, plugins: list[Plugin], shelf: Shelf, seconds: float, answer: Callable[[Any], None]) -> None:
        self.plugins = plugins
        self.shelf = shelf
        self.seconds = seconds
        self.answer = answer
        self.children: dict[int, Child] = {}
        self.told: set[str] = set()

    def run(self, folder: Path) -> None:
        """Begin, and go on to the end."""
        for number, plugin in enumerate(self.plugins):
            self.children[number] = Child("examine", plugin.identity(), folder / str(number), is_copy=True)
        if hasattr(os, "fork"):
            self._tell("ready")
        begun = time.monotonic()
        while self.children:
            waited = time.monotonic() - begun
            self._take_done()
            idle = [child.is_idle() for child in self.children.values()]  # each looks at itself, whatever the others do
            if waited > _SLOW_START:
                self._tell("ready")
            if all(idle):
                self._tell("idle")
            if waited > _SOON and "noted" not in self.told:
                self._note(self.seconds - waited + 1)
            time.sleep(min(0.05, 0.003 + waited / 50))

    def _take_done(self) -> None:
        for number, child in list(self.children.items()):
            plugin = self.plugins[number]
            if not child.has_ended() and time.monotonic() < child.started + self.seconds:
                continue
            manifest = _manifest(plugin, child) if child.has_ended() else _late(plugin, child, self.seconds)
            del self.children[number]
            self.shelf.write(plugin, manifest)
            self.answer([number, manifest.to_values()])
            self._tell("ready")

    def _tell(self, what: str) -> None:
        """Say something once. Where each child is a new process, all are ready when the first has ended."""
        if what not in self.told:
            self.told.add(what)
            self.answer(what)

    def _note(self, seconds: float) -> None:
        """Let other starts know that somebody looks at what is left."""
        self.told.add("noted")
        for number in self.children:
            self.shelf.write(self.plugins[number], Manifest(pending_until=time.time() + seconds))


def _manifest(plugin: Plugin, child: Child) -> Manifest:
    try:
        manifest = Manifest.from_values(json.loads(child.answer.read_text(encoding="utf-8")))
    except Exception:  # noqa: BLE001  # there is no answer, or half of one
        return lost(plugin, child.answer.with_name(_LOG), f"it ends the process when it is imported ({child.end()})")
    return replace(manifest, printed=one_line(child.printed()))


def _late(plugin: Plugin, child: Child, seconds: float) -> Manifest:
    child.kill()
    return lost(plugin, child.answer.with_name(_LOG), f"its import takes longer than {seconds:g} seconds")


if __name__ == "__main__":
    main()
