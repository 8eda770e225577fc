"""Opening what `--data` names: a registered corpus, or files that readers turn into works."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqforge.configuration import known_keys
from seqforge.errors import DataError, UnknownName
from seqforge.interfaces import Audit, Codec, Dataset, Piece, Source
from seqforge.options import Option, check_options
from seqforge.plugins import Part, Registry
from seqforge.reading.cache import cache_folder
from seqforge.reading.encoded_file import EncodedFile, read_encoded
from seqforge.reading.job import Job, job_key
from seqforge.reading.pool import ReadingPool
from seqforge.reading.vocabulary import MergedVocabulary

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


def open_dataset(
    registry: Registry,
    source: str,
    options: Mapping[str, Any],
    *,
    codec: Codec,
    codec_name: str,
    max_seconds: float,
) -> Dataset:
    """The corpus that `source` names; `DataError` if it names nothing.

    `codec_name` is the codec's full name. `max_seconds` limits the reading of one file.
    """
    if registry.has("datasets", source):
        dataset: Dataset = registry.find("datasets", source).build(codec=codec, **options)
        return dataset
    paths = _paths(registry, source)
    return FileCorpus(registry, paths, options, codec=codec, codec_name=codec_name, max_seconds=max_seconds)


class FileCorpus:
    """Works from files, each read by the reader of its suffix in a process with limits, once.

    `codec` has the vocabulary of all files as soon as `pieces` is exhausted.
    """

    licence = "unknown"
    citation = ""

    def __init__(
        self,
        registry: Registry,
        paths: Sequence[Path],
        options: Mapping[str, Any],
        *,
        codec: Codec,
        codec_name: str,
        max_seconds: float,
    ) -> None:
        self.codec = codec
        self._registry = registry
        self._paths = paths
        self._options = options
        self._codec_name = codec_name
        self._max_seconds = max_seconds
        self._sources: list[Source] = []

    def pieces(self) -> Iterator[Piece]:
        """See `seqforge.Dataset.pieces`: file after file; one that fails is noted and left out."""
        self._sources = []
        vocabulary = MergedVocabulary(self.codec.vocabulary)
        for encoded in self._encoded_files():
            self._sources.extend(encoded.sources)
            yield from vocabulary.translated(encoded)
        if vocabulary.has_grown:
            part = self._registry.find("codecs", self._codec_name)
            self.codec = part.build(vocabulary=vocabulary.merged(), **self.codec.options)

    def audit(self) -> Audit:
        """See `seqforge.Dataset.audit`."""
        return Audit(tuple(self._sources))

    def _encoded_files(self) -> Iterator[EncodedFile]:
        readers = {suffix: part for part in _reader_parts(self._registry, self._paths) for suffix in part.spec.suffixes}
        codec = self._registry.find("codecs", self._codec_name)
        with cache_folder() as folder, ReadingPool(self._max_seconds) as pool:
            jobs: list[Job | Source] = []
            for path in self._paths:
                part = readers.get(path.suffix.lower())
                jobs.append(
                    self._job(path, part, codec, folder)
                    if part
                    else Source(path.name, 0, f"no reader for files that end in '{path.suffix}'")
                )
            missing = [job for job in jobs if isinstance(job, Job) and read_encoded(Path(job.result)) is None]
            reasons = pool.run(missing)
            waiting = {id(job) for job in missing}
            for job in jobs:
                if isinstance(job, Source):
                    yield EncodedFile(pieces=(), vocabulary=self.codec.vocabulary, sources=(job,))
                    continue
                reason = next(reasons) if id(job) in waiting else ""
                yield self._result(job, reason)

    def _job(self, path: Path, reader: Part, codec: Part, folder: Path) -> Job:
        job = Job(
            path=str(path.resolve()),
            reader=self._registry.full_name(reader),
            reader_options={option.name: self._options[option.name] for option in reader.spec.options},
            codec=self._codec_name,
            codec_options=dict(self.codec.options),
        )
        return replace(job, result=str(folder / f"{job_key(job, reader, codec)}.safetensors"))

    def _result(self, job: Job, reason: str) -> EncodedFile:
        encoded = None if reason else read_encoded(Path(job.result))
        if encoded is not None:
            return encoded
        source = Source(Path(job.path).name, 0, reason or "what was read of it can't be read back from the cache")
        return EncodedFile(pieces=(), vocabulary=self.codec.vocabulary, sources=(source,))


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
