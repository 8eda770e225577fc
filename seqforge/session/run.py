"""A run, from the data to the takes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from seqforge.configuration import to_toml
from seqforge.corpus import data_digest, open_dataset
from seqforge.errors import DataError, PluginError
from seqforge.evaluation.baselines import baseline_scores
from seqforge.evaluation.by_step import StepScores, score_steps
from seqforge.evaluation.copying import SearchableCorpus, longest_copied_run
from seqforge.evaluation.scoring import Score, score
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile, read_model, write_model
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import Audit, Codec, Dataset, Model, Piece
from seqforge.plugins import Registry, short_name
from seqforge.randomness import generator
from seqforge.session.plan import Plan
from seqforge.session.takes import Take, TakesRequest, make_takes
from seqforge.split import Split, split_by_group
from seqforge.training.loop import Evaluation, Observer, TrainingResult, train
from seqforge.training.schedules import Schedule
from seqforge.windows import WindowPolicy, drawn_windows, epoch_tokens, window_batches

__all__ = ["Corpus", "RunObserver", "RunResult", "load_corpus", "perform"]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The encoded data of a run. `training` is augmented, if the configuration says so; `split` is not.

    `codec` has the vocabulary that the data is written in.
    """

    dataset: Dataset
    codec: Codec
    audit: Audit
    pieces: tuple[Piece, ...]
    split: Split
    training: tuple[Piece, ...]
    digest: str
    versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run came to. Scores are by part (`validation`, `test`), those of baselines by name in each part.

    `windows` are scores by step over a fixed set of training windows. `copied` is the length in tokens of each take's
    longest run that stands in the training data.
    """

    folder: RunFolder
    corpus: Corpus
    training: TrainingResult
    parameters: int
    scores: Mapping[str, Score]
    baselines: Mapping[str, Mapping[str, Score]]
    windows: StepScores | None
    takes: tuple[Take, ...]
    copied: tuple[int, ...]


class RunObserver(Observer, Protocol):
    """Is told how a run goes."""

    def on_data(self, corpus: Corpus) -> None:
        """The data was read and split."""

    def on_stage(self, stage: str) -> None:
        """The run has come to `baselines`, `training`, `scoring` or `samples`."""


def load_corpus(registry: Registry, plan: Plan) -> Corpus:
    """Read, encode, split and augment the data; `DataError` if nothing usable came."""
    config = plan.config.data
    dataset = open_dataset(
        registry,
        config.source,
        config.options,
        codec=plan.codec,
        codec_name=plan.config.codec.name,
        max_seconds=config.max_seconds,
        keeps_vocabulary=plan.start is not None,
    )
    pieces = tuple(dataset.pieces())
    audit = dataset.audit()
    if not pieces:
        reasons = "; ".join(f"{source.name}: {source.reason}" for source in audit.dropped[:3])
        raise DataError(f"no usable piece in '{config.source}' ({len(audit.dropped)} dropped: {reasons})")
    split = split_by_group(pieces, validation=config.validation, test=config.test, seed=config.split_seed)
    training = split.training
    if config.augment:
        training = tuple(itertools.chain.from_iterable(dataset.codec.variants(piece) for piece in training))
    return Corpus(
        dataset=dataset,
        codec=dataset.codec,
        audit=audit,
        pieces=pieces,
        split=split,
        training=training,
        digest=data_digest(pieces),
        versions=_origin(registry, config.source),
    )


def _origin(registry: Registry, source: str) -> dict[str, str]:
    """The version of the distribution that a registered corpus comes from."""
    if not registry.has("datasets", source):
        return {}
    return registry.versions([registry.find("datasets", source)])


def perform(registry: Registry, plan: Plan, corpus: Corpus, folder: RunFolder, observer: RunObserver) -> RunResult:
    """Train, score and generate, and leave a run's files in `folder`."""
    folder.clear()
    observer.on_data(corpus)
    atomic.write_text(folder.config, to_toml(plan.config))
    spec = plan.spec(corpus.codec.vocabulary)
    weights = _initial_weights(plan, corpus)
    model = plan.backend.build(spec, weights, plan.backend_options)
    parts = {"validation": corpus.split.validation, "test": corpus.split.test}
    parts = {name: pieces for name, pieces in parts.items() if pieces}
    observer.on_stage("baselines")
    baselines = baseline_scores(corpus.training, parts, corpus.codec)
    observer.on_stage("training")
    result = _train(plan, corpus, model, folder, observer)
    observer.on_stage("scoring")
    model.load_weights(result.weights)
    scores = {name: score(model, pieces, corpus.codec) for name, pieces in parts.items()}
    write_model(folder.model, _model_file(registry, plan, corpus, result))
    observer.on_stage("samples")
    takes = tuple(_samples(registry, plan, corpus.codec, folder))
    training_data = SearchableCorpus(corpus.training)
    return RunResult(
        folder=folder,
        corpus=corpus,
        training=result,
        parameters=sum(weight.size for weight in weights.values()),
        scores=scores,
        baselines=baselines,
        windows=_score_windows(plan, corpus, model) if plan.has_fixed_windows else None,
        takes=takes,
        copied=tuple(longest_copied_run(take.tokens, training_data) for take in takes),
    )


