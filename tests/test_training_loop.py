"""The training loop, seen from the model: what it is given, when it is evaluated, when it ends."""

import math

import numpy as np
import pytest

from seqforge import TrainingDiverged
from seqforge.interfaces import Batch
from seqforge.training.loop import Progress, train
from seqforge.training.schedules import Schedule
from seqforge.training.stopping import BestWeights
from seqforge.windows import WindowBatch


class Tape:
    """A model that writes down what it is given; its losses are given, its one weight counts its steps."""

    def __init__(self, losses=()):
        self.losses = list(losses)
        self.calls = []

    def train_step(self, batch, state, *, learning_rate, seed):
        rows = len(batch.inputs)
        self.calls.append((None if state is None else state["lstm.0.hidden"][:, 0].tolist(), learning_rate, seed))
        before = np.zeros((rows, 1), np.float32) if state is None else state["lstm.0.hidden"]
        loss = self.losses[len(self.calls) - 1] if self.losses else 1.0
        return loss, {"lstm.0.hidden": before + 1}

    def weights(self):
        return {"steps": np.array([len(self.calls)], np.float32)}


class Listener:
    def __init__(self):
        self.steps, self.evaluations = [], []

    def on_step(self, step, loss):
        self.steps.append((step, loss))

    def on_evaluation(self, evaluation):
        self.evaluations.append(evaluation)


def batches(fresh_rows):
    """A batch for each list of which rows begin anew."""
    for fresh in fresh_rows:
        shape = (len(fresh), 2)
        integers = np.zeros(shape, np.int32)
        batch = Batch(
            inputs=integers,
            context=np.zeros((*shape, 0), np.int32),
            targets=integers,
            weight=np.ones(shape, np.float32),
        )
        yield WindowBatch(batch, np.array(fresh, np.bool_), integers.size)


def run(model, fresh_rows, *, validation=None, every=1, patience=0, listener=None):
    figures = iter(validation or [])
    progress = Progress(best=BestWeights(patience))
    train(
        model,
        batches(fresh_rows),
        progress,
        schedule=Schedule(name="inverse", learning_rate=0.1, steps=len(fresh_rows), decay=1.0),
        evaluate_every=every,
        evaluate=lambda model: {"token": next(figures)} if validation else None,
        epoch_tokens=8,
        seed=1,
        observer=listener or Listener(),
    )
    return progress


def test_the_state_is_carried_and_begins_at_zero_in_fresh_rows():
    model = Tape()
    run(model, [[True, True], [False, False], [False, True], [False, False], [True, True], [False, False]])
    assert [state for state, _, _ in model.calls] == [None, [1, 1], [2, 0], [3, 1], None, [1, 1]]


def test_a_state_of_more_axes_is_carried_row_by_row():
    class Layered(Tape):
        def train_step(self, batch, state, *, learning_rate, seed):
            self.calls.append(None if state is None else state["layers"].sum(axis=(1, 2)).tolist())
            before = np.zeros((len(batch.inputs), 3, 2), np.float32) if state is None else state["layers"]
            return 1.0, {"layers": before + 1}

    model = Layered()
    run(model, [[True, True], [False, True], [False, False]])
    assert model.calls == [None, [6, 0], [12, 6]]


def test_every_step_has_its_rate_and_a_seed_of_its_own():
    model = Tape()
    run(model, [[True]] * 6)
    assert [rate for _, rate, _ in model.calls] == pytest.approx([0.1 / (1 + step) for step in range(6)])
    seeds = [seed for _, _, seed in model.calls]
    assert len(set(seeds)) == 6
    assert all(0 <= seed < 2**63 for seed in seeds)
    again = Tape()
    run(again, [[True]] * 6)
    assert [seed for _, _, seed in again.calls] == seeds


def test_evaluations_come_when_they_are_due_and_at_the_end():
    listener = Listener()
    result = run(Tape([6, 5, 4, 3, 2, 1, 0]), [[True]] * 7, every=3, listener=listener)
    assert listener.steps == [(step + 1, 6 - step) for step in range(7)]
    assert [evaluation.step for evaluation in listener.evaluations] == [3, 6, 7]
    assert [evaluation.training_nats for evaluation in listener.evaluations] == [5, 2, 0]
    assert [evaluation.epoch for evaluation in listener.evaluations] == [0.75, 1.5, 1.75]
    assert result.losses == [6, 5, 4, 3, 2, 1, 0]
    assert result.evaluations == listener.evaluations


def test_the_weights_of_the_best_evaluation_are_kept():
    listener = Listener()
    result = run(Tape(), [[True]] * 6, validation=[3, 2, 2, 1.5, 4, 1.5], listener=listener)
    assert (result.best.step, result.step, result.best.exhausted) == (4, 6, False)
    assert result.best.weights["steps"].tolist() == [4]
    assert [evaluation.best for evaluation in listener.evaluations] == [True, True, False, True, False, False]


def test_patience_counts_evaluations_since_the_best():
    result = run(Tape(), [[True]] * 9, validation=[3, 4, 2, 2, 5, 1, 1, 1, 1], patience=2)
    assert (result.best.step, result.step, result.best.exhausted) == (3, 5, True)


def test_without_validation_the_training_loss_decides():
    result = run(Tape([3, 1, 2]), [[True]] * 3)
    assert result.best.step == 2


@pytest.mark.parametrize("loss", [math.nan, math.inf, 1e9])
def test_a_loss_that_ran_away_ends_the_training(loss):
    model = Tape([1, 1, loss, 1])
    with pytest.raises(TrainingDiverged, match=r"at step 3 with learning rate 0\.0333"):
        run(model, [[True]] * 4)
    assert len(model.calls) == 3


def test_validation_that_ran_away_ends_the_training():
    with pytest.raises(TrainingDiverged, match="at step 2"):
        run(Tape(), [[True]] * 4, validation=[1, math.nan, 1, 1])
