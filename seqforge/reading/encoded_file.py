"""What reading one file gave: its pieces, the vocabulary they are written in, and what is to be said of it.

Kept as a safetensors file, which is both the way from a reading process to this one and the cache: `tokens` (N,) and
`context` (N, F) int32 of all pieces one after another, `lengths` (P,) int64, and in the metadata one entry, `seqforge`,
with everything else as JSON. Read by memory map, so that a large corpus stays on the disk until it is used.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from seqforge.files import atomic
from seqforge.interfaces import Piece, Source, Vocabulary

__all__ = ["EncodedFile", "read_encoded", "write_encoded"]

_DTYPES = {"I32": "<i4", "I64": "<i8"}


@dataclass(frozen=True, kw_only=True)
class EncodedFile:
    """The pieces of a file, in `vocabulary`; `sources` are the file itself and the items in it that were dropped."""

    pieces: tuple[Piece, ...]
    vocabulary: Vocabulary
    sources: tuple[Source, ...]


def write_encoded(path: Path, encoded: EncodedFile) -> None:
    """Write the file, whole or not at all."""
    fields = encoded.pieces[0].context.shape[1] if encoded.pieces else 0
    tensors = {
        "tokens": np.concatenate([np.zeros(0, np.int32), *(piece.tokens for piece in encoded.pieces)]),
        "context": np.concatenate([np.zeros((0, fields), np.int32), *(piece.context for piece in encoded.pieces)]),
        "lengths": np.array([len(piece.tokens) for piece in encoded.pieces], np.int64),
    }
    description = {
        "pieces": [[piece.id, piece.group, dict(piece.prompt)] for piece in encoded.pieces],
        "vocabulary": [list(encoded.vocabulary.symbols), list(encoded.vocabulary.classes)],
        "sources": [asdict(source) for source in encoded.sources],
    }
    atomic.write_bytes(path, safetensors.numpy.save(tensors, metadata={"seqforge": json.dumps(description)}))


def read_encoded(path: Path) -> EncodedFile | None:
    """What `write_encoded` wrote; `None` if there is no such file, or it is not whole."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            size = int.from_bytes(view[:8], "little")
            header = json.loads(view[8 : 8 + size])
        description = json.loads(header.pop("__metadata__")["seqforge"])
        arrays = {name: _mapped(path, 8 + size, entry) for name, entry in header.items()}
        return _from_arrays(arrays, description)
    except (OSError, ValueError, KeyError, TypeError):  # another program wrote it, or the disk lost a part
        return None


def _mapped(path: Path, offset: int, entry: Mapping[str, Any]) -> NDArray[Any]:
    begin, end = entry["data_offsets"]
    dtype, shape = _DTYPES[entry["dtype"]], tuple(entry["shape"])
    if begin == end:
        return np.zeros(shape, dtype)
    mapped: NDArray[Any] = np.memmap(path, dtype=dtype, mode="r", offset=offset + begin, shape=shape)
    return mapped


def _from_arrays(arrays: Mapping[str, NDArray[Any]], description: Mapping[str, Any]) -> EncodedFile:
    ends = np.cumsum(arrays["lengths"])
    if len(ends) != len(description["pieces"]) or (len(ends) and ends[-1] != len(arrays["tokens"])):
        raise ValueError("the pieces do not fit their tokens")
    pieces = tuple(
        Piece(
            id=name,
            group=group,
            prompt=prompt,
            tokens=arrays["tokens"][end - length : end],
            context=arrays["context"][end - length : end],
        )
        for (name, group, prompt), length, end in zip(description["pieces"], arrays["lengths"], ends, strict=True)
    )
    symbols, classes = description["vocabulary"]
    sources = tuple(Source(**{**source, "notes": tuple(source["notes"])}) for source in description["sources"])
    return EncodedFile(pieces=pieces, vocabulary=Vocabulary(tuple(symbols), tuple(classes)), sources=sources)
