"""The training of a run by workers that a launcher starts, as the command sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from seqforge.errors import PluginError
from seqforge.launchers.function import to_uri
from seqforge.launching import Call
from seqforge.session.checkpoints import last_checkpoint
from seqforge.session.training import Training
from seqforge.training.loop import Evaluation, Observer

__all__ = ["LaunchObserver", "train_launched"]


class LaunchObserver(Observer, Protocol):
    """Is told how the training goes, and of losses."""

    def on_restart(self, step: int) -> None:
        """A worker was lost, and all have begun again after `step`."""


def train_launched(training: Training, observer: LaunchObserver) -> None:
    """Let workers train from the state in the run's folder to the end, and take over what they leave there."""
    placement, config = training.plan.placement, training.plan.config
    source, start = config.data.source, config.model.start
    arguments: dict[str, Any] = {"folder": to_uri(training.folder.path)}
    if not training.registry.has("datasets", source):
        arguments["source"] = to_uri(Path(source).expanduser())
    if training.plan.start and training.plan.start.found.part is None:
        arguments["start"] = to_uri(Path(start).expanduser())
    call = Call(function="seqforge.session.worker:train", arguments=arguments, threads=config.threads)
    launcher = placement.launcher()
    with placement.part.working("train with workers"):
        launcher.run(
            call, workers=placement.workers, rendezvous=placement.rendezvous, on_report=_Reports(training, observer)
        )
    checkpoint, _ = last_checkpoint(training.folder)
    if checkpoint:
        training.take_over(checkpoint)
    if not training.is_complete:
        raise PluginError(
            f"{placement.part} has ended before the training is complete, after step {training.progress.step}; "
            f"update {placement.part.distribution}, or report it"
        )


class _Reports:
    """Passes on what the first worker tells, each evaluation once; see `seqforge.session.worker`."""

    def __init__(self, training: Training, observer: LaunchObserver) -> None:
        self.training = training
        self.observer = observer
        self._evaluated = training.progress.step

    def __call__(self, values: Mapping[str, Any]) -> None:
        if values.get("attempt"):
            self.observer.on_restart(int(values["begun"]))
        for step, loss in values.get("losses", ()):
            self.observer.on_step(step, loss)
        for evaluation in values.get("evaluations", ()):
            self._tell(Evaluation(**evaluation))
        if "saved" in values:
            self.training.saved_step = int(values["saved"])

    def _tell(self, evaluation: Evaluation) -> None:
        if evaluation.step > self._evaluated:
            self._evaluated = evaluation.step
            self.observer.on_evaluation(evaluation)
