"""One process at a time in a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seqforge.errors import RequestError

if sys.platform != "win32":
    import fcntl

__all__ = ["LOCK_NAME", "locked"]

LOCK_NAME = ".lock"
_SECONDS_BETWEEN = 0.05


@contextmanager
def locked(folder: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes out of the folder; `RequestError` with the id of the process that is in it.

    With `patience` so many seconds are waited for a process that is about to end. The system gives the lock back
    however the process ends. Windows has no such lock: there nobody is kept out.
    """
    if sys.platform == "win32":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK_NAME
    with _acquired(path, patience) as handle:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


if sys.platform != "win32":

    @contextmanager
    def _acquired(path: Path, patience: float) -> Iterator[int]:
        until = time.monotonic() + patience
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_there(handle, path):
                    yield handle
                    return
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise RequestError(
                        f"{path.parent} is in use by process {_owner(handle)}; wait until it ends, or stop it"
                    ) from None
                time.sleep(_SECONDS_BETWEEN)
            finally:
                os.close(handle)

    def _owner(handle: int) -> str:
        return os.pread(handle, 100, 0).decode(errors="replace") or "another"

    def _is_there(handle: int, path: Path) -> bool:
        """Whether the file is still that of the path: the process before may have removed it meanwhile."""
        try:
            return os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            return False
