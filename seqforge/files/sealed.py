"""The container of the binary files that seqforge writes for itself: a safetensors file, sealed by a digest.

Its metadata has one entry, `seqforge`: JSON with `format_version`, `kind` (absent in a model, the oldest kind), the
caller's description, and `sha256` over everything else in the file. One entry, since the order of several is not fixed,
and equal content gives equal bytes.

A file is read only if its header is, byte for byte, the one that `write_sealed` would write: nothing hides in what a
digest of values does not see, such as a name that stands there twice. Its lengths are held against the file's size
before anything of that size is read, and nothing in it is ever executed.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from seqforge.errors import FileDamaged, RequestError, SeqforgeError
from seqforge.files import atomic

__all__ = ["Sealed", "read_sealed", "write_sealed"]

_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8",
    "I64": "<i8", "F32": "<f4", "F64": "<f8",
}  # fmt: skip
_RESERVED = {"format_version", "kind", "sha256"}
_OLDEST_KIND = "model"
_LARGEST_HEADER = 16 * 2**20  # JSON takes up to 25 times its length in memory
_MOST_AXES = 32
_DEEPEST = 200  # lists and objects inside one another: whoever prints them may recurse
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)

_Layout = dict[str, dict[str, Any]]
"""Each tensor's `dtype`, `shape` and `data_offsets`, in the order of the file."""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """What a sealed file holds; `sha256` is the digest in it, `version` that of its format."""

    description: dict[str, Any]
    tensors: dict[str, NDArray[Any]]
    sha256: str
    version: int


def write_sealed(
    path: Path, description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], *, what: str, version: int
) -> None:
    """Write the file, whole or not at all; equal content gives equal bytes.

    `what` is the kind of file, in a word or two; `description` is JSON without NaN, and does not use the names
    `format_version`, `kind` and `sha256`. Tensors may have any shape, and any dtype of `_DTYPES`.
    """
    if taken := _RESERVED & description.keys():
        raise ValueError(f"the description has {', '.join(sorted(taken))}, which the container writes itself")
    layout, body = _laid_out(tensors)
    stated = _stated(description, what, version)
    try:
        header = _header({**stated, "sha256": _digest(stated, layout, body)}, layout)
    except (ValueError, RecursionError) as error:
        raise SeqforgeError(f"{path} can't be written, for nobody could read it again: {error}") from None
    if len(header) > _LARGEST_HEADER:
        raise SeqforgeError(
            f"{path} can't be written: what it says of itself takes {len(header):,} bytes; allowed: "
            f"{_LARGEST_HEADER:,}; use a smaller vocabulary"
        )
    with atomic.replacing(path) as temporary, temporary.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.write(body)


def read_sealed(path: Path, *, what: str, version: int, oldest: int | None = None) -> Sealed:
    """Read and verify the file.

    `RequestError` if there is no such file, `FileDamaged` if it is not, to the byte, what `write_sealed` wrote as
    `what` and `version`, or one of the versions from the `oldest` on.
    """
    try:
        with _opened(path, what) as file:
            return _read(file, path, what, range(oldest or version, version + 1))
    except OSError as error:
        raise RequestError(f"{path} can't be read: {error.strerror}; check its permissions, or name another") from None
    except MemoryError:
        raise FileDamaged(f"{path} does not fit into memory; if it should, close other programs") from None


def _opened(path: Path, what: str) -> io.BufferedReader:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise RequestError(f"there is no {what} file {path}; `seqforge list runs` shows the runs here") from None
    except ValueError:  # a null character, of which no name may have one
        raise RequestError(f"{str(path)!r} can't be the name of a file") from None
    if not stat.S_ISREG(mode):  # a pipe would be waited for
        kind = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise RequestError(f"{path} can't be read: it is {kind}; name a {what} file")
    return path.open("rb")


