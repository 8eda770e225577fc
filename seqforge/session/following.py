"""Callbacks that follow a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from seqforge.callbacks import Callback, TrackedRun
from seqforge.errors import Interrupted, PluginError, RequestError
from seqforge.evaluation.likelihood import Likelihood
from seqforge.files.run_folder import RunFolder
from seqforge.plugins import Part
from seqforge.plugins.part import output_to_stderr
from seqforge.session.data import Corpus
from seqforge.session.plan import Plan
from seqforge.training.loop import Evaluation, Progress

if TYPE_CHECKING:
    from seqforge.session.run import RunObserver

__all__ = ["Following"]


class Following:
    """Tells the callbacks of a plan how the run goes, and passes everything on to its observer.

    A context manager around the run. One that can't begin ends the run; one that fails later hears no more of it.
    """

    def __init__(self, plan: Plan, corpus: Corpus, folder: RunFolder, observer: RunObserver) -> None:
        self.plan = plan
        self.corpus = corpus
        self.folder = folder
        self.observer = observer
        self._followers: list[tuple[Part, Callback]] = []

    def begin(self, parameters: int, step: int | None) -> None:
        """The run begins, or goes on after `step`; nothing of it is written yet, and of an earlier one all is there."""
        with _folders(self.folder.callbacks, are_new=step is None):
            try:
                for part, callback in self.plan.callbacks:
                    with _explained(part), output_to_stderr():
                        callback.on_begin(self._tracked(part, parameters, step))
                    self._followers.append((part, callback))
            except BaseException:
                self._end("failed", {})
                raise

    def complete(self, training: Progress, likelihood: Mapping[str, Likelihood]) -> None:
        """The run is complete: its results."""
        values: dict[str, float] = {}
        for part, found in likelihood.items():
            values |= {f"{part}.{unit}": nats for unit, nats in found.score.rates().items()}
            values |= {f"{part}.accuracy.{name}": share for name, share in found.accuracy.items()}
        values |= {"best_step": training.best.step, "steps": training.step, "seconds": training.seconds}
        self._end("complete", values)

    def __enter__(self) -> Following:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # a complete run has ended already
        self._end("interrupted" if isinstance(error, (KeyboardInterrupt, Interrupted)) else "failed", {})

    def on_data(self, corpus: Corpus) -> None:
        """Pass it on."""
        self.observer.on_data(corpus)

    def on_resume(self, step: int) -> None:
        """Pass it on."""
        self.observer.on_resume(step)

    def on_restart(self, step: int) -> None:
        """Pass it on."""
        self.observer.on_restart(step)

    def on_stage(self, stage: str) -> None:
        """Pass it on."""
        self.observer.on_stage(stage)

    def on_warning(self, warning: str) -> None:
        """Pass it on."""
        self.observer.on_warning(warning)

    def on_step(self, step: int, loss: float) -> None:
        """Pass it on."""
        self.observer.on_step(step, loss)

    def on_evaluation(self, evaluation: Evaluation) -> None:
        """Pass it on, and tell the callbacks."""
        self.observer.on_evaluation(evaluation)
        values = _values(evaluation)
        self._tell(lambda callback: callback.on_evaluation(evaluation.step, values))

    def _tracked(self, part: Part, parameters: int, step: int | None) -> TrackedRun:
        return TrackedRun(
            folder=self.folder.path.resolve(),
            own=self.folder.callbacks.resolve() / quote(part.spec.name, safe=""),
            name=self.folder.path.resolve().name,
            configuration=dict(_dotted(self.plan.config.decisive())),
            data=self.corpus.digest,
            engine=self.plan.backend.describe(self.plan.backend_options),
            parameters=parameters,
            step=step or 0,
            is_resumed=step is not None,
        )

    def _end(self, outcome: str, values: Mapping[str, float]) -> None:
        """Tell those that have begun, each once."""
        self._tell(lambda callback: callback.on_end(outcome, values))
        self._followers.clear()

    def _tell(self, call: Callable[[Callback], None]) -> None:
        for follower in tuple(self._followers):
            part, callback = follower
            try:
                with output_to_stderr():
                    call(callback)
            except (Exception, SystemExit) as error:  # noqa: BLE001  # a run is worth more than what follows it
                self._followers.remove(follower)
                self.on_warning(f"{part} no longer follows the run: {type(error).__name__}: {error}")


@contextmanager
def _explained(part: Part) -> Iterator[None]:
    """While a callback begins: what it raises is an error of one line that names it."""
    remedy = "to go without, type --callback none"
    try:
        yield
    except RequestError as error:
        raise RequestError(f"{part} can't follow the run: {error}; {remedy}") from error
    except (Exception, SystemExit) as error:
        raise PluginError(f"{part} can't follow the run: {type(error).__name__}: {error}; {remedy}") from error


@contextmanager
def _folders(folder: Path, *, are_new: bool) -> Iterator[None]:
    """Folders of callbacks that are new, or go on; those of a run that is replaced come back if what is done fails."""
    aside = folder.with_name(f"{folder.name}-replaced")
    if aside.exists():  # a process was killed here: the run that it would have replaced is still there
        shutil.rmtree(folder, ignore_errors=True)
        aside.replace(folder)
    if are_new and folder.exists():
        folder.replace(aside)
    try:
        yield
    except BaseException:
        if are_new:
            shutil.rmtree(folder, ignore_errors=True)
        if aside.exists():
            aside.replace(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _values(evaluation: Evaluation) -> dict[str, float]:
    windows = evaluation.windows or {}
    return {
        "training.token": evaluation.training_nats,
        **{f"validation.{unit}": nats for unit, nats in (evaluation.validation or {}).items()},
        **{f"windows.{name}": windows[f"{name}_nats"] for name in ("mean", "summed") if windows},
        "learning_rate": evaluation.learning_rate,
        "epoch": evaluation.epoch,
        "seconds": evaluation.seconds,
    }


def _dotted(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
