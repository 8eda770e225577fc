"""A cell of a sweep: an ordinary run that says nothing, and goes on where an earlier process was lost."""

from __future__ import annotations

import json
from typing import Any

from seqforge.configuration import read_toml
from seqforge.errors import FileDamaged
from seqforge.evaluation.scoring import main_unit
from seqforge.files.lock import locked
from seqforge.files.run_folder import RunFolder
from seqforge.launchers.child import SECONDS_TO_SAVE
from seqforge.launchers.function import from_uri
from seqforge.plugins import Registry
from seqforge.session.checkpoints import last_checkpoint
from seqforge.session.data import Corpus, load_corpus
from seqforge.session.plan import make_plan
from seqforge.session.results import read_results
from seqforge.session.run import perform
from seqforge.training.loop import Evaluation

__all__ = ["cell_values", "run_cell"]

_PATIENCE = SECONDS_TO_SAVE + 5
"""Seconds to wait for a process of a sweep that was killed, which may still be saving the cell."""


def run_cell(*, folder: str, configuration: str) -> dict[str, Any]:
    """Do the run of a configuration (TOML) in `folder` (a `file:` URI), or what is left of it.

    What it came to (see `cell_values`), and `warnings`. A run that is finished is not touched.
    """
    run = RunFolder(from_uri(folder))
    warnings: list[str] = []
    with locked(run.path, patience=_PATIENCE):
        if not run.is_finished:
            warnings = _perform(run, read_toml(configuration, f"the configuration of {run.path}"))
        run.earlier_resume.unlink(missing_ok=True)  # of a run that was killed when all but that was done
    return {**cell_values(run), "warnings": warnings}


def cell_values(run: RunFolder) -> dict[str, Any]:
    """What a finished run came to: `steps`, `best_step`, and nats a main `unit` of the parts that were held out."""
    if not run.evaluation.is_file():
        raise FileDamaged(f"{run.evaluation} is not there any more; remove {run.path}, and it is made again")
    likelihood = read_results(run).get("likelihood", {})
    values: dict[str, Any] = {"unit": None, "validation": None, "test": None}
    for part in ("validation", "test"):
        if found := likelihood.get(part):
            unit = main_unit(found["nats"])
            values |= {"unit": unit, part: found["nats"][unit]["value"]}
    try:
        evaluations = [json.loads(line) for line in run.metrics.read_text(encoding="utf-8").splitlines()]
        best = [evaluation["step"] for evaluation in evaluations if evaluation["best"]]
        return {"steps": evaluations[-1]["step"], "best_step": best[-1], **values}
    except (ValueError, KeyError, TypeError, IndexError, OSError) as error:
        raise FileDamaged(
            f"{run.metrics} is not what a run writes ({error}); remove {run.path}, and it is made again"
        ) from None


def _perform(run: RunFolder, values: dict[str, Any]) -> list[str]:
    """Do it; the warnings."""
    registry = Registry.installed()
    checkpoint, problems = last_checkpoint(run)
    remains = "the state before it" if checkpoint else "the beginning"
    observer = _Quiet([f"{problem}; going on from {remains}" for problem in problems])
    plan = make_plan(registry, values, {})
    corpus = load_corpus(registry, plan)
    perform(registry, plan, corpus, run, observer, checkpoint)
    return observer.warnings


class _Quiet:
    """Is told how a run goes, and keeps the warnings alone."""

    def __init__(self, warnings: list[str]) -> None:
        self.warnings = warnings

    def on_data(self, corpus: Corpus) -> None: ...

    def on_resume(self, step: int) -> None: ...

    def on_restart(self, step: int) -> None: ...

    def on_stage(self, stage: str) -> None: ...

    def on_warning(self, warning: str) -> None:
        self.warnings.append(warning)

    def on_step(self, step: int, loss: float) -> None: ...

    def on_evaluation(self, evaluation: Evaluation) -> None: ...
