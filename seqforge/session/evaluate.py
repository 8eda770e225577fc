"""Judging: what `seqforge evaluate` does with a run, a model or files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from seqforge.abilities import Divisible
from seqforge.errors import DataError
from seqforge.evaluation.alphabets import generated_pieces
from seqforge.evaluation.baselines import baseline_scores
from seqforge.evaluation.excerpts import excerpts
from seqforge.evaluation.likelihood import Likelihood, judge
from seqforge.evaluation.measuring import MeasuredValue, Panel, Sample, compare, metric_parts, samples_of
from seqforge.evaluation.novelty import TRAINING, Novelty, novelty
from seqforge.generation.loop import generate_tokens
from seqforge.interfaces import Codec, Piece
from seqforge.plugins import Registry
from seqforge.session.models import FoundModel, numpy_model
from seqforge.session.strategy import make_strategy, sampling_settings
from seqforge.session.subject import EvaluationRequest, Subject, find_subject

__all__ = ["EvaluationObserver", "Report", "Takes", "evaluate", "measure_pieces"]

DEFAULT_COUNT = 40
"""Takes that are generated where nobody says how many."""


@dataclass(frozen=True, kw_only=True)
class Takes:
    """What was generated to be judged: take i plays the i-th of the prompts, in turn, from seed + i."""

    pieces: tuple[Piece, ...]
    seed: int
    sampling: Mapping[str, Any]
    prompts: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that was found. `likelihood` is that of `scored`, a part or all of the reference."""

    subject: Subject
    takes: Takes | None
    scored: str
    likelihood: Likelihood | None
    measures: tuple[MeasuredValue, ...]
    novelty: Novelty | None

    def to_json(self) -> dict[str, Any]:
        """Plain values, without paths but those that the user wrote."""
        subject, takes, corpus = self.subject, self.takes, self.subject.corpus
        found = subject.found
        return {
            "format_version": 1,
            "subject": {
                "kind": subject.kind,
                "name": subject.name,
                "model": found.model.sha256 if found else None,
                "pieces": len(takes.pieces if takes else subject.pieces),
            },
            "takes": {
                "count": len(takes.pieces), "seed": takes.seed, "sampling": dict(takes.sampling),
                "prompts": takes.prompts,
            } if takes else None,
            "reference": {
                "pieces": len(subject.reference),
                "digest": corpus.digest,
                "licence": corpus.dataset.licence,
                "citation": corpus.dataset.citation,
                "is_training_corpus": subject.is_own,
                "held_out": {"part": subject.split, "pieces": len(subject.held_out)} if subject.split else None,
            } if corpus else None,
            "notes": list(subject.notes),
            "likelihood": {self.scored: self.likelihood.to_json()} if self.likelihood else {},
            "measures": [value.to_json() for value in self.measures],
            "novelty": self.novelty.to_json() if self.novelty else None,
        }  # fmt: skip


class EvaluationObserver(Protocol):
    """Is told how an evaluation goes."""

    def on_stage(self, stage: str, count: int = 0) -> None:
        """It has come to `data`, `takes` (of which there will be `count`), `likelihood`, `measures` or `novelty`."""


def evaluate(registry: Registry, request: EvaluationRequest, observer: EvaluationObserver) -> Report:
    """Judge what the request names."""
    observer.on_stage("data")
    subject = find_subject(registry, request)
    takes, likelihood, scored = None, None, ""
    if subject.found:
        takes = _takes(registry, subject, subject.found, request, observer)
        observer.on_stage("likelihood")
        scored = subject.split or "reference"
        likelihood = _likelihood(registry, subject, subject.found)
    observer.on_stage("measures")
    judged = takes.pieces if takes else excerpts(subject.codec, subject.pieces)
    measures = _measures(registry, subject, judged)
    observer.on_stage("novelty")
    return Report(
        subject=subject,
        takes=takes,
        scored=scored,
        likelihood=likelihood,
        measures=measures,
        novelty=_novelty(subject, judged),
    )


