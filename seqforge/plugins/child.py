"""A process of its own for work that may print, crash or hang: its answer is a file, what it prints another."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

__all__ = ["Child", "run_task", "search_environment"]

_TASKS = {"examine": "seqforge.plugins.probe:examine_to_file", "check_up": "seqforge.plugins.checkup:check_up_to_file"}
"""Functions that take an argument, and the file that the answer goes to."""

_IDLE_SECONDS = 0.1


class Child:
    """Runs a task in another process: a copy of this one where that is wanted and the system can do it, else a new one.

    A copy starts at once; a new process knows nothing of what this one has imported.
    """

    def __init__(self, task: str, argument: Any, folder: Path, *, is_copy: bool) -> None:
        self.answer = folder / "answer.json"
        self._printed = folder / "stdout.txt"
        self._messages = folder / "stderr.txt"
        self.started = time.monotonic()
        self.status: int | None = None
        self._activity: tuple[str, ...] = ()
        self._active = self.started
        folder.mkdir()
        self._process = None if is_copy and hasattr(os, "fork") else self._spawn(task, argument)
        self._pid = self._process.pid if self._process else self._fork(task, argument)

    def has_ended(self) -> bool:
        """Whether it is done, or lost; `status` then is its exit status, or minus the number of a signal."""
        if self.status is None:
            self.status = self._process.poll() if self._process else _ended(self._pid)
            if self.status is not None:
                self._end_group()
        return self.status is not None

    def is_idle(self) -> bool:
        """Whether it has done nothing for a while, and waits for nothing but time or an answer.

        One that waits for the processor or a disk is busy; so is every one where the system does not tell.
        """
        activity = _activity(self._pid)
        if not activity or activity != self._activity or activity[0] != "S":
            self._activity, self._active = activity, time.monotonic()
        return time.monotonic() > self._active + _IDLE_SECONDS

    def kill(self) -> None:
        """End it, and what it has started."""
        self._end_group()
        if self._process:
            self._process.kill()
            self._process.wait()
        elif self.status is None:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)

    def printed(self) -> str:
        """What it wrote on standard output."""
        return _text(self._printed)

    def end(self) -> str:
        """How it ended, in words, with the line that says most of what it wrote on standard error."""
        status = self.status or 0
        lines = [line.strip() for line in _text(self._messages).splitlines() if line.strip()] or [""]
        message = lines[-1] if lines[0].startswith("Traceback") else lines[0]
        return (f"signal {-status}" if status < 0 else f"exit status {status}") + (f": {message}" if message else "")

    def _fork(self, task: str, argument: Any) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            os.setsid()  # a group of its own, which is ended as a whole
            for descriptor, file in ((0, os.devnull), (1, self._printed), (2, self._messages)):
                handle = os.open(file, os.O_RDWR | os.O_CREAT)
                os.dup2(handle, descriptor)
                os.close(handle)
            run_task(task, argument, self.answer)
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            os._exit(0)
        except BaseException:  # noqa: BLE001  # this copy must not go on as the process that it is a copy of
            traceback.print_exc()
        finally:
            os._exit(1)

    def _spawn(self, task: str, argument: Any) -> subprocess.Popen[bytes]:
        with self._printed.open("wb") as stdout, self._messages.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603  # ourselves
                [sys.executable, "-P", "-m", "seqforge.plugins.probe", task, str(self.answer)],
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                env=search_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        if process.stdin is not None:
            with process.stdin as stdin, contextlib.suppress(OSError):
                stdin.write(json.dumps(argument).encode())
        return process

    def _end_group(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)


def search_environment() -> dict[str, str]:
    """The environment for a process that finds the modules which this one finds, in whatever folder it runs."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path if path)}


def run_task(task: str, argument: Any, answer: Path) -> None:
    """Do the work of a child."""
    import importlib

    module, _, name = _TASKS[task].partition(":")
    getattr(importlib.import_module(module), name)(argument, answer)


def _activity(pid: int) -> tuple[str, ...]:
    """The state of a process (S: asleep) and the processor time that it has used; empty where that is not known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ()
    return (fields[0], fields[11], fields[12])


def _ended(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as text:
            return text.read(10_000)
    except OSError:
        return ""
