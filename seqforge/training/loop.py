"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from seqforge.errors import Interrupted, TrainingDiverged
from seqforge.interfaces import Model, State
from seqforge.randomness import dropout_seed
from seqforge.training.memory import peak_memory_mib
from seqforge.training.schedules import Schedule
from seqforge.training.stopping import BestWeights
from seqforge.windows import WindowBatch

__all__ = ["Evaluation", "Observer", "Progress", "train"]

_RUNAWAY_NATS = 1e6
"""A loss above this never comes back: uniform guessing costs 12 nats a token with a hundred thousand symbols."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One line of metrics.jsonl. Losses are nats a token.

    `validation` is `None` without held-out pieces, `windows` without a fixed set of windows that was scored by step.
    `memory_mib` is the peak memory of the process so far, of a run that was resumed that of the largest one.
    """

    step: int
    epoch: float
    learning_rate: float
    training_nats: float
    validation: Mapping[str, float] | None
    windows: Mapping[str, Any] | None
    best: bool
    seconds: float
    memory_mib: float | None = None


class Observer(Protocol):
    """Is told how the training goes."""

    def on_step(self, step: int, loss: float) -> None:
        """A step is done; `loss` is its nats a token."""

    def on_evaluation(self, evaluation: Evaluation) -> None:
        """The model was evaluated."""


@dataclass
class Progress:
    """How far a training has come: with the model's weights and optimizer, all that it goes on from.

    `state` is carried to the next batch; `losses` (nats a token) are those of every step so far.
    """

    best: BestWeights
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    state: State | None = None
    losses: list[float] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


def train(
    model: Model,
    batches: Iterator[WindowBatch],
    progress: Progress,
    *,
    schedule: Schedule,
    evaluate_every: int,
    evaluate: Callable[[Model], Mapping[str, float] | None],
    epoch_tokens: int,
    seed: int,
    observer: Observer,
    score_windows: Callable[[Model], Mapping[str, Any]] | None = None,
    save: Callable[[Progress], None] = lambda progress: None,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> None:
    """Train until step `schedule.steps`, or until patience ends; `progress` is brought up to date with every step.

    `evaluate` gives held-out nats by unit, `token` among them; without them the `mean_nats` of `score_windows` decide
    what is best, else the training loss. `save` is called after each evaluation, and before an interruption.
    `TrainingDiverged` if a loss is no number any more, or has run away; `Interrupted` between two steps.
    """
    began = time.perf_counter() - progress.seconds
    while progress.step < schedule.steps and not progress.best.exhausted:
        learning_rate = schedule(progress.step)
        _take_step(model, next(batches), progress, learning_rate, seed)
        observer.on_step(progress.step, progress.losses[-1])
        is_due = progress.step % evaluate_every == 0 or progress.step == schedule.steps
        progress.seconds = time.perf_counter() - began
        if is_due:
            validation = evaluate(model)
            windows = score_windows(model) if score_windows else None
            progress.seconds = time.perf_counter() - began
            evaluation = _evaluation(model, progress, validation, windows, learning_rate, epoch_tokens)
            progress.evaluations.append(evaluation)
            observer.on_evaluation(evaluation)
        stop = is_interrupted()
        if is_due or stop:
            save(progress)
        if stop:
            raise Interrupted(f"interrupted after step {progress.step}")


def _take_step(model: Model, example: WindowBatch, progress: Progress, learning_rate: float, seed: int) -> None:
    loss, progress.state = model.train_step(
        example.batch,
        _carry(progress.state, example),
        learning_rate=learning_rate,
        seed=dropout_seed(seed, progress.step),
    )
    progress.step += 1
    _check(loss, progress.step, learning_rate)
    progress.tokens += example.tokens
    progress.losses.append(loss)


def _evaluation(
    model: Model,
    progress: Progress,
    validation: Mapping[str, float] | None,
    windows: Mapping[str, Any] | None,
    learning_rate: float,
    epoch_tokens: int,
) -> Evaluation:
    before = progress.evaluations[-1].step if progress.evaluations else 0
    recent = float(np.mean(progress.losses[before:]))
    criterion = validation["token"] if validation else windows["mean_nats"] if windows else recent
    _check(criterion, progress.step, learning_rate)
    return Evaluation(
        step=progress.step,
        epoch=progress.tokens / epoch_tokens,
        learning_rate=learning_rate,
        training_nats=recent,
        validation=validation,
        windows=windows,
        best=progress.best.offer(criterion, progress.step, model.weights()),
        seconds=progress.seconds,
        memory_mib=_peak(progress),
    )


def _peak(progress: Progress) -> float | None:
    """The largest of what this process and those before it have needed; `None` where nothing is known."""
    earlier = progress.evaluations[-1].memory_mib if progress.evaluations else None
    known = [value for value in (earlier, peak_memory_mib()) if value is not None]
    return max(known, default=None)


def _carry(state: State | None, example: WindowBatch) -> State | None:
    """The state that the batch goes on from: zero in fresh rows, `None` if all are."""
    if state is None or example.fresh.all():
        return None
    keep = (~example.fresh).astype(np.float32)
    return {name: np.asarray(values) * keep.reshape(-1, *[1] * (np.ndim(values) - 1)) for name, values in state.items()}


def _check(loss: Any, step: int, learning_rate: float) -> None:
    if not loss < _RUNAWAY_NATS:  # true of NaN as well
        raise TrainingDiverged(
            f"the loss is {loss:g} at step {step} with learning rate {learning_rate:g}; "
            f"lower training.learning_rate, or training.clip_norm to keep gradients small"
        )
