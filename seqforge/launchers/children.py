"""The processes that make calls on this machine: each started, watched, made again if it is lost, and ended."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from seqforge import threads
from seqforge.launchers.child import SECONDS_TO_SAVE
from seqforge.launching import Answer, Call
from seqforge.plugins.child import search_environment

__all__ = ["Children"]

_ATTEMPTS = 3
_LONGEST_MESSAGE = 10_000


@dataclass
class Children:
    """Makes calls in processes, from several threads at once, until it is closed."""

    _processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_closed: bool = False

    def answer(self, number: int, call: Call) -> Answer:
        """Make a call, and wait for what comes of it; if its process is lost, make it again."""
        end = ""
        for _ in range(_ATTEMPTS):
            with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
                try:
                    process = self._start(call, output, messages)
                except OSError as error:
                    return Answer(number=number, failure=f"no process could be started: {error.strerror or error}")
                if process is None:
                    break
                process.wait()
                self._forget(process)
                if answer := _answer(number, output):
                    return answer
                end = _end(process.returncode, messages)
        return Answer(number=number, failure=f"its process was lost {_ATTEMPTS} times, at last by {end}")

    def close(self) -> None:
        """Ask all to save their work and end, wait until they have, and end those that have not."""
        with self._lock:
            self._is_closed = True
        try:
            for process in list(self._processes):
                _hang_up(process)
            patience = time.monotonic() + SECONDS_TO_SAVE + 1
            for process in list(self._processes):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, patience - time.monotonic()))
        finally:  # also where somebody would not wait for that
            for process in list(self._processes):
                process.kill()

    def _start(self, call: Call, output: IO[bytes], messages: IO[bytes]) -> subprocess.Popen[bytes] | None:
        """A process that makes the call; `None` if none is wanted any more."""
        with self._lock:
            if self._is_closed:
                return None
            process = subprocess.Popen(  # ourselves
                [sys.executable, "-P", "-m", "seqforge.launchers.child"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=messages,
                env={**search_environment(), **threads.variables(call.threads)},
                **_APART,
            )
            self._processes.add(process)
        if process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it is gone already, or not wanted any more
                process.stdin.write(json.dumps(asdict(call)).encode() + b"\n")
                process.stdin.flush()
        return process

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._processes.discard(process)
        _hang_up(process)


_APART: dict[str, Any] = (
    {"process_group": 0}
    if os.name == "posix"
    else {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
)
"""Ctrl-C on the terminal is for the command alone, which asks its children to end once and not twice."""


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):  # what was written may not have been read
            process.stdin.close()


def _answer(number: int, output: IO[bytes]) -> Answer | None:
    """What a process answered; `None` if it was lost before that was whole."""
    output.seek(0)
    text = output.read()
    if not text.endswith(b"\n"):
        return None
    values: dict[str, Any] = json.loads(text)
    if "bytes" in values:
        return Answer(number=number, value=base64.b64decode(values["bytes"]))
    return Answer(number=number, **values)


def _end(status: int, messages: IO[bytes]) -> str:
    """How a process ended, in words, with the last line of what it wrote on standard error."""
    messages.seek(0, os.SEEK_END)
    messages.seek(max(0, messages.tell() - _LONGEST_MESSAGE))
    lines = [line.strip() for line in messages.read().decode("utf-8", "replace").splitlines() if line.strip()]
    if status == -getattr(signal, "SIGKILL", 9):
        return "a kill (signal 9), as the system gives it where memory runs out"
    ending = f"signal {-status}" if status < 0 else f"exit status {status}"
    return f"{ending}: {lines[-1]}" if lines else ending
