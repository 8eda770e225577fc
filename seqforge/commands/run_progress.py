"""What a run shows while it works."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from rich.console import Console

from seqforge.commands.audit_report import audit_lines, corpus_size
from seqforge.commands.bar import Bar
from seqforge.commands.failures import warn
from seqforge.commands.screen import counted, encodes, forget_output, printable
from seqforge.commands.sparkline import sparkline
from seqforge.evaluation.scoring import main_unit
from seqforge.session.data import Corpus
from seqforge.session.plan import Plan
from seqforge.split import Split
from seqforge.training.loop import Evaluation

__all__ = ["Lines", "RunProgress", "window_shapes"]

_MOST_AUDIT_LINES = 8
_CURVE_COLUMNS = 16

_STAGES = {
    "baselines": "counting n-grams",
    "scoring": "scoring held-out pieces",
    "samples": "generating takes",
    "report": "judging what it learnt",
}


class RunProgress:
    """Lines of what has been done, below them on a terminal a bar; nothing of it if it is to be `quiet`."""

    def __init__(self, plan: Plan, file: TextIO, *, quiet: bool = False) -> None:
        self.plan = plan
        self.console = Lines(file=file, highlight=False, soft_wrap=True, quiet=quiet, force_jupyter=False)
        self._bar = Bar(self.console)
        self._losses: list[float] = []

    def __enter__(self) -> RunProgress:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def on_data(self, corpus: Corpus) -> None:
        """Say what was kept and dropped, and which backend trains."""
        source = self.plan.config.data.source
        dropped = counted(len(corpus.audit.dropped), "source")
        self._say(f"data      {printable(source)}: {_size(corpus)}; {dropped} dropped")
        for line in audit_lines(corpus.audit, _MOST_AUDIT_LINES):
            self._say(f"          {line}")
        variants = len(corpus.training) / len(corpus.split.training)
        augmented = f"; {variants:g} variants of each for training" if variants != 1 else ""
        self._say(f"split     {_parts(corpus.split)}{augmented}")
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
        if not self.plan.placement.is_here:
            placement = self.plan.placement
            self._say(f"launcher  {placement.part.spec.name}: {counted(placement.workers, 'worker')}")

    def on_resume(self, step: int) -> None:
        """Say where the training goes on."""
        self._say(f"resume    after step {step:,} of {self.plan.config.training.steps:,}")

    def on_restart(self, step: int) -> None:
        """Say that a worker was lost, and where the training goes on."""
        self._losses.clear()
        self._say(f"restart   a worker was lost; all go on after step {step:,}")

    def on_stage(self, stage: str) -> None:
        """Start the bar anew."""
        if stage == "training":
            self._bar.begin(stage, self.plan.config.training.steps, "steps")
        else:
            self._bar.begin(_STAGES[stage])

    def on_step(self, step: int, loss: float) -> None:
        """Move the bar, with the curve of the loss."""
        self._losses.append(loss)
        if self._bar.is_due():
            curve = sparkline(self._losses, _CURVE_COLUMNS)
            self._bar.move(step, f"{curve} {loss:.3f}" if encodes(self.console.encoding, curve) else f"loss {loss:.3f}")

    def on_evaluation(self, evaluation: Evaluation) -> None:
        """Print a line."""
        held_out = ""
        if evaluation.validation:
            unit = main_unit(evaluation.validation)
            held_out = f"  validation {evaluation.validation[unit]:.3f} nats/{unit}"
        if evaluation.windows:
            held_out += f"  summed over the steps {evaluation.windows['summed_nats']:.3f}"
        self._say(
            f"step {evaluation.step:5d}  training {evaluation.training_nats:.3f} nats/token{held_out}"
            f"{'  best' if evaluation.best else ''}"
        )

    def on_warning(self, warning: str) -> None:
        """Print it on standard error."""
        warn([warning])

    def _say(self, line: str) -> None:
        self.console.print(line, markup=False)


class Lines(Console):
    """What is printed; that nobody reads on is no reason to stop the work."""

    def on_broken_pipe(self) -> None:
        """From now on nothing is printed."""
        self.quiet = True
        forget_output()


def _parts(split: Split) -> str:
    """What each part holds: tokens, where they were split in order, else pieces."""
    parts = {name: pieces for name, pieces in split.parts.items() if pieces}
    if split.is_in_order:
        sizes = (f"{sum(len(piece.tokens) for piece in pieces):,} {name}" for name, pieces in parts.items())
        return f"{', '.join(sizes)} tokens, in order"
    groups = {name: len({piece.group for piece in pieces}) for name, pieces in parts.items()}
    return ", ".join(f"{len(pieces)} {name} in {counted(groups[name], 'group')}" for name, pieces in parts.items())


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
