"""A run, from the data to the takes."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqforge.configuration import to_toml
from seqforge.errors import Interrupted, PluginError, RequestError, SeqforgeError
from seqforge.evaluation.alphabets import generated_pieces
from seqforge.evaluation.baselines import baseline_scores
from seqforge.evaluation.by_step import StepScores, score_steps
from seqforge.evaluation.likelihood import Likelihood, judge
from seqforge.evaluation.novelty import Novelty, novelty
from seqforge.evaluation.scoring import score
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile, read_model, write_model
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import Codec, Model, Piece
from seqforge.plugins import Registry, short_name
from seqforge.randomness import generator
from seqforge.report.page import page
from seqforge.session.checkpoints import Checkpoint, Provenance, restore, save_checkpoint
from seqforge.session.data import Corpus
from seqforge.session.no_copy import quotation_filters
from seqforge.session.plan import Plan
from seqforge.session.report import Background
from seqforge.session.results import run_results, write_results
from seqforge.session.run_findings import measured_takes, run_background
from seqforge.session.takes import Made, Take, TakesRequest, make_takes, takes_contents
from seqforge.training.interruption import interruptions_deferred
from seqforge.training.loop import Evaluation, Observer, Progress, train
from seqforge.training.schedules import Schedule
from seqforge.training.stopping import BestWeights
from seqforge.windows import WindowPolicy, drawn_windows, epoch_tokens, window_batches

__all__ = ["RunObserver", "RunResult", "perform"]


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run came to. `likelihood` is by part (`validation`, `test`).

    `windows` are scores by step over a fixed set of training windows. `novelty` is that of the takes, if there are any.
    """

    folder: RunFolder
    corpus: Corpus
    training: Progress
    parameters: int
    likelihood: Mapping[str, Likelihood]
    windows: StepScores | None
    takes: tuple[Take, ...]
    novelty: Novelty | None


class RunObserver(Observer, Protocol):
    """Is told how a run goes."""

    def on_data(self, corpus: Corpus) -> None:
        """The data was read and split."""

    def on_stage(self, stage: str) -> None:
        """The run has come to `baselines`, `training`, `scoring`, `samples` or `report`."""

    def on_resume(self, step: int) -> None:
        """The training goes on after `step`."""


def perform(
    registry: Registry,
    plan: Plan,
    corpus: Corpus,
    folder: RunFolder,
    observer: RunObserver,
    checkpoint: Checkpoint | None = None,
) -> RunResult:
    """Train, score and generate, and leave a run's files in `folder`; with a checkpoint, go on from there.

    An interruption and a full disk end it with a message that says what is saved and how to go on.
    """
    session = _Session(registry, plan, corpus, folder, observer)
    try:
        session.begin(checkpoint)
        return session.complete()
    except (KeyboardInterrupt, Interrupted):
        raise Interrupted(f"interrupted; {session.saved()}; to go on, type: {session.resume_command()}") from None
    except OSError as error:
        place = f" ({error.filename})" if error.filename else f" (in {folder.path})"
        raise SeqforgeError(
            f"{error.strerror or error}{place}; {session.saved()}; make room there, or give the rights to write, "
            f"then type: {session.resume_command()}"
        ) from error


