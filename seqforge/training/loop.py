"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import TrainingDiverged
from seqforge.interfaces import Model, State
from seqforge.randomness import dropout_seed
from seqforge.training.schedules import Schedule
from seqforge.training.stopping import BestWeights
from seqforge.windows import WindowBatch

__all__ = ["Evaluation", "Observer", "TrainingResult", "train"]

_RUNAWAY_NATS = 1e6
"""A loss above this never comes back: uniform guessing costs 12 nats a token with a hundred thousand symbols."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One line of metrics.jsonl. Losses are nats a token.

    `validation` is `None` without held-out pieces, `windows` without a fixed set of windows that was scored by step.
    """

    step: int
    epoch: float
    learning_rate: float
    training_nats: float
    validation: Mapping[str, float] | None
    windows: Mapping[str, Any] | None
    best: bool
    seconds: float


class Observer(Protocol):
    """Is told how the training goes."""

    def on_step(self, step: int, loss: float) -> None:
        """A step is done; `loss` is its nats a token."""

    def on_evaluation(self, evaluation: Evaluation) -> None:
        """The model was evaluated."""


@dataclass
class TrainingResult:
    """The best weights, where they come from, and the losses (nats a token) of all steps."""

    weights: Mapping[str, NDArray[np.float32]]
    best_step: int
    steps: int
    stopped_early: bool
    losses: list[float] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


def train(
    model: Model,
    batches: Iterable[WindowBatch],
    *,
    schedule: Schedule,
    evaluate_every: int,
    evaluate: Callable[[Model], Mapping[str, float] | None],
    patience: int,
    epoch_tokens: int,
    seed: int,
    observer: Observer,
    score_windows: Callable[[Model], Mapping[str, Any]] | None = None,
) -> TrainingResult:
    """Train for `schedule.steps` steps, or until `patience` evaluations brought nothing better.

    `evaluate` gives held-out nats by unit, `token` among them; without them the `mean_nats` of `score_windows` decide
    what is best, else the training loss.
    `TrainingDiverged` if a loss is no number any more, or has run away.
    """
    best = BestWeights(patience)
    result = TrainingResult(weights={}, best_step=0, steps=0, stopped_early=False)
    state: State | None = None
    tokens, since, began = 0, 0, time.perf_counter()
    for step, example in zip(range(schedule.steps), batches, strict=False):
        state = _carry(state, example)
        learning_rate = schedule(step)
        loss, state = model.train_step(example.batch, state, learning_rate=learning_rate, seed=dropout_seed(seed, step))
        _check(loss, step, learning_rate)
        result.losses.append(loss)
        tokens += example.tokens
        observer.on_step(step + 1, loss)
        if (step + 1) % evaluate_every == 0 or step + 1 == schedule.steps:
            recent = float(np.mean(result.losses[since:]))
            since = len(result.losses)
            validation = evaluate(model)
            windows = score_windows(model) if score_windows else None
            criterion = validation["token"] if validation else windows["mean_nats"] if windows else recent
            _check(criterion, step, learning_rate)
            evaluation = Evaluation(
                step=step + 1,
                epoch=tokens / epoch_tokens,
                learning_rate=learning_rate,
                training_nats=recent,
                validation=validation,
                windows=windows,
                best=best.offer(criterion, step + 1, model.weights()),
                seconds=time.perf_counter() - began,
            )
            result.evaluations.append(evaluation)
            observer.on_evaluation(evaluation)
            if best.exhausted:
                result.stopped_early = True
                break
    result.steps = len(result.losses)
    result.weights, result.best_step = best.weights or model.weights(), best.step
    return result


def _carry(state: State | None, example: WindowBatch) -> State | None:
    """The state that the batch goes on from: zero in fresh rows, `None` if all are."""
    if state is None or example.fresh.all():
        return None
    keep = (~example.fresh).astype(np.float32)[:, None]
    return {name: np.asarray(values) * keep for name, values in state.items()}


def _check(loss: Any, step: int, learning_rate: float) -> None:
    if not loss < _RUNAWAY_NATS:  # true of NaN as well
        raise TrainingDiverged(
            f"the loss is {loss:g} at step {step + 1} with learning rate {learning_rate:g}; "
            f"lower training.learning_rate, or training.clip_norm to keep gradients small"
        )
