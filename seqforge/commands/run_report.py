"""What a run shows at its end."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np

from seqforge.commands.audit_report import audit_values, corpus_size
from seqforge.commands.likelihood_report import print_likelihood
from seqforge.commands.novelty_report import verdict_lines
from seqforge.commands.run_progress import window_shapes
from seqforge.commands.screen import counted, is_terminal, print_pairs, shows
from seqforge.commands.sparkline import sparkline
from seqforge.commands.takes_report import MadeFile, print_file_table, print_files, print_picture, take_files
from seqforge.evaluation.by_step import StepScores
from seqforge.session.plan import Plan
from seqforge.session.run import RunResult
from seqforge.training.loop import Progress

__all__ = ["print_summary", "summary"]

_UNIT = "token"
_CURVE_COLUMNS = 40


def summary(plan: Plan, result: RunResult) -> dict[str, Any]:
    """The result as JSON values."""
    corpus = result.corpus
    return {
        "run": str(result.folder.path),
        "data": {
            "source": plan.config.data.source,
            "digest": corpus.digest,
            **corpus_size(corpus.pieces, corpus.codec),
            **audit_values(corpus.audit),
        },
        "backend": {"name": plan.choice.part.spec.name, "reason": plan.choice.reason},
        "architecture": plan.architecture,
        "start": plan.start.provenance() if plan.start else None,
        "parameters": result.parameters,
        "steps": result.training.step,
        "best_step": result.training.best.step,
        "losses": result.training.losses,
        "scores": {part: found.score.rates() for part, found in result.likelihood.items()},
        "baselines": {
            part: {name: score.rates() for name, score in found.baselines.items()}
            for part, found in result.likelihood.items()
        },
        "likelihood": {part: found.to_json() for part, found in result.likelihood.items()},
        "windows": {**window_shapes(plan, corpus), **result.windows.to_json()} if result.windows else None,
        "novelty": result.novelty.to_json() if result.novelty else None,
        "report": str(result.folder.report),
        "takes": [[str(file) for file in take.files] for take in result.takes],
    }


def print_summary(plan: Plan, result: RunResult) -> None:
    """Print how good the model is, the files, and what to try next."""
    stopped = ", stopped early" if result.training.best.exhausted else ""
    print()
    print(
        f"{plan.architecture} with {result.parameters:,} weights, best at step "
        f"{result.training.best.step} of {result.training.step}{stopped}"
    )
    if is_terminal():
        _print_curve(result.training)
    if result.likelihood:
        print()
        print_likelihood(result.likelihood)
    if result.windows:
        _print_windows(result.windows)
    if result.novelty:
        print()
        for line in verdict_lines(result.novelty):
            print(line)
    if is_terminal() and result.takes:
        print_picture(result.corpus.codec, result.takes[0])
    print()
    files = [*_run_files(result), *take_files(result.takes)]
    if is_terminal():
        print_file_table(result.folder.path, files)
    else:
        print_files(files)
    print()
    print_pairs(_next_commands(plan, result))


def _print_windows(scores: StepScores) -> None:
    """The loss summed over the steps, and the accuracy at the first steps and the worst of the others."""
    print(
        f"{scores.summed_nats:.3f} nats a window, summed over {counted(scores.steps, 'step')} "
        f"(mean {scores.mean_nats:.3f})"
    )
    first, rest = scores.accuracy[:3], scores.accuracy[3:][np.isfinite(scores.accuracy[3:])]
    words = [f"step {step}: {share:.2f}" for step, share in enumerate(first, 1) if np.isfinite(share)]
    words += [f"from step 4 on at least {rest.min():.2f}"] if rest.size else []
    print(f"accuracy: {', '.join(words)}")


def _print_curve(training: Progress) -> None:
    """The loss in a line, from the first step to the last, and the same of the held-out pieces."""
    validation = [each.validation[_UNIT] for each in training.evaluations if each.validation]
    for name, values in (("training", training.losses), ("validation", validation)):
        curve = sparkline(values, _CURVE_COLUMNS)
        if len(values) > 1 and shows(curve):
            print(f"{name:10}  {curve}  {values[0]:.3f} to {values[-1]:.3f} nats/{_UNIT}")


def _run_files(result: RunResult) -> list[MadeFile]:
    folder = result.folder
    return [
        MadeFile((folder.report,), "how it went, and its takes: open this page in a browser"),
        MadeFile((folder.model,), "the model: seqforge generate takes it"),
        MadeFile((folder.config,), "every value; seqforge run takes it"),
        MadeFile((folder.card,), "the model card; seqforge evaluate adds to it"),
        MadeFile((folder.metrics,), f"{len(result.training.evaluations)} evaluations"),
    ]


def _next_commands(plan: Plan, result: RunResult) -> list[tuple[str, str]]:
    path = shlex.quote(str(result.folder.path))
    prompt = next(iter(plan.config.samples.prompt.items()), None)
    option = f" --{prompt[0].replace('_', '-')} {shlex.quote(str(prompt[1]))}" if prompt and prompt[1] else ""
    return [
        ("next, try:", ""),
        (f"  seqforge generate {path}{option} -n 4", "more takes"),
        (f"  seqforge generate {path} --temperature 0.8", "safer ones; above 1 wilder ones"),
        (f"  seqforge run {path} --seed 2", "another model of the same data, from another seed"),
    ]
