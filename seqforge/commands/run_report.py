"""What a run shows: progress while it works, a summary at its end."""

from __future__ import annotations

import shlex
from types import TracebackType
from typing import Any, TextIO

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from seqforge.commands.audit_report import audit_lines, audit_values, corpus_size
from seqforge.commands.likelihood_report import print_likelihood
from seqforge.commands.novelty_report import verdict_lines
from seqforge.commands.screen import counted, print_pairs, printable, printable_lines
from seqforge.evaluation.by_step import StepScores
from seqforge.session.data import Corpus
from seqforge.session.plan import Plan
from seqforge.session.run import RunResult
from seqforge.training.loop import Evaluation

__all__ = ["ScreenObserver", "print_summary", "summary"]


_MOST_AUDIT_LINES = 8


class ScreenObserver:
    """A progress bar with rate and time left on a terminal, plain lines elsewhere."""

    def __init__(self, plan: Plan, file: TextIO) -> None:
        self.plan = plan
        self.console = Console(file=file, highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> ScreenObserver:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def on_data(self, corpus: Corpus) -> None:
        """Say what was kept and dropped, and which backend trains."""
        source = self.plan.config.data.source
        dropped = counted(len(corpus.audit.dropped), "source")
        self._say(f"data      {printable(source)}: {_size(corpus)}; {dropped} dropped")
        for line in audit_lines(corpus.audit, _MOST_AUDIT_LINES):
            self._say(f"          {line}")
        split = corpus.split
        parts = [("training", split.training), ("validation", split.validation), ("test", split.test)]
        words = [f"{len(pieces)} {name} in {len({p.group for p in pieces})} groups" for name, pieces in parts if pieces]
        variants = len(corpus.training) / len(split.training)
        augmented = f"; {variants:g} variants of each for training" if variants != 1 else ""
        self._say(f"split     {', '.join(words)}{augmented}")
        shapes = window_shapes(self.plan, corpus)
        if shapes:
            self._say(f"windows   as one-hot arrays: X {shapes['X']}, Y {shapes['Y']}")
        if start := self.plan.start:
            model = start.found.model
            self._say(
                f"start     {printable(start.request)}: the weights of step {model.provenance['step']}, "
                f"trained on {printable(model.data['source'])}"
            )
        self._say(f"backend   {self.plan.engine}")

    def on_resume(self, step: int) -> None:
        """Say where the training goes on."""
        self._say(f"resume    after step {step:,} of {self.plan.config.training.steps:,}")

    def on_stage(self, stage: str) -> None:
        """Start the bar when training begins."""
        if stage == "training":
            steps = self.plan.config.training.steps
            self._task = self._progress.add_task("training", total=steps, rate="")
        elif self._task is not None:
            self._progress.update(self._task, visible=False)

    def on_step(self, step: int, loss: float) -> None:
        """Move the bar."""
        if self._task is not None and not self._progress.disable:
            speed = self._progress.tasks[self._task].speed
            self._progress.update(self._task, completed=step, rate=f"{speed:.0f} steps/s" if speed else "")

    def on_evaluation(self, evaluation: Evaluation) -> None:
        """Print a line."""
        held_out = ""
        if evaluation.validation:
            unit = "event" if "event" in evaluation.validation else "token"
            held_out = f"  validation {evaluation.validation[unit]:.3f} nats/{unit}"
        if evaluation.windows:
            held_out += f"  summed over the steps {evaluation.windows['summed_nats']:.3f}"
        self._say(
            f"step {evaluation.step:5d}  training {evaluation.training_nats:.3f} nats/token{held_out}"
            f"{'  best' if evaluation.best else ''}"
        )

    def _say(self, line: str) -> None:
        self.console.print(line, markup=False)


def _size(corpus: Corpus) -> str:
    size = corpus_size(corpus.pieces, corpus.codec)
    pieces, tokens = (counted(int(size[f"{noun}s"]), noun) for noun in ("piece", "token"))
    return f"{pieces}, {tokens}, {size['distinct']:,} distinct"


def window_shapes(plan: Plan, corpus: Corpus) -> dict[str, tuple[int, ...]]:
    """The shapes of a fixed set of windows as one-hot arrays, as Keras is often given them; empty without one."""
    windows = plan.config.windows
    if not plan.has_fixed_windows:
        return {}
    symbols = len(corpus.codec.vocabulary)
    return {"X": (windows.count, windows.length, symbols), "Y": (windows.length, windows.count, symbols)}


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
    if result.likelihood:
        print()
        print_likelihood(result.likelihood)
    if result.windows:
        _print_windows(result.windows)
    if result.novelty:
        print()
        for line in verdict_lines(result.novelty):
            print(line)
    print()
    print_pairs(_files(result))
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


def _files(result: RunResult) -> list[tuple[str, str]]:
    folder = result.folder
    pairs = [
        (str(folder.report), "hear and see it: open this page in a browser"),
        (str(folder.model), "the model: seqforge generate takes it"),
        (str(folder.config), "every value; seqforge run takes it"),
        (str(folder.card), "the model card; seqforge evaluate adds to it"),
        (str(folder.metrics), f"{len(result.training.evaluations)} evaluations"),
    ]
    for take in result.takes:
        pairs.append((str(take.files[0]) if take.files else f"take {take.number}", printable_lines(str(take.work))))
        pairs.extend((str(file), "") for file in take.files[1:])
    return pairs


def _next_commands(plan: Plan, result: RunResult) -> list[tuple[str, str]]:
    path = shlex.quote(str(result.folder.path))
    prompt = next(iter(plan.config.samples.prompt.items()), None)
    option = f" --{prompt[0].replace('_', '-')} {shlex.quote(str(prompt[1]))}" if prompt and prompt[1] else ""
    return [
        ("next, try:", ""),
        (f"  seqforge generate {path}{option} -n 4", "more takes"),
        (f"  seqforge generate {path} --temperature 0.8", "a safer player; above 1 a wilder one"),
        (f"  seqforge run {path} --seed 2", "another model of the same data, from another seed"),
    ]