def _takes(
    registry: Registry, subject: Subject, found: FoundModel, request: EvaluationRequest, observer: EvaluationObserver
) -> Takes:
    """New takes over the prompts of the held-out pieces, else of the reference, else of the run's samples.

    Where any part of a piece is a piece, too, its prompt says where it was cut, and not what somebody would ask for:
    there it is always that of the samples.
    """
    samples = found.model.provenance["configuration"].get("samples", {})
    sampling = sampling_settings(registry, samples.get("sampling", {}), "samples.sampling.")
    models = () if isinstance(subject.codec, Divisible) else subject.held_out or subject.reference
    defaults = {option.name: option.default for option in subject.codec_part.spec.prompt_options}
    asked = [piece.prompt for piece in models] or [samples.get("prompt", {})]
    prompts: list[dict[str, Any]] = [{**defaults, **prompt} for prompt in asked]
    count = request.count or DEFAULT_COUNT
    if count < len(prompts):  # spread over them
        prompts = [prompts[number * len(prompts) // count] for number in range(count)]
    observer.on_stage("takes", count)
    prompts = [prompts[number % len(prompts)] for number in range(count)]
    strategy = make_strategy(registry, sampling, subject.codec.vocabulary)
    made = generate_tokens(numpy_model(registry, found.model), subject.codec, prompts, strategy, seed=request.seed)
    pieces = []
    for number, (prompt, tokens) in enumerate(zip(prompts, made, strict=True), 1):
        (piece,) = generated_pieces(subject.codec, prompt, [tokens])
        pieces.append(replace(piece, id=f"take {number}"))
    origin = "of held-out pieces" if subject.held_out else "of the reference"
    words = origin if models else "of the run's samples"
    return Takes(pieces=tuple(pieces), seed=request.seed, sampling=sampling, prompts=words)


def _likelihood(registry: Registry, subject: Subject, found: FoundModel) -> Likelihood | None:
    """Of the held-out part, beside n-grams of the training part; of a foreign reference as a whole, without them."""
    corpus = subject.corpus
    if corpus is None or (subject.is_own and not subject.held_out):
        return None
    pieces = subject.held_out or corpus.pieces
    baselines = {}
    if subject.is_own:
        baselines = baseline_scores(corpus.training, {subject.split: pieces}, subject.codec)[subject.split]
    return judge(numpy_model(registry, found.model), pieces, subject.codec, baselines)


def _measures(registry: Registry, subject: Subject, judged: tuple[Piece, ...]) -> tuple[MeasuredValue, ...]:
    if not judged:
        raise DataError(f"'{subject.name}' holds no piece that gives a work")
    name = registry.full_name(subject.codec_part)
    return measure_pieces(registry, name, subject.codec, judged, subject.reference, subject.held_out)


def measure_pieces(
    registry: Registry, codec_name: str, codec: Codec, judged: Sequence[Piece], reference: Sequence[Piece],
    held_out: Sequence[Piece],
) -> tuple[MeasuredValue, ...]:  # fmt: skip
    """The works of pieces in every metric of their codec, beside those of the reference."""
    parts = metric_parts(registry, codec_name)
    usual, others = (samples_of(codec, excerpts(codec, pieces)) for pieces in (reference, held_out))
    return compare(Panel(parts, usual), list(_works(codec, judged)), usual, others)


def _works(codec: Codec, pieces: Sequence[Piece]) -> Iterator[Sample]:
    """The works of what is judged: of no group, whatever it is called, so that a copy meets its original."""
    for sample in samples_of(codec, pieces):
        yield replace(sample, group=None)


def _novelty(subject: Subject, judged: tuple[Piece, ...]) -> Novelty | None:
    """Against what the model learnt from, or all of a foreign reference."""
    corpus = subject.corpus
    if corpus is None:
        return None
    held_out = (*corpus.split.validation, *corpus.split.test)
    return novelty(subject.codec, judged, corpus.quotable, held_out, TRAINING if subject.is_own else "the reference")
