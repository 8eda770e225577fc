"""Files read by the processes of a launcher, wherever they are; what came of them is kept in the cache of this one."""

from __future__ import annotations

import contextlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from seqforge.errors import SeqforgeError
from seqforge.files import atomic
from seqforge.launchers.function import from_uri, to_uri
from seqforge.launching import Answer, Call, Launcher
from seqforge.reading.job import Job
from seqforge.reading.pool import ReadingPool

__all__ = ["RemotePool", "read_files"]

_FILES_A_CALL = 32


@dataclass
class RemotePool:
    """Runs jobs as `ReadingPool` does, by calls of `launcher` for some files each; a context manager that ends them."""

    launcher: Launcher
    max_seconds: float
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def run(self, jobs: Sequence[Job]) -> Iterator[str]:
        """For each job in turn, once it is done: an empty string, or why nothing came of it."""
        parts = [jobs[start : start + _FILES_A_CALL] for start in range(0, len(jobs), _FILES_A_CALL)]
        answers = self.launcher.map([self._call(part) for part in parts])
        if close := getattr(answers, "close", None):
            self._open.callback(close)
        done: dict[int, list[str]] = {}
        for number in range(len(parts)):
            while number not in done:
                answer = next(answers)
                done[answer.number] = _kept(parts[answer.number], answer)
            yield from done.pop(number)

    def __enter__(self) -> RemotePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _call(self, jobs: Sequence[Job]) -> Call:
        placed = [{**asdict(job), "path": to_uri(Path(job.path)), "result": ""} for job in jobs]
        return Call(
            function="seqforge.reading.remote:read_files", arguments={"jobs": placed, "seconds": self.max_seconds}
        )


def read_files(jobs: Sequence[Mapping[str, Any]], seconds: float) -> bytes:
    """Read files here, one after another, in a process with limits.

    Gives a ZIP archive with an entry for each, by its number: `0.safetensors` as in the cache, or why there is none, in
    `0.txt`.
    """
    archive = io.BytesIO()
    with (
        tempfile.TemporaryDirectory(prefix="seqforge-") as folder,
        ReadingPool(seconds, at_once=1) as pool,
        zipfile.ZipFile(archive, "w") as file,
    ):
        placed = [
            replace(Job(**job), path=str(from_uri(job["path"])), result=str(Path(folder, f"{number}.safetensors")))
            for number, job in enumerate(jobs)
        ]
        for number, (job, reason) in enumerate(zip(placed, pool.run(placed), strict=True)):
            if reason:
                file.writestr(f"{number}.txt", reason)
            else:
                file.write(job.result, f"{number}.safetensors")
    return archive.getvalue()


def _kept(jobs: Sequence[Job], answer: Answer) -> list[str]:
    """Put what came of some jobs where they want it; for each an empty string, or why nothing came of it.

    `SeqforgeError` if the call failed: that is not the fault of the files, and a run must not go on without them.
    """
    if answer.failure:
        raise SeqforgeError(
            f"the launcher could not read {len(jobs)} files, '{Path(jobs[0].path).name}' the first of them "
            f"({answer.failure}); type the same again: what was read is kept"
        )
    reasons = []
    with zipfile.ZipFile(io.BytesIO(answer.value)) as file:
        names = set(file.namelist())
        for number, job in enumerate(jobs):
            if f"{number}.txt" in names:
                reasons.append(file.read(f"{number}.txt").decode())
            else:
                atomic.write_bytes(Path(job.result), file.read(f"{number}.safetensors"))
                reasons.append("")
    return reasons
