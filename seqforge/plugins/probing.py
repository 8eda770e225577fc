"""Having unknown plugins looked at by a process of its own, and waiting for it no longer than is worth it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from seqforge.plugins.child import search_environment
from seqforge.plugins.manifest import Manifest, Shelf
from seqforge.plugins.plugin import Plugin

__all__ = ["PROBING", "SECONDS", "Probing"]

SECONDS = 10.0
"""How long the import of a plugin's hook module may take."""

PROBING = "SEQFORGE_PROBING"
"""Set in the environment of plugins that are looked at: one that starts seqforge must not be looked at by that, too."""

_LEAST_GRACE = 0.25
_READY = "ready"
_IDLE = "idle"


class Probing:
    """Looks at `plugins` in another process, which goes on when this one does not wait for it, or is no more."""

    def __init__(self, plugins: Sequence[Plugin], shelf: Shelf) -> None:
        self.awaited = dict(enumerate(plugins))
        self._answers: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()
        self._started = self._last = time.monotonic()
        self._grace: float | None = None
        request = {
            "plugins": [plugin.identity() for plugin in plugins],
            "folder": str(shelf.folder),
            "seconds": SECONDS,
        }
        self._start(json.dumps(request))

    def answers(self, *, patient: bool) -> Iterator[tuple[Plugin, Manifest]]:
        """Each plugin that is done, and what was found.

        Without patience the wait ends, and what has come by then is read, when all that is left does nothing; else a
        while after the last answer: as long as the process took to get ready, for that says how busy the machine is.
        """
        is_idle = False
        while self.awaited:
            try:
                when, values = self._answers.get(timeout=0 if is_idle else self._patience(patient=patient))
            except queue.Empty:
                return
            if values is None:  # it has ended
                self.awaited.clear()
                return
            self._last = when
            if values == _READY:
                self._grace = max(_LEAST_GRACE, when - self._started)
                continue
            if values == _IDLE:
                is_idle = not patient
                continue
            number, manifest = values
            yield self.awaited.pop(number), Manifest.from_values(manifest)

    def _patience(self, *, patient: bool) -> float:
        if patient or self._grace is None:
            return 3 * SECONDS
        return max(0.0, self._last + self._grace - time.monotonic())

    def _start(self, request: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seqforge.plugins.probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**search_environment(), PROBING: "1"},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        thread = threading.Thread(target=self._listen, args=(process, request), daemon=True)
        thread.start()

    def _listen(self, process: subprocess.Popen[str], request: str) -> None:
        with process:
            try:
                if process.stdin is not None:
                    process.stdin.write(request)
                    process.stdin.close()
                for line in process.stdout or ():
                    self._answers.put((time.monotonic(), json.loads(line)))
            except (OSError, ValueError):  # it was killed
                pass
            self._answers.put((time.monotonic(), None))
