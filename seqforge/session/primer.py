"""The primer of a prompt: the file that it names is read once, and the codec puts what was in it into the prompt.

A codec that has the method `with_primer(prompt, piece)` has a prompt option `primer`, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqforge.configuration import DataConfig
from seqforge.corpus import FileCorpus, data_options
from seqforge.errors import RequestError
from seqforge.interfaces import Codec, Piece
from seqforge.plugins import Part, Registry

__all__ = ["with_primer"]


def with_primer(
    registry: Registry, part: Part, codec: Codec, prompt: Mapping[str, Any], reading: Mapping[str, Any]
) -> dict[str, Any]:
    """The prompt with its primer read, under the limits of any foreign file; `RequestError` for one that can't be.

    `reading` are options of the file's reader, by their names behind `data.`. A primer that names no file stays as it
    is: the codec knows what it wrote itself.
    """
    value = prompt.get("primer")
    take = getattr(codec, "with_primer", None)
    if value is None or take is None or not _is_file(value):
        if reading:
            raise RequestError(f"data.{min(reading)} is for the file of a primer, and there is none; leave it out")
        return dict(prompt)
    primed: dict[str, Any] = take(prompt, _piece(registry, part, codec, Path(value), reading))
    return primed


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or no name at all
        return False


def _piece(registry: Registry, part: Part, codec: Codec, path: Path, reading: Mapping[str, Any]) -> Piece:
    """The one piece in the file."""
    codec_name = registry.full_name(part)
    corpus = FileCorpus(
        registry,
        [path],
        data_options(registry, str(path.resolve()), codec_name, reading),
        codec=codec,
        codec_name=codec_name,
        max_seconds=DataConfig().max_seconds,
        keeps_vocabulary=True,
    )
    pieces = list(corpus.pieces())
    if len(pieces) > 1:
        raise RequestError(f"--primer {path} holds {len(pieces)} pieces; give a file with one")
    if not pieces:
        reasons = "; ".join(source.reason for source in corpus.audit().dropped)
        raise RequestError(f"--primer {path} can't be gone on from: {reasons}")
    return pieces[0]