def _initial_weights(plan: Plan, corpus: Corpus) -> Mapping[str, NDArray[np.float32]]:
    """Those of the model that the run goes on from, else the architecture's own, drawn from the seed."""
    if plan.start is None:
        architecture = plan.backend.architectures[plan.architecture]
        spec = plan.spec(corpus.codec.vocabulary)
        return architecture.initial_weights(spec, generator(plan.config.seed, "weights"))
    if corpus.codec.vocabulary != plan.start.found.model.vocabulary:
        raise PluginError(
            f"data set '{plan.config.data.source}' gave the codec another vocabulary than that of the model "
            f"'{plan.start.request}'; use files, or a data set that keeps to a stored vocabulary"
        )
    return plan.start.found.model.weights


def _train(plan: Plan, corpus: Corpus, model: Model, folder: RunFolder, observer: RunObserver) -> TrainingResult:
    config = plan.config.training
    policy = _window_policy(plan)
    held_out = corpus.split.validation
    return train(
        model,
        window_batches(corpus.training, policy, plan.config.seed),
        schedule=Schedule(
            name=config.schedule,
            learning_rate=config.learning_rate,
            steps=config.steps,
            warmup_steps=config.warmup_steps,
            decay=config.decay,
        ),
        evaluate_every=config.evaluate_every,
        evaluate=lambda model: score(model, held_out, corpus.codec).rates() if held_out else None,
        patience=config.patience,
        epoch_tokens=epoch_tokens(corpus.training, policy),
        seed=plan.config.seed,
        observer=_Journal(folder, observer),
        score_windows=(lambda model: _score_windows(plan, corpus, model).to_json()) if plan.has_fixed_windows else None,
    )


def _window_policy(plan: Plan) -> WindowPolicy:
    return WindowPolicy(batch_size=plan.config.training.batch_size, **plan.config.windows.model_dump())


def _score_windows(plan: Plan, corpus: Corpus, model: Model) -> StepScores:
    return score_steps(model, drawn_windows(corpus.training, _window_policy(plan), plan.config.seed))


class _Journal:
    """Writes each evaluation to metrics.jsonl, and passes everything on."""

    def __init__(self, folder: RunFolder, observer: Observer) -> None:
        self.folder = folder
        self.observer = observer

    def on_step(self, step: int, loss: float) -> None:
        self.observer.on_step(step, loss)

    def on_evaluation(self, evaluation: Evaluation) -> None:
        self.folder.append_metrics(dataclasses.asdict(evaluation))
        self.observer.on_evaluation(evaluation)


def _model_file(registry: Registry, plan: Plan, corpus: Corpus, result: TrainingResult) -> ModelFile:
    config = plan.config.model_dump(mode="json", exclude_none=True)
    source = plan.config.data.source
    registered = registry.has("datasets", source)
    if not registered:
        config["data"]["source"] = "files"  # a path would tell where somebody keeps them
    start = {}
    if plan.start:
        config["model"]["start"] = plan.start.origin
        start = {"start": plan.start.provenance()}
    codec = plan.config.codec
    return ModelFile(
        spec=plan.spec(corpus.codec.vocabulary),
        codec={"name": codec.name, "options": codec.options[short_name(codec.name)]},
        vocabulary=corpus.codec.vocabulary,
        data={
            "source": source if registered else "files",
            "digest": corpus.digest,
            "licence": corpus.dataset.licence,
            "citation": corpus.dataset.citation,
        },
        provenance={
            "recipe": plan.config.recipe,
            "seed": plan.config.seed,
            "backend": plan.config.backend.name,
            "engine": plan.backend.describe(plan.backend_options),
            "step": result.best_step,
            "versions": {**plan.versions, **corpus.versions},
            "configuration": config,
            **start,
        },
        weights=result.weights,
    )


def _samples(registry: Registry, plan: Plan, codec: Codec, folder: RunFolder) -> list[Take]:
    """The run's samples, from the model file as it was written: what a user can generate again."""
    config = plan.config.samples
    if not config.count:
        return []
    request = TakesRequest(
        prompt=config.prompt,
        sampling=config.sampling,
        formats=config.formats,
        count=config.count,
        seed=plan.config.seed,
    )
    return make_takes(registry, read_model(folder.model), codec, request, folder.samples)
