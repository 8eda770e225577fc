"""Reading processes: as many as there are cores, each replaced when a file was too much for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from seqforge.plugins.child import search_environment
from seqforge.reading.job import Job

__all__ = ["ReadingPool"]


@dataclass
class ReadingPool:
    """Runs jobs in processes of their own, `max_seconds` each at most; a context manager that ends the processes.

    `at_once` is how many there are; 0 for as many as there are cores.
    """

    max_seconds: float
    at_once: int = 0
    _local: threading.local = field(default_factory=threading.local)
    _processes: set[subprocess.Popen[str]] = field(default_factory=set)

    def run(self, jobs: Sequence[Job]) -> Iterator[str]:
        """For each job in turn, once it is done: an empty string, or why nothing came of it."""
        threads = ThreadPoolExecutor(max(1, min(self.at_once or os.cpu_count() or 1, len(jobs))))
        try:
            yield from threads.map(self._run, jobs)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> ReadingPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in list(self._processes):
            self._end(process)

    def _run(self, job: Job) -> str:
        process: subprocess.Popen[str] | None = getattr(self._local, "process", None)
        if process is None or process.poll() is not None:
            process = self._local.process = self._start()
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            process.kill()

        timer = threading.Timer(self.max_seconds, end)
        timer.start()
        answer = self._ask(process, job)
        timer.cancel()
        if answer == "done\n":
            return ""
        if not overdue.is_set():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)  # its own exit status says more than that of being killed
        self._end(process)
        _remove_remains(Path(job.result))
        if overdue.is_set():
            return f"reading it takes longer than {self.max_seconds:g} seconds"
        return f"reading it ended the process that did so (exit status {process.returncode})"

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqforge.reading.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=search_environment(),
        )
        self._processes.add(process)
        return process

    def _ask(self, process: subprocess.Popen[str], job: Job) -> str:
        if process.stdin is None or process.stdout is None:
            raise ValueError("the process was started without pipes")
        try:
            process.stdin.write(job.to_json() + "\n")
            process.stdin.flush()
            return process.stdout.readline()
        except OSError:  # the process is gone
            return ""

    def _end(self, process: subprocess.Popen[str]) -> None:
        self._processes.discard(process)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _remove_remains(result: Path) -> None:
    """Remove what a process that was killed had begun to write in the place of `result`."""
    for temporary in result.parent.glob(f".{result.stem[:40]}-*"):
        temporary.unlink(missing_ok=True)
