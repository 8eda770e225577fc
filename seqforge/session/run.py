"""A run, from the data to the takes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from seqforge.errors import Interrupted, SeqforgeError
from seqforge.evaluation.alphabets import generated_pieces
from seqforge.evaluation.baselines import baseline_scores
from seqforge.evaluation.by_step import StepScores
from seqforge.evaluation.likelihood import Likelihood, judge
from seqforge.evaluation.novelty import Novelty, novelty
from seqforge.files import atomic
from seqforge.files.model_file import read_model
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import Codec, Piece
from seqforge.plugins import Registry
from seqforge.report.page import page
from seqforge.session.checkpoints import Checkpoint
from seqforge.session.data import Corpus
from seqforge.session.following import Following
from seqforge.session.launched import LaunchObserver, train_launched
from seqforge.session.plan import Plan
from seqforge.session.report import Background
from seqforge.session.results import run_results, write_results
from seqforge.session.run_findings import measured_takes, run_background
from seqforge.session.scores import save_scores
from seqforge.session.takes import Made, Take, TakesRequest, make_takes, takes_contents
from seqforge.session.training import Training, score_windows
from seqforge.training.interruption import interruptions_deferred, terminations_raised
from seqforge.training.loop import Progress

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


class RunObserver(LaunchObserver, Protocol):
    """Is told how a run goes."""

    def on_data(self, corpus: Corpus) -> None:
        """The data was read and split."""

    def on_stage(self, stage: str) -> None:
        """The run has come to `baselines`, `training`, `scoring`, `samples` or `report`."""

    def on_resume(self, step: int) -> None:
        """The training goes on after `step`."""

    def on_warning(self, warning: str) -> None:
        """Something went wrong that does not end the run."""


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
    following = Following(plan, corpus, folder, observer)
    session = _Session(registry, plan, corpus, folder, following)
    try:
        with following:
            session.begin(checkpoint)
            result = session.complete()
            following.complete(result.training, result.likelihood)
            return result
    except (KeyboardInterrupt, Interrupted):
        raise Interrupted(f"interrupted; {session.saved()}; to go on, {session.how_to_go_on()}") from None
    except OSError as error:
        place = f" ({error.filename})" if error.filename else f" (in {folder.path})"
        raise SeqforgeError(
            f"{error.strerror or error}{place}; {session.saved()}; make room there, or give the rights to write, "
            f"then {session.how_to_go_on()}"
        ) from error


class _Session:
    """One run on its way: what belongs to it, and how far it has come."""

    def __init__(self, registry: Registry, plan: Plan, corpus: Corpus, folder: RunFolder, observer: Following) -> None:
        self.registry = registry
        self.plan = plan
        self.corpus = corpus
        self.folder = folder
        self.observer = observer
        self.training = Training(registry, plan, corpus, folder)

    def begin(self, checkpoint: Checkpoint | None) -> None:
        """Prepare the folder and the model, which starts anew or goes on."""
        training = self.training
        training.build(checkpoint)
        self.observer.begin(training.parameters, training.progress.step if checkpoint else None)
        training.prepare(checkpoint)
        self.observer.on_data(self.corpus)
        if checkpoint:
            self.observer.on_resume(self.training.progress.step)
        self.training.write_beginning()

    def saved(self) -> str:
        """What of the run is safe, in words."""
        step = self.training.saved_step
        return "nothing is saved yet" if step is None else f"the run is saved up to step {step}"

    def how_to_go_on(self) -> str:
        """What to type to go on."""
        if not self.folder.config.is_file():
            return "type the same command again"
        return f"type: seqforge resume {shlex.quote(str(self.folder.path))}"

    def complete(self) -> RunResult:
        """Train, score and generate."""
        plan, corpus, observer = self.plan, self.corpus, self.observer
        parts = {"validation": corpus.split.validation, "test": corpus.split.test}
        parts = {name: pieces for name, pieces in parts.items() if pieces}
        observer.on_stage("baselines")
        baselines = baseline_scores(corpus.training, parts, corpus.codec)
        observer.on_stage("training")
        training = self.training
        self.train()
        observer.on_stage("scoring")
        best = training.progress.best.weights
        assert best is not None  # the last step is always evaluated
        model = training.model
        model.load_weights(best)
        likelihood = {name: judge(model, pieces, corpus.codec, baselines[name]) for name, pieces in parts.items()}
        training.write_model()
        observer.on_stage("samples")
        made = _samples(self.registry, plan, corpus.codec, self.folder) if plan.config.samples.count else None
        takes = made.takes if made else ()
        pieces = generated_pieces(corpus.codec, plan.config.samples.prompt, [take.tokens for take in takes])
        observer.on_stage("report")
        copied = _novelty(corpus, pieces) if pieces else None
        self.folder.evaluation.unlink(missing_ok=True)
        found = {**run_results(corpus, likelihood, copied), **measured_takes(self.registry, plan, corpus, pieces)}
        save_scores(self.folder, corpus, likelihood)
        write_results(self.folder, training.model_file(), found)
        atomic.write_text(self.folder.report, self.page(takes, found, copied))
        self.folder.earlier_resume.unlink(missing_ok=True)
        return RunResult(
            folder=self.folder,
            corpus=corpus,
            training=training.progress,
            parameters=sum(weight.size for weight in best.values()),
            likelihood=likelihood,
            windows=score_windows(plan, corpus, model) if plan.has_fixed_windows else None,
            takes=takes,
            novelty=copied,
        )

    def page(self, takes: tuple[Take, ...], found: Mapping[str, Any], copied: Novelty | None) -> str:
        """What stands in report.html."""
        background = run_background(self.plan, self.corpus, self.training.progress, found, copied)
        model, codec, request = read_model(self.folder.model), self.corpus.codec, _takes_request(self.plan)
        return page(takes_contents(self.registry, model, codec, request, takes, self.folder.path, background))

    def train(self) -> None:
        """Train to the end, here or by workers elsewhere."""
        if self.training.is_complete:
            return
        if not self.plan.placement.is_here:
            with terminations_raised():
                train_launched(self.training, self.observer)
            return
        with interruptions_deferred() as is_interrupted:
            self.training.train(self.observer, is_interrupted=is_interrupted)


def _novelty(corpus: Corpus, takes: list[Piece]) -> Novelty:
    return novelty(corpus.codec, takes, corpus.quotable, (*corpus.split.validation, *corpus.split.test))


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
