"""What `seqforge evaluate` is asked to judge, and the reference that it is judged against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforge.configuration import DataConfig, RunConfig, merge, parse_assignment, read_toml
from seqforge.corpus import data_options, foreign_options, usual_codec
from seqforge.errors import RequestError, UnknownName
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import UNKNOWN, Codec, Piece
from seqforge.options import check_options
from seqforge.plugins import Part, Registry
from seqforge.session.data import Corpus, divided, open_corpus
from seqforge.session.models import FoundModel, find_model, model_codec

__all__ = ["EvaluationRequest", "Subject", "find_subject"]

_PARTS = ("test", "validation")


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """What is asked for; `None` and empty texts where nothing is said.

    `subject` is a run, a model or data, `reference` data. `split` names the part that was held out. `count` takes are
    generated from `seed`. `codec` reads the data, and `assignments` are options of it, such as `data.chords=blues-f`.
    """

    subject: str
    reference: str = ""
    split: str = ""
    count: int | None = None
    seed: int = 1
    codec: str = ""
    assignments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is judged: a model (of a run, if `folder` is set), or the pieces of data.

    `corpus` is the reference; `is_own` says that the model was trained on it, and `held_out` are then the pieces of its
    part `split` that the model did not see.
    """

    kind: str
    name: str
    codec_part: Part
    codec: Codec
    corpus: Corpus | None
    is_own: bool = False
    split: str = ""
    held_out: tuple[Piece, ...] = ()
    found: FoundModel | None = None
    folder: RunFolder | None = None
    pieces: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def reference(self) -> tuple[Piece, ...]:
        """The pieces whose range counts: those of the corpus that are not held out."""
        if self.corpus is None:
            return ()
        held_out = {piece.id for piece in self.held_out}
        return tuple(piece for piece in self.corpus.pieces if piece.id not in held_out)


def find_subject(registry: Registry, request: EvaluationRequest) -> Subject:
    """Find and read everything that the request names; what is wrong with it is a `RequestError`."""
    kind = _kind(registry, request.subject)
    if request.reference and _kind_of_path(Path(request.reference)):
        raise RequestError(
            f"--reference {request.reference} is a {_kind_of_path(Path(request.reference))}; allowed: data, such as "
            f"what it was trained on: a file, a folder, or a name of `seqforge list data`"
        )
    if kind == "data":
        return _data_subject(registry, request)
    for option, value in (("--codec", request.codec), ("--set", request.assignments)):
        if value:
            raise RequestError(f"{option} is for files; a {kind} is judged through its own codec: leave it out")
    return _model_subject(registry, request, kind)


def _kind(registry: Registry, name: str) -> str:
    """`run`, `model` or `data`; `UnknownName` if it is a word that means none of them."""
    path = Path(name)
    if registry.has("datasets", name):
        return "data"
    if kind := _kind_of_path(path):
        return kind
    if name and path.exists():
        return "data"
    if not re.fullmatch(r"[\w:-]+", name):
        raise RequestError(f"there is no run, model or data '{name}': no such file or folder; see `seqforge list runs`")
    if not registry.has("models", name):
        known = [*registry.names("models"), *registry.names("datasets")]
        raise UnknownName("model or data", name, known, "- or give the folder of a run, a model file, or files")
    return "model"


def _kind_of_path(path: Path) -> str:
    """`run` or `model`, or empty for anything else."""
    if (path / "config.toml").is_file():
        return "run"
    return "model" if path.suffix == ".safetensors" else ""


def _model_subject(registry: Registry, request: EvaluationRequest, kind: str) -> Subject:
    found = find_model(registry, request.subject)
    codec_part, codec = model_codec(registry, found.model)
    folder = RunFolder(Path(request.subject)) if kind == "run" else None
    source = request.reference or _own_source(registry, found, folder)
    config = _data_config(registry, found, source, codec_part)
    values: dict[str, Any] = {
        "kind": kind, "name": found.short_name, "codec_part": codec_part, "found": found, "folder": folder,
    }  # fmt: skip
    if config is None:
        if request.split:
            raise RequestError("--split needs the data that the model was trained on; name it with --reference")
        note = "no reference: nothing to compare with; name the data that it was trained on, or other, by --reference"
        return Subject(**values, codec=codec, corpus=None, notes=(note,))
    codec_name = registry.full_name(codec_part)
    corpus = open_corpus(registry, config, codec, codec_name, keeps_vocabulary=True)
    if corpus.digest != found.model.data.get("digest"):
        if folder and not request.reference:
            raise RequestError(
                f"'{source}' does not give the pieces that the run in {request.subject} was trained on; name the data "
                f"with --reference"
            )
        if request.split:
            raise RequestError(f"--split {request.split}: the model was not trained on '{source}', all of it is scored")
        note = "the model was not trained on just this reference: all of it is scored, and some may have been seen"
        return Subject(**values, codec=codec, corpus=corpus, notes=(note, *_unknown(corpus)))
    corpus = divided(corpus, config)
    split, held_out = _held_out(corpus, request.split)
    notes = () if split else ("no part was held out: there is no likelihood, and all pieces have been seen",)
    return Subject(
        **values, codec=codec, corpus=corpus, is_own=True, split=split, held_out=held_out, notes=notes
    )  # fmt: skip


