"""Writing files so that a reader sees the old content or the new one, never a part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

__all__ = ["Replacing", "is_leftover", "replacing", "replacing_many", "write_bytes", "write_text"]

Replacing: TypeAlias = Callable[[Path], AbstractContextManager[Path]]
"""Gives a temporary path in the same folder, which takes the place of the path if all goes well."""

_MARK = ".seqforge-part-"
_WAITING = 8  # threads that wait for the disk: it makes several files safe in the time that it takes for one


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, which takes the place of `path` if all goes well."""
    temporary = _temporary(path)
    with _written(temporary):
        yield temporary
    _put_in_place(temporary, path)


@contextmanager
def replacing_many() -> Iterator[Replacing]:
    """Give what does the same for many files, and does not wait for one of them: all are in place at the end."""
    from concurrent.futures import Future, ThreadPoolExecutor  # 10 ms that a single file does not need

    begun: list[Path] = []
    pending: list[Future[None]] = []

    @contextmanager
    def replacing_one(path: Path) -> Iterator[Path]:
        temporary = _temporary(path)
        begun.append(temporary)  # before it is there: an interruption may come at any time
        with _written(temporary):
            yield temporary
        pending.append(pool.submit(_put_in_place, temporary, path))

    try:
        with ThreadPoolExecutor(_WAITING) as pool:
            yield replacing_one
        for one in pending:
            one.result()
    except BaseException:  # one that came between writing a file and handing it over
        for temporary in begun:
            temporary.unlink(missing_ok=True)
        raise


def is_leftover(path: Path) -> bool:
    """Whether the file is a part that a killed process left behind."""
    return path.name.startswith(_MARK)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write `content` to `path` in UTF-8 with plain newlines, whole or not at all."""
    write_bytes(path, content.encode("utf-8"))


def _temporary(path: Path) -> Path:
    """A name beside `path` that no other file has."""
    return path.with_name(f"{_MARK}{path.stem[:40]}-{secrets.token_hex(6)}{path.suffix}")


@contextmanager
def _written(temporary: Path) -> Iterator[None]:
    """The temporary file is there, and is removed if what is done with it fails."""
    temporary.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.touch(exist_ok=False)
        yield
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _put_in_place(temporary: Path, path: Path) -> None:
    try:
        _flush(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        _flush(path.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
