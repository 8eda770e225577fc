"""What each worker of a run does: train its share of every batch, from the last state in the run's folder."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from seqforge.configuration import RunConfig, read_toml
from seqforge.errors import RequestError
from seqforge.files.run_folder import RunFolder
from seqforge.launchers.function import from_uri
from seqforge.launching import Worker
from seqforge.plugins import Registry
from seqforge.session.checkpoints import last_checkpoint
from seqforge.session.data import load_corpus
from seqforge.session.plan import make_plan
from seqforge.session.training import Training
from seqforge.training.loop import Evaluation

__all__ = ["train"]

_REPORT_SECONDS = 0.2


def train(worker: Worker, *, folder: str, source: str = "", start: str = "") -> None:
    """Train to the end, from the last state in `folder`.

    It is a `file:` URI; so are the `source` of the data and the model to `start` from, where they are files. What
    worker 0 reports: `begun` and `attempt` at first, and where a worker was lost all `evaluations` up to there, since
    reports may have been lost with it; then `losses`, a list of steps and theirs; and when a state has been `saved`,
    its step, and the new `evaluations` up to there.
    """
    run = RunFolder(from_uri(folder))
    checkpoint, problems = last_checkpoint(run)
    if checkpoint is None:
        reason = f": {problems[0]}" if problems else ""
        raise RequestError(
            f"worker {worker.rank} finds no state in {run.path}{reason}; let --out be a folder that all machines see"
        )
    registry = Registry.installed()
    values = read_toml(checkpoint.provenance.configuration, str(run.resume))
    changes: dict[str, Any] = {"callbacks": {"use": []}}  # the command tells them
    if source:
        changes["data"] = {"source": str(from_uri(source))}
    if start:
        changes["model"] = {"start": str(from_uri(start))}
    plan = make_plan(registry, values, changes)
    corpus = load_corpus(registry, plan)
    # the run's files say what the user wrote, and not where that is for this process
    plan = dataclasses.replace(plan, config=RunConfig.check(values))
    training = Training(registry, plan, corpus, run, worker)
    training.join(checkpoint)
    reporter = _Reporter(worker)
    earlier = training.progress.evaluations if worker.attempt else []
    told = {"evaluations": [dataclasses.asdict(evaluation) for evaluation in earlier]}
    worker.report({"begun": training.progress.step, "attempt": worker.attempt, **told})
    training.train(reporter, on_saved=lambda: reporter.on_saved(training.progress.step))


class _Reporter:
    """Tells the launcher's side how the training goes, now and then."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._losses: list[tuple[int, float]] = []
        self._evaluations: list[dict[str, Any]] = []
        self._reported = time.monotonic()

    def on_step(self, step: int, loss: float) -> None:
        self._losses.append((step, loss))
        if time.monotonic() - self._reported > _REPORT_SECONDS:
            self._report()

    def on_evaluation(self, evaluation: Evaluation) -> None:
        self._evaluations.append(dataclasses.asdict(evaluation))

    def on_saved(self, step: int) -> None:
        self._report(saved=step, evaluations=self._evaluations)
        self._evaluations = []

    def _report(self, **more: Any) -> None:
        self.worker.report({"losses": self._losses, **more})
        self._losses, self._reported = [], time.monotonic()