def _unknown(corpus: Corpus) -> Iterator[str]:
    """What of a corpus counts as unknown, since the model's vocabulary lacks it."""
    classes = corpus.codec.vocabulary.classes
    numbers = [number for number, kind in enumerate(classes) if kind == UNKNOWN]
    total = sum(len(piece.tokens) for piece in corpus.pieces)
    if numbers and (count := sum(int(np.isin(piece.tokens, numbers).sum()) for piece in corpus.pieces)):
        yield f"{count:,} of {total:,} tokens are not in the model's vocabulary, and count as unknown"


def _own_source(registry: Registry, found: FoundModel, folder: RunFolder | None) -> str:
    """What the model was trained on, as far as that is known: the run's configuration tells, or a registered name."""
    if folder:
        values = read_toml(folder.config.read_text(encoding="utf-8"), str(folder.config))
        return RunConfig.check(values).data.source
    source = str(found.model.data["source"])
    return source if registry.has("datasets", source) else ""


def _data_config(registry: Registry, found: FoundModel, source: str, codec: Part) -> DataConfig | None:
    """The model's own data settings, for `source`, as far as they are settings of it."""
    if not source:
        return None
    values = dict(found.model.provenance["configuration"].get("data", {}))
    name = registry.full_name(codec)
    foreign = foreign_options(registry, source, name)
    own = {key: value for key, value in values.items() if key not in foreign}
    config = RunConfig.check({"data": {**own, "source": source}}).data
    return RunConfig.check(
        {"data": {**config.model_dump(), **data_options(registry, source, name, config.options)}}
    ).data  # fmt: skip


def _held_out(corpus: Corpus, asked: str) -> tuple[str, tuple[Piece, ...]]:
    """The name and the pieces of a part that was held out; empty if none was, and none was asked for."""
    found: dict[str, tuple[Piece, ...]] = {name: getattr(corpus.split, name) for name in _PARTS}
    found = {name: pieces for name, pieces in found.items() if pieces}
    if asked and asked not in found:
        raise RequestError(f"--split is '{asked}'; allowed: {' or '.join(found) or 'nothing'}, what the run held out")
    name = asked or next(iter(found), "")
    return name, found.get(name, ())


def _data_subject(registry: Registry, request: EvaluationRequest) -> Subject:
    if not request.reference:
        raise RequestError(f"'{request.subject}' is data: name what to compare it with by --reference PATH|NAME")
    for option, value in (("--split", request.split), ("-n", request.count)):
        if value:
            raise RequestError(f"{option} is for runs and models; '{request.subject}' is data: leave it out")
    codec_name = request.codec or usual_codec(registry, request.reference)
    part = registry.find("codecs", codec_name)
    codec: Codec = part.build(vocabulary=None, **check_options(part.spec.options, {}, "codec."))
    name = registry.full_name(part)
    corpus = open_corpus(registry, _plain_config(registry, request.reference, name, ()), codec, name)
    same: Codec = part.build(vocabulary=corpus.codec.vocabulary, **codec.options)
    judged = open_corpus(registry, _plain_config(registry, request.subject, name, request.assignments), same, name)
    return Subject(
        kind="data",
        name=Path(request.subject).name,
        codec_part=part,
        codec=judged.codec,
        corpus=corpus,
        pieces=judged.pieces,
        notes=tuple(f"dropped {source.name}: {source.reason}" for source in judged.audit.dropped),
    )


def _plain_config(registry: Registry, source: str, codec: str, assignments: Sequence[str]) -> DataConfig:
    values: Mapping[str, Any] = {"data": {"source": source}}
    for assignment in assignments:
        given = parse_assignment(assignment, "data.chords=blues-f")
        if set(given) != {"data"}:
            raise RequestError(f"--set got '{assignment}'; allowed: data.KEY=VALUE, such as data.chords=blues-f")
        values = merge(values, given)
    config = RunConfig.check(values).data
    options = data_options(registry, source, codec, config.options)
    return RunConfig.check({"data": {**config.model_dump(), **options}}).data
