"""Opening what `--data` names: a registered corpus, or files that readers turn into works."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqforge.configuration import known_keys
from seqforge.errors import DataError, SeqforgeError, UnknownName
from seqforge.interfaces import Audit, Codec, Dataset, Piece, Reader, Source
from seqforge.options import Option, check_options
from seqforge.plugins import Part, Registry

__all__ = ["FileCorpus", "data_digest", "data_options", "foreign_options", "open_dataset"]


def data_options(registry: Registry, source: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a registered corpus, or of the readers of its files, checked and filled up."""
    declared = _declared_options(registry, source)
    for name in sorted(set(values).difference(declared)):
        own = [key for key in known_keys() if key.startswith("data.")]
        raise UnknownName("key", f"data.{name}", [*own, *(f"data.{option}" for option in declared)])
    return check_options(tuple(declared.values()), values, "data.")


def foreign_options(registry: Registry, source: str) -> set[str]:
    """The names of options that other corpora and readers know, but not those of `source`."""
    parts = [*registry.parts("datasets"), *registry.parts("readers")]
    return {option.name for part in parts for option in part.spec.options}.difference(
        _declared_options(registry, source)
    )


def _declared_options(registry: Registry, source: str) -> dict[str, Option]:
    if registry.has("datasets", source):
        return {option.name: option for option in registry.find("datasets", source).spec.options}
    parts = _reader_parts(registry, _paths(registry, source))
    return {option.name: option for part in parts for option in part.spec.options}


def open_dataset(registry: Registry, source: str, options: Mapping[str, Any], codec: Codec) -> Dataset:
    """The corpus that `source` names; `DataError` if it names nothing."""
    if registry.has("datasets", source):
        dataset: Dataset = registry.find("datasets", source).build(codec=codec, **options)
        return dataset
    paths = _paths(registry, source)
    return FileCorpus(codec=codec, paths=paths, readers=_readers(registry, paths, options))


class FileCorpus:
    """Works from files, each read by the reader of its suffix."""

    licence = "unknown"
    citation = ""

    def __init__(self, *, codec: Codec, paths: Sequence[Path], readers: Mapping[str, Reader]) -> None:
        self.codec = codec
        self.paths = paths
        self.readers = readers
        self._sources: list[Source] = []

    def pieces(self) -> Iterator[Piece]:
        """See `seqforge.Dataset.pieces`: file after file; one that fails is noted and left out."""
        self._sources = []
        for path in self.paths:
            count, noted = 0, len(self._sources)
            notes: list[str] = []
            reader = self.readers.get(path.suffix.lower())
            if reader is None:
                self._sources.append(Source(path.name, 0, f"no reader for files that end in '{path.suffix}'"))
                continue
            try:
                for work in reader.read(path):
                    if isinstance(work, Source):
                        notes.extend(work.notes)
                        if work.reason:
                            self._sources.append(Source(f"{path.name}: {work.name}", 0, work.reason))
                        continue
                    piece = self._encode(work, path)
                    if piece is not None:
                        count += 1
                        yield piece
            except SeqforgeError as error:
                self._sources.append(Source(path.name, 0, str(error)))
            if count:
                self._sources.append(Source(path.name, count, notes=tuple(notes)))
            elif len(self._sources) == noted:
                self._sources.append(Source(path.name, 0, "nothing in it that the reader knows"))

    def audit(self) -> Audit:
        """See `seqforge.Dataset.audit`."""
        return Audit(tuple(self._sources))

    def _encode(self, work: Any, path: Path) -> Piece | None:
        try:
            return self.codec.encode(work)
        except DataError as error:
            self._sources.append(Source(path.name, 0, str(error)))
            return None


def data_digest(pieces: Sequence[Piece]) -> str:
    """SHA-256 over the identifiers, groups, tokens and contexts of all pieces."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(f"{piece.id}\0{piece.group}\0{piece.tokens.shape}\0{piece.context.shape}\0".encode())
        digest.update(np.ascontiguousarray(piece.tokens, "<i4").tobytes())
        digest.update(np.ascontiguousarray(piece.context, "<i4").tobytes())
    return digest.hexdigest()


def _reader_parts(registry: Registry, paths: Sequence[Path]) -> list[Part]:
    suffixes = {path.suffix.lower() for path in paths}
    return [part for part in registry.parts("readers") if suffixes.intersection(part.spec.suffixes)]


def _readers(registry: Registry, paths: Sequence[Path], options: Mapping[str, Any]) -> dict[str, Reader]:
    """The reader of each suffix, with its own among the options; only those that are needed are imported."""
    readers: dict[str, Reader] = {}
    for part in _reader_parts(registry, paths):
        reader = part.build(**{option.name: options[option.name] for option in part.spec.options})
        readers.update(dict.fromkeys(part.spec.suffixes, reader))
    return readers


def _paths(registry: Registry, source: str) -> list[Path]:
    """The files that a file name, a folder or a glob stands for, in the order of their names."""
    known = ", ".join(registry.names("datasets")) or "none"
    suffixes = sorted({suffix for part in registry.parts("readers") for suffix in part.spec.suffixes})
    path = Path(source).expanduser()
    if path.is_dir():
        paths = sorted(found for found in path.rglob("*") if found.is_file() and found.suffix.lower() in suffixes)
        if not paths:
            raise DataError(f"the folder {source} holds no file that can be read (readable: {', '.join(suffixes)})")
        return paths
    if path.is_file():
        if path.stat().st_size == 0:
            raise DataError(f"the file {source} is empty; give one that holds something")
        return [path]
    matches = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207  # absolute globs
    files = [match for match in matches if match.is_file()]
    if not files:
        raise DataError(f"there is no data '{source}': no such file or folder, and no corpus of that name ({known})")
    return files
