"""One process at a time in a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seqforge.errors import RequestError

if sys.platform != "win32":
    import fcntl

__all__ = ["LOCK_NAME", "locked"]

LOCK_NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of the folder; `RequestError` with the id of the process that is in it.

    The system gives the lock back however the process ends. Windows has no such lock: there nobody is kept out.
    """
    if sys.platform == "win32":
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK_NAME
    with _acquired(path) as handle:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


if sys.platform != "win32":

    @contextmanager
    def _acquired(path: Path) -> Iterator[int]:
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_there(handle, path):
                    yield handle
                    return
            except BlockingIOError:
                owner = path.read_text() or "another"
                raise RequestError(
                    f"{path.parent} is in use by process {owner}; wait until it ends, or stop it"
                ) from None
            finally:
                os.close(handle)

    def _is_there(handle: int, path: Path) -> bool:
        """Whether the file is still that of the path: the process before may have removed it meanwhile."""
        try:
            return os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            return False
