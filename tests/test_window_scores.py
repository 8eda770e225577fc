"""What a run says of a fixed set of windows: its shapes, the loss summed over the steps, the accuracy by step."""

import json

import numpy as np
import pytest

from seqforge.evaluation.by_step import score_steps
from seqforge.interfaces import Batch

WINDOWS = (
    "--set", "windows.starts=random", "--set", "windows.count=12", "--set", "windows.length=6",
    "--set", "windows.first_input=none", "--set", "windows.last_target=false", "--set", "windows.carry_state=false",
    "--set", "data.validation=0", "--set", "data.test=0", "--set", "data.augment=false",
)  # fmt: skip


@pytest.fixture
def summary(seqforge):
    outcome = seqforge("run", "toy", *WINDOWS, "--set", "training.steps=40", "--out", "run", "--json")
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def test_the_summary_and_the_metrics_have_loss_and_accuracy_by_step(summary, tmp_path):
    windows = summary["windows"]
    assert (windows["X"], windows["Y"]) == ([12, 6, 8], [6, 12, 8])
    assert windows["steps"] == 5
    assert windows["summed_nats"] == pytest.approx(5 * windows["mean_nats"])
    assert windows["accuracy_by_step"][5] is None, "the last step has no target"
    assert all(0 <= share <= 1 for share in windows["accuracy_by_step"][:5])
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["windows"]["steps"] == 5
    assert lines[-1]["windows"]["summed_nats"] < lines[0]["windows"]["summed_nats"]
    best = min(lines, key=lambda line: line["windows"]["mean_nats"])
    assert best["step"] == summary["best_step"]
    assert best["windows"]["summed_nats"] == pytest.approx(windows["summed_nats"])


def test_the_screen_says_it_in_words(seqforge):
    out = seqforge("run", "toy", *WINDOWS, "--set", "training.steps=4").out
    assert "as one-hot arrays: X (12, 6, 8), Y (6, 12, 8)" in out
    assert "summed over 5 steps" in out
    assert "accuracy: step 1: " in out
    assert "longest quotation of the training data: " in out


def test_other_windows_are_not_scored_by_step(seqforge):
    outcome = seqforge("run", "toy", "--set", "training.steps=4", "--json")
    assert json.loads(outcome.out)["windows"] is None


class Certain:
    """A model that gives the token 0 a probability of 3/4 in an alphabet of two."""

    def forward(self, inputs, context, state):
        return np.broadcast_to(np.log([0.75, 0.25]), (*inputs.shape, 2)).astype(np.float32), state

    def initial_state(self, batch_size):
        return {}


def test_steps_are_scored_over_the_windows_that_have_a_target_there():
    targets = np.array([[0, 1, 0], [0, 0, 1]], np.int32)
    weight = np.array([[1, 1, 0], [1, 1, 0]], np.float32)
    batch = Batch(inputs=targets, context=np.zeros((2, 3, 0), np.int32), targets=targets, weight=weight)
    scores = score_steps(Certain(), [batch, batch])
    expected = [-np.log(0.75), -(np.log(0.75) + np.log(0.25)) / 2]
    assert scores.nats[:2] == pytest.approx(expected, rel=1e-6)
    assert list(scores.accuracy[:2]) == [1.0, 0.5]
    assert np.isnan(scores.nats[2])
    assert scores.summed_nats == pytest.approx(sum(expected), rel=1e-6)
