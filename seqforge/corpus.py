"""Opening what `--data` names: a registered corpus, or files that readers turn into works."""

from __future__ import annotations

import glob
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqforge.configuration import known_keys
from seqforge.errors import DataError, RequestError, UnknownName
from seqforge.interfaces import Audit, Codec, Dataset, Piece, Source
from seqforge.launching import Launcher
from seqforge.options import Option, check_options
from seqforge.plugins import Part, Registry, short_name
from seqforge.reading.cache import cache_folder
from seqforge.reading.encoded_file import EncodedFile, read_encoded
from seqforge.reading.job import Job, job_key
from seqforge.reading.pool import ReadingPool
from seqforge.reading.remote import RemotePool
from seqforge.reading.vocabulary import MergedVocabulary

__all__ = ["FileCorpus", "data_digest", "data_options", "foreign_options", "open_dataset", "usual_codec"]


def data_options(registry: Registry, source: str, codec: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a registered corpus, or of the readers of its files, checked and filled up."""
    declared = _declared_options(registry, source, codec)
    for name in sorted(set(values).difference(declared)):
        own = [key for key in known_keys() if key.startswith("data.")]
        raise UnknownName("key", f"data.{name}", [*own, *(f"data.{option}" for option in declared)])
    return check_options(tuple(declared.values()), values, "data.")


def foreign_options(registry: Registry, source: str, codec: str) -> set[str]:
    """The names of options that other corpora and readers know, but not those of `source`."""
    parts = [*registry.parts("datasets"), *registry.parts("readers")]
    return {option.name for part in parts for option in part.spec.options}.difference(
        _declared_options(registry, source, codec)
    )


def _declared_options(registry: Registry, source: str, codec: str) -> dict[str, Option]:
    if registry.has("datasets", source):
        spec = registry.find("datasets", source).spec
        if not _takes(spec, codec):
            raise RequestError(
                f"codec {codec} does not take the works of '{source}'; allowed: {', '.join(spec.codecs)}"
            )
        return {option.name: option for option in spec.options}
    parts = _reader_parts(registry, _paths(registry, source), codec)
    return {option.name: option for part in parts for option in part.spec.options}


def open_dataset(
    registry: Registry,
    source: str,
    options: Mapping[str, Any],
    *,
    codec: Codec,
    codec_name: str,
    max_seconds: float,
    keeps_vocabulary: bool = False,
    launcher: Launcher | None = None,
) -> Dataset:
    """The corpus that `source` names; `DataError` if it names nothing.

    `codec_name` is the codec's full name. `max_seconds` limits the reading of one file. With `keeps_vocabulary` the
    vocabulary of `codec` stays as it is, and pieces with other symbols are dropped. Files are read by `launcher`, if
    there is one, else by processes of this machine.
    """
    if registry.has("datasets", source):
        dataset: Dataset = registry.find("datasets", source).build(codec=codec, **options)
        return dataset
    paths = _paths(registry, source)
    return FileCorpus(
        registry,
        paths,
        options,
        codec=codec,
        codec_name=codec_name,
        max_seconds=max_seconds,
        keeps_vocabulary=keeps_vocabulary,
        launcher=launcher,
    )


class FileCorpus:
    """Works from files, each read by the reader of its suffix in a process with limits, once.

    `codec` has the vocabulary of all files as soon as `pieces` is exhausted; with `keeps_vocabulary` it stays as it is.
    """

    def __init__(
        self,
        registry: Registry,
        paths: Sequence[Path],
        options: Mapping[str, Any],
        *,
        codec: Codec,
        codec_name: str,
        max_seconds: float,
        keeps_vocabulary: bool = False,
        launcher: Launcher | None = None,
    ) -> None:
        self.codec = codec
        self._registry = registry
        self._paths = paths
        self._options = options
        self._codec_name = codec_name
        self._max_seconds = max_seconds
        self._keeps_vocabulary = keeps_vocabulary
        self._launcher = launcher
        specs = [part.spec for part in _reader_parts(registry, paths, codec_name)]
        self.licence = "; ".join(dict.fromkeys(spec.licence or "unknown" for spec in specs))
        self.citation = "; ".join(dict.fromkeys(spec.citation for spec in specs if spec.citation))
        self._sources: list[Source] = []

    def pieces(self) -> Iterator[Piece]:
        """See `seqforge.Dataset.pieces`: file after file; one that fails is noted and left out."""
        self._sources = []
        vocabulary = MergedVocabulary(self.codec.vocabulary, grows=not self._keeps_vocabulary)
        for encoded in self._encoded_files():
            translated = vocabulary.translated(encoded)
            self._sources.extend(translated.sources)
            yield from translated.pieces
        if vocabulary.has_grown:
            part = self._registry.find("codecs", self._codec_name)
            self.codec = part.build(vocabulary=vocabulary.merged(), **self.codec.options)

    def audit(self) -> Audit:
        """See `seqforge.Dataset.audit`."""
        return Audit(tuple(self._sources))

    def _encoded_files(self) -> Iterator[EncodedFile]:
        codec = self._registry.find("codecs", self._codec_name)
        parts = _reader_parts(self._registry, self._paths, self._codec_name)
        readers = {suffix: part for part in parts for suffix in part.spec.suffixes}
        with cache_folder() as folder, self._pool() as pool:
            found = [(path, readers.get(path.suffix.lower())) for path in self._paths]
            jobs = [self._job(path, reader, codec, folder) if reader else None for path, reader in found]
            missing = [job for job in jobs if job and read_encoded(Path(job.result)) is None]
            reasons, waiting = pool.run(missing), {id(job) for job in missing}
            for path, job in zip(self._paths, jobs, strict=True):
                if job is None:
                    yield self._nothing(path, f"no reader of codec {codec.spec.name} for files in '{path.suffix}'")
                else:
                    reason = next(reasons) if id(job) in waiting else ""
                    yield self._result(path, job, reason)

    def _pool(self) -> ReadingPool | RemotePool:
        return RemotePool(self._launcher, self._max_seconds) if self._launcher else ReadingPool(self._max_seconds)

    def _job(self, path: Path, reader: Part, codec: Part, folder: Path) -> Job:
        job = Job(
            path=str(path.resolve()),
            reader=self._registry.full_name(reader),
            reader_options={option.name: self._options[option.name] for option in reader.spec.options},
            codec=self._codec_name,
            codec_options=dict(self.codec.options),
            parts={"reader": reader.to_values(), "codec": codec.to_values()},
        )
        return replace(job, result=str(folder / f"{job_key(job, reader, codec)}.safetensors"))

    def _result(self, path: Path, job: Job, reason: str) -> EncodedFile:
        encoded = None if reason else read_encoded(Path(job.result))
        return encoded or self._nothing(path, reason or "what was read of it can't be read back from the cache")

    def _nothing(self, path: Path, reason: str) -> EncodedFile:
        return EncodedFile(pieces=(), vocabulary=self.codec.vocabulary, sources=(Source(path.name, 0, reason),))


def usual_codec(registry: Registry, source: str) -> str:
    """The name of a codec that takes the works of `source`; of files, of most of them."""
    if registry.has("datasets", source):
        named = list(registry.find("datasets", source).spec.codecs)
    else:
        found = Counter(path.suffix.lower() for path in _paths(registry, source))
        files: Counter[str] = Counter()
        for part in registry.parts("readers"):
            count = sum(found[suffix] for suffix in part.spec.suffixes)
            files.update(dict.fromkeys(part.spec.codecs, count) if count else {})
        named = [name for name, _ in files.most_common(1)]
    named = named or registry.names("codecs")
    if not named:
        raise RequestError("no codec is installed to read data with; type: python -m pip install seqforge-text")
    return named[0]


def data_digest(pieces: Sequence[Piece]) -> str:
    """SHA-256 over the identifiers, groups, tokens and contexts of all pieces."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(f"{piece.id}\0{piece.group}\0{piece.tokens.shape}\0{piece.context.shape}\0".encode())
        digest.update(np.ascontiguousarray(piece.tokens, "<i4").tobytes())
        digest.update(np.ascontiguousarray(piece.context, "<i4").tobytes())
    return digest.hexdigest()


def _reader_parts(registry: Registry, paths: Sequence[Path], codec: str) -> list[Part]:
    """The readers of these files whose works the codec takes."""
    suffixes = {path.suffix.lower() for path in paths}
    parts = [part for part in registry.parts("readers") if suffixes.intersection(part.spec.suffixes)]
    return [part for part in parts if _takes(part.spec, codec)]


def _takes(spec: Any, codec: str) -> bool:
    return not spec.codecs or short_name(codec) in spec.codecs


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
