"""The training of a run: the model on its way, and what of it is in the run's folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from seqforge.configuration import to_toml
from seqforge.errors import PluginError, RequestError, SeqforgeError
from seqforge.evaluation.by_step import StepScores, score_steps
from seqforge.evaluation.scoring import score_from_nats
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile, write_model
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import Model
from seqforge.launching import Worker
from seqforge.plugins import Registry, short_name
from seqforge.randomness import generator
from seqforge.session.checkpoints import Checkpoint, Provenance, restore, save_checkpoint
from seqforge.session.data import Corpus
from seqforge.session.no_copy import quotation_filters
from seqforge.session.plan import Plan
from seqforge.session.team import Team
from seqforge.training.loop import Evaluation, Observer, Progress, train
from seqforge.training.schedules import Schedule
from seqforge.training.stopping import BestWeights
from seqforge.windows import WindowPolicy, drawn_windows, epoch_tokens, window_batches

__all__ = ["Training", "score_windows"]


class Training:
    """A model on its way, by itself or as that of one of several workers, of whom the first writes the files."""

    def __init__(
        self, registry: Registry, plan: Plan, corpus: Corpus, folder: RunFolder, worker: Worker | None = None
    ) -> None:
        self.registry = registry
        self.plan = plan
        self.corpus = corpus
        self.folder = folder
        self.worker = worker
        self.progress = Progress(best=BestWeights(plan.config.training.patience))
        self.engines: tuple[tuple[int, str], ...] = ()
        self.saved_step: int | None = None
        start = plan.start.found.model if plan.start else None
        self.quotations = quotation_filters(corpus.codec, corpus.quotable, start)

    def prepare(self, checkpoint: Checkpoint | None) -> None:
        """Make room in the folder: nothing of another run is left, and of this one what the checkpoint goes on from."""
        if checkpoint:
            self.saved_step = self.progress.step
            self._go_on_from(checkpoint)
        else:
            self.folder.clear()
        engine = self.plan.backend.describe(self.plan.backend_options)
        if not self.engines or self.engines[-1][1] != engine:
            self.engines = (*self.engines, (self.progress.step, engine))

    def write_beginning(self) -> None:
        """Write the configuration, the journal up to here, and the state that the training begins with."""
        atomic.write_text(self.folder.config, to_toml(self.plan.config))
        self._write_metrics()
        self.save()

    def join(self, checkpoint: Checkpoint) -> None:
        """Make the model of one of several workers, all of whom must have found the same state."""
        self.build(checkpoint)
        step = self.team.told(self.progress.step)
        if step != self.progress.step:
            raise SeqforgeError(
                f"the first worker goes on after step {step}, and worker {self.team.rank} finds the state of step "
                f"{self.progress.step} in {self.folder.path}; let --out be a folder that all machines see"
            )
        if self.team.is_first:  # all have read what it goes on to replace
            self._go_on_from(checkpoint)
            self._write_metrics()

    def take_over(self, checkpoint: Checkpoint) -> None:
        """Go on from what others have trained."""
        restore(self.model, checkpoint)
        self.progress = checkpoint.progress

    def build(self, checkpoint: Checkpoint | None) -> None:
        """Make the model, anew or as it is in the checkpoint; nothing is written."""
        plan, corpus = self.plan, self.corpus
        if checkpoint and checkpoint.provenance.data_digest != corpus.digest:
            raise RequestError(
                f"'{plan.config.data.source}' does not give the pieces that the run in {self.folder.path} has been "
                f"trained on; name the data as it was with --data"
            )
        rank, size = (self.worker.rank, self.worker.world_size) if self.worker else (0, 1)
        # also where a checkpoint follows: the order of the weights decides the last bit of their norm
        weights = _initial_weights(plan, corpus)
        options = dataclasses.replace(plan.backend_options, rank=rank, workers=size)
        self.model: Model = plan.backend.build(plan.spec(corpus.codec.vocabulary), weights, options)
        self.parameters = sum(weight.size for weight in weights.values())
        self.team = Team(self.model, rank, size)
        if checkpoint:
            self.take_over(checkpoint)
            self.progress.state = self.team.own_rows(self.progress.state)
            self.engines = checkpoint.provenance.engines

    def _go_on_from(self, checkpoint: Checkpoint) -> None:
        """Let this state be the last one, and leave nothing of what a killed process was writing."""
        if checkpoint.path != self.folder.resume:  # what stands there is damaged, and must not push this one out
            checkpoint.path.replace(self.folder.resume)
        self.folder.clear_leftovers()

    def _write_metrics(self) -> None:
        self.folder.write_metrics(dataclasses.asdict(evaluation) for evaluation in self.progress.evaluations)

    def save(self) -> None:
        """Save the state of the training and, if it is new, the best model so far."""
        config = self.plan.config
        carries = config.windows.carry_state
        state = self.team.all_rows(self.progress.state, config.training.batch_size) if carries else None
        self.saved_step = self.progress.step
        if not self.team.is_first:
            return
        provenance = Provenance(configuration=to_toml(config), data_digest=self.corpus.digest, engines=self.engines)
        save_checkpoint(self.folder, provenance, dataclasses.replace(self.progress, state=state), self.model)
        if self.progress.best.weights and (
            self.progress.best.step == self.progress.step or not self.folder.model.exists()
        ):
            self.write_model()

    def train(
        self,
        observer: Observer,
        *,
        is_interrupted: Callable[[], bool] = lambda: False,
        on_saved: Callable[[], None] = lambda: None,
    ) -> None:
        """Train to the end; see `seqforge.training.loop.train`. `on_saved` is called when a state has been saved."""
        plan, corpus, config = self.plan, self.corpus, self.plan.config.training
        policy = _window_policy(plan)

        def save(progress: Progress) -> None:
            self.save()
            on_saved()

        train(
            self.model,
            map(self.team.share, window_batches(corpus.training, policy, plan.config.seed, first=self.progress.step)),
            self.progress,
            schedule=Schedule(
                name=config.schedule,
                learning_rate=config.learning_rate,
                steps=config.steps,
                warmup_steps=config.warmup_steps,
                decay=config.decay,
            ),
            evaluate_every=config.evaluate_every,
            evaluate=lambda model: self._held_out_nats(),
            epoch_tokens=epoch_tokens(corpus.training, policy),
            seed=plan.config.seed,
            observer=_Journal(self.folder, observer) if self.team.is_first else observer,
            score_windows=(lambda model: self._window_scores()) if plan.has_fixed_windows else None,
            save=save,
            is_interrupted=is_interrupted,
        )

    @property
    def is_complete(self) -> bool:
        """Whether the training has come to its end."""
        return self.progress.step >= self.plan.config.training.steps or self.progress.best.exhausted

    def _held_out_nats(self) -> Mapping[str, float] | None:
        held_out, codec = self.corpus.split.validation, self.corpus.codec
        return score_from_nats(self.team.piece_nats(held_out), held_out, codec).rates() if held_out else None

    def _window_scores(self) -> Mapping[str, object]:
        found = score_windows(self.plan, self.corpus, self.model).to_json() if self.team.is_first else {}
        scores: Mapping[str, object] = self.team.told(found)
        return scores

    def write_model(self) -> None:
        """Write model.safetensors with the best weights."""
        write_model(self.folder.model, self.model_file())

    def model_file(self) -> ModelFile:
        """What stands in model.safetensors."""
        plan, corpus = self.plan, self.corpus
        config = plan.config.decisive()
        source = plan.config.data.source
        registered = self.registry.has("datasets", source)
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
                "engine": _engines_in_words(self.engines),
                "step": self.progress.best.step,
                "versions": {**plan.versions, **corpus.versions},
                "configuration": config,
                **start,
            },
            weights=self.progress.best.weights or {},
            quotations=self.quotations,
        )


def score_windows(plan: Plan, corpus: Corpus, model: Model) -> StepScores:
    """The scores by step of the windows that `windows.starts` = `random` has drawn."""
    return score_steps(model, drawn_windows(corpus.training, _window_policy(plan), plan.config.seed))


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


def _engines_in_words(engines: tuple[tuple[int, str], ...]) -> str:
    """Such as `PyTorch 2.13.0`, or `PyTorch 2.13.0 to step 50, then NumPy 2.4.6`."""
    ends = [f" to step {step}" for step, _ in engines[1:]] + [""]
    return ", then ".join(f"{engine}{end}" for (_, engine), end in zip(engines, ends, strict=True))


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