def _read(file: io.BufferedReader, path: Path, what: str, versions: range) -> Sealed:
    size = os.fstat(file.fileno()).st_size
    try:
        header = _header_bytes(file, size)
        entries = json.loads(header.decode("utf-8"))
        description = json.loads(entries.pop("__metadata__")["seqforge"])
        kind, found = description.get("kind", _OLDEST_KIND), description["format_version"]
        if type(found) is not int or not 0 < found < 10**6 or not re.fullmatch("[a-z ]{1,30}", kind):
            raise ValueError("no kind or version")
    except _MALFORMED:
        raise FileDamaged(
            f"{path} is not a {what} of seqforge, or its beginning is damaged; name another, or take a fresh copy"
        ) from None
    if kind != what:
        raise FileDamaged(f"{path} holds a {kind} of seqforge, not a {what}; name a file that does")
    if found not in versions:
        known = " to ".join(map(str, dict.fromkeys((versions[0], versions[-1]))))
        raise FileDamaged(f"{path} has format version {found}; this seqforge reads {known}: update it")
    plain = {name: value for name, value in description.items() if name not in _RESERVED}
    stated = _stated(plain, what, found)
    try:
        layout, length = _checked_layout(entries)
        sha256 = description["sha256"]
        if header != _header({**stated, "sha256": sha256}, layout):
            raise ValueError("not as it would be written")
    except _MALFORMED:
        raise FileDamaged(f"{path} was altered or damaged: its header is not as written; take a fresh copy") from None
    if size != 8 + len(header) + length:
        raise FileDamaged(f"{path} has {size:,} bytes, but should have {8 + len(header) + length:,}; take a fresh copy")
    body = np.empty(length, np.uint8)
    if file.readinto(body.data) != length:
        raise FileDamaged(f"{path} became shorter while it was read; try again")
    if _digest(stated, layout, body.data) != sha256:
        raise FileDamaged(f"{path} was altered or damaged: its SHA-256 does not fit; take a fresh copy")
    tensors = {name: _tensor(body, entry) for name, entry in layout.items()}
    return Sealed(description=plain, tensors=tensors, sha256=sha256, version=found)


def _header_bytes(file: io.BufferedReader, size: int) -> bytes:
    """The JSON header; `ValueError` if its stated length can't be true."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(_LARGEST_HEADER, size - 8):
        raise ValueError("the header is longer than the file, or than any")
    return file.read(length)


def _laid_out(tensors: Mapping[str, NDArray[Any]]) -> tuple[_Layout, memoryview]:
    """Where safetensors puts the tensors, and their bytes."""
    arrays = {name: np.asarray(tensors[name], order="C") for name in sorted(tensors)}
    content = safetensors.numpy.save(arrays)
    start = 8 + int.from_bytes(content[:8], "little")
    layout, _ = _checked_layout(json.loads(content[8:start]))
    return layout, memoryview(content)[start:]


def _checked_layout(entries: Mapping[str, Any]) -> tuple[_Layout, int]:
    """The entries with the offsets that they must have, one tensor after another, and the length of all."""
    layout: _Layout = {}
    begin = 0
    for name, entry in entries.items():
        dtype, shape = entry["dtype"], entry["shape"]
        if type(shape) is not list or len(shape) > _MOST_AXES or not all(type(count) is int for count in shape):
            raise ValueError(f"tensor {name} has no shape")
        itemsize = np.dtype(_DTYPES[dtype]).itemsize
        if min(shape, default=0) < 0 or itemsize * math.prod(count or 1 for count in shape) >= 2**63:
            raise ValueError(f"tensor {name} has a shape that NumPy can't give it")
        end = begin + itemsize * math.prod(shape)
        layout[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
        begin = end
    return layout, begin


def _header(description: Mapping[str, Any], layout: _Layout) -> bytes:
    """The header as safetensors writes it, filled up with spaces to a multiple of 8."""
    if _is_too_deep(description):
        raise ValueError(f"the description is nested deeper than {_DEEPEST} times")
    json.dumps(description, ensure_ascii=False).encode()  # half a character can't be printed: UnicodeEncodeError
    header = {"__metadata__": {"seqforge": _canonical(description)}, **layout}
    encoded = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return encoded + b" " * (-len(encoded) % 8)


def _stated(description: Mapping[str, Any], what: str, version: int) -> dict[str, Any]:
    """The description with what the container says of itself, but the digest."""
    kind = {} if what == _OLDEST_KIND else {"kind": what}
    return {**description, **kind, "format_version": version}


def _digest(description: Mapping[str, Any], layout: _Layout, body: memoryview) -> str:
    digest = hashlib.sha256(_canonical([description, layout]).encode())
    digest.update(body)
    return digest.hexdigest()


def _canonical(values: Any) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _is_too_deep(values: Any) -> bool:
    level = [values]
    for _ in range(_DEEPEST):
        children = (item for parent in level for item in (parent.values() if isinstance(parent, Mapping) else parent))
        level = [item for item in children if isinstance(item, (Mapping, list, tuple))]
        if not level:
            return False
    return True


def _tensor(body: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    begin, end = entry["data_offsets"]
    return body[begin:end].view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