class _Session:
    """One run on its way: what belongs to it, and how far it has come."""

    def __init__(
        self, registry: Registry, plan: Plan, corpus: Corpus, folder: RunFolder, observer: RunObserver
    ) -> None:
        self.registry = registry
        self.plan = plan
        self.corpus = corpus
        self.folder = folder
        self.observer = observer
        self.progress = Progress(best=BestWeights(plan.config.training.patience))
        self.engines: tuple[tuple[int, str], ...] = ()
        self.saved_step: int | None = None
        start = plan.start.found.model if plan.start else None
        self.quotations = quotation_filters(corpus.codec, corpus.quotable, start)

    def begin(self, checkpoint: Checkpoint | None) -> None:
        """Prepare the folder and the model, which starts anew or goes on."""
        plan, corpus = self.plan, self.corpus
        if checkpoint and checkpoint.provenance.data_digest != corpus.digest:
            raise RequestError(
                f"'{plan.config.data.source}' does not give the pieces that the run in {self.folder.path} has been "
                f"trained on; name the data as it was with --data"
            )
        # also where a checkpoint follows: the order of the weights decides the last bit of their norm
        weights = _initial_weights(plan, corpus)
        self.model = plan.backend.build(plan.spec(corpus.codec.vocabulary), weights, plan.backend_options)
        if checkpoint:
            restore(self.model, checkpoint)
            self.progress, self.engines = checkpoint.progress, checkpoint.provenance.engines
            self.saved_step = self.progress.step
            if checkpoint.path != self.folder.resume:  # what stands there is damaged, and must not push this one out
                checkpoint.path.replace(self.folder.resume)
            self.folder.clear_leftovers()
        else:
            self.folder.clear()
        engine = plan.backend.describe(plan.backend_options)
        if not self.engines or self.engines[-1][1] != engine:
            self.engines = (*self.engines, (self.progress.step, engine))
        self.observer.on_data(corpus)
        atomic.write_text(self.folder.config, to_toml(plan.config))
        self.folder.write_metrics(dataclasses.asdict(evaluation) for evaluation in self.progress.evaluations)
        if checkpoint:
            self.observer.on_resume(self.progress.step)
        self.save()

    def save(self) -> None:
        """Save the state of the training and, if it is new, the best model so far."""
        provenance = Provenance(
            configuration=to_toml(self.plan.config),
            data_digest=self.corpus.digest,
            engines=self.engines,
        )
        save_checkpoint(self.folder, provenance, self.progress, self.model)
        self.saved_step = self.progress.step
        if self.progress.best.weights and (
            self.progress.best.step == self.progress.step or not self.folder.model.exists()
        ):
            self.write_model()

    def saved(self) -> str:
        """What of the run is safe, in words."""
        return "nothing is saved yet" if self.saved_step is None else f"the run is saved up to step {self.saved_step}"

    def resume_command(self) -> str:
        """What to type to go on."""
        return f"seqforge resume {shlex.quote(str(self.folder.path))}"

    def complete(self) -> RunResult:
        """Train, score and generate."""
        plan, corpus, observer = self.plan, self.corpus, self.observer
        parts = {"validation": corpus.split.validation, "test": corpus.split.test}
        parts = {name: pieces for name, pieces in parts.items() if pieces}
        observer.on_stage("baselines")
        baselines = baseline_scores(corpus.training, parts, corpus.codec)
        observer.on_stage("training")
        with interruptions_deferred() as is_interrupted:
            self.train(is_interrupted)
        observer.on_stage("scoring")
        best = self.progress.best.weights
        assert best is not None  # the last step is always evaluated
        self.model.load_weights(best)
        likelihood = {name: judge(self.model, pieces, corpus.codec, baselines[name]) for name, pieces in parts.items()}
        self.write_model()
        observer.on_stage("samples")
        made = _samples(self.registry, plan, corpus.codec, self.folder) if plan.config.samples.count else None
        takes = made.takes if made else ()
        pieces = generated_pieces(corpus.codec, plan.config.samples.prompt, [take.tokens for take in takes])
        observer.on_stage("report")
        copied = _novelty(corpus, pieces) if pieces else None
        self.folder.evaluation.unlink(missing_ok=True)
        found = {**run_results(corpus, likelihood, copied), **measured_takes(self.registry, plan, corpus, pieces)}
        write_results(self.folder, self.model_file(), found)
        atomic.write_text(self.folder.report, self.page(takes, found, copied))
        self.folder.earlier_resume.unlink(missing_ok=True)
        return RunResult(
            folder=self.folder,
            corpus=corpus,
            training=self.progress,
            parameters=sum(weight.size for weight in best.values()),
            likelihood=likelihood,
            windows=_score_windows(plan, corpus, self.model) if plan.has_fixed_windows else None,
            takes=takes,
            novelty=copied,
        )

    def page(self, takes: tuple[Take, ...], found: Mapping[str, Any], copied: Novelty | None) -> str:
        """What stands in report.html."""
        background = run_background(self.plan, self.corpus, self.progress, found, copied)
        model, codec, request = read_model(self.folder.model), self.corpus.codec, _takes_request(self.plan)
        return page(takes_contents(self.registry, model, codec, request, takes, self.folder.path, background))

    def train(self, is_interrupted: Callable[[], bool]) -> None:
        """Train to the end; see `seqforge.training.loop.train`."""
        plan, corpus, config = self.plan, self.corpus, self.plan.config.training
        policy = _window_policy(plan)
        held_out = corpus.split.validation
        train(
            self.model,
            window_batches(corpus.training, policy, plan.config.seed, first=self.progress.step),
            self.progress,
            schedule=Schedule(
                name=config.schedule,
                learning_rate=config.learning_rate,
                steps=config.steps,
                warmup_steps=config.warmup_steps,
                decay=config.decay,
            ),
            evaluate_every=config.evaluate_every,
            evaluate=lambda model: score(model, held_out, corpus.codec).rates() if held_out else None,
            epoch_tokens=epoch_tokens(corpus.training, policy),
            seed=plan.config.seed,
            observer=_Journal(self.folder, self.observer),
            score_windows=(lambda model: _score_windows(plan, corpus, model).to_json())
            if plan.has_fixed_windows
            else None,
            save=lambda progress: self.save(),
            is_interrupted=is_interrupted,
        )

    def write_model(self) -> None:
        """Write model.safetensors with the best weights."""
        write_model(self.folder.model, self.model_file())

    def model_file(self) -> ModelFile:
        """What stands in model.safetensors."""
        model = _model_file(self.registry, self.plan, self.corpus, self.progress, self.engines)
        return dataclasses.replace(model, quotations=self.quotations)


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


def _window_policy(plan: Plan) -> WindowPolicy:
    return WindowPolicy(batch_size=plan.config.training.batch_size, **plan.config.windows.model_dump())


def _score_windows(plan: Plan, corpus: Corpus, model: Model) -> StepScores:
    return score_steps(model, drawn_windows(corpus.training, _window_policy(plan), plan.config.seed))


def _novelty(corpus: Corpus, takes: list[Piece]) -> Novelty:
    return novelty(corpus.codec, takes, corpus.quotable, (*corpus.split.validation, *corpus.split.test))


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


def _model_file(
    registry: Registry, plan: Plan, corpus: Corpus, progress: Progress, engines: tuple[tuple[int, str], ...]
) -> ModelFile:
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
            "engine": _engines_in_words(engines),
            "step": progress.best.step,
            "versions": {**plan.versions, **corpus.versions},
            "configuration": config,
            **start,
        },
        weights=progress.best.weights or {},
    )


def _engines_in_words(engines: tuple[tuple[int, str], ...]) -> str:
    """Such as `PyTorch 2.13.0`, or `PyTorch 2.13.0 to step 50, then NumPy 2.4.6`."""
    ends = [f" to step {step}" for step, _ in engines[1:]] + [""]
    return ", then ".join(f"{engine}{end}" for (_, engine), end in zip(engines, ends, strict=True))


def _takes_request(plan: Plan) -> TakesRequest:
    config = plan.config.samples
    return TakesRequest(
        prompt=config.prompt,
        sampling=config.sampling,
        formats=config.formats,
        count=config.count,
        seed=plan.config.seed,
    )


def _samples(registry: Registry, plan: Plan, codec: Codec, folder: RunFolder) -> Made:
    """The run's samples, from the model file as it was written: what a user can generate again."""
    model = read_model(folder.model)
    return make_takes(registry, model, codec, _takes_request(plan), folder.samples, Background(name="samples"))
