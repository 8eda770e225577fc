"""Checks of what a model computes: causality, carried state, loss, gradients and the optimizer's steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from seqforge.interfaces import Batch, Model, State
from seqforge.testing.arrays import assert_close
from seqforge.testing.backend_storage import StorageChecks
from seqforge.testing.batches import VOCABULARY_SIZE, Case, random_batch, random_state
from seqforge.testing.suite import check

__all__ = ["LearningChecks"]

_DIFFERENCE = 0.02  # what a weight is changed by, both ways; half of it as well, to take out the error of third order


class LearningChecks(StorageChecks):
    """Without a reference: what a model computes is compared with what else it computes."""

    @check()
    def test_weights_of_the_batch_count(self, usual: Case) -> None:
        """A target of weight 0 counts nowhere, and the loss is linear in the weights."""
        model, other, spec = self.twins(usual)
        batch = random_batch(spec, np.random.default_rng(9), weighted=True)
        masked = batch.weight == 0
        changed = replace(batch, targets=np.where(masked, (batch.targets + 1) % VOCABULARY_SIZE, batch.targets))
        losses = [
            each.train_step(its_batch, None, learning_rate=0.01, seed=10)[0]
            for each, its_batch in ((model, batch), (other, changed))
        ]
        assert losses[0] == losses[1], "the loss counts targets whose weight is 0"
        assert_close(model.weights(), other.weights(), 1e-7)
        parts = [np.where(np.arange(6) % 2 == odd, batch.weight, np.float32(0)) for odd in (0, 1)]
        apart = [model.train_step(replace(batch, weight=part), None, learning_rate=0.0, seed=10)[0] for part in parts]
        whole = model.train_step(batch, None, learning_rate=0.0, seed=10)[0]
        assert sum(apart) == pytest.approx(whole, rel=1e-5), "the loss is not the sum of weight x nats"

    @check()
    def test_forward_is_causal(self, usual: Case) -> None:
        """No token and no context of a later step changes an earlier logit."""
        model, spec = self.model(usual)
        generator = np.random.default_rng(33)
        first, second = (random_batch(spec, generator, steps=8) for _ in range(2))
        for step in (1, 4, 7):
            inputs, context = first.inputs.copy(), first.context.copy()
            inputs[:, step:], context[:, step:] = second.inputs[:, step:], second.context[:, step:]
            before, _ = model.forward(first.inputs, first.context, model.initial_state(3))
            after, _ = model.forward(inputs, context, model.initial_state(3))
            np.testing.assert_allclose(after[:, :step], before[:, :step], rtol=0, atol=1e-6)
            assert not np.allclose(after[:, step:], before[:, step:], rtol=0, atol=1e-6), (
                "the tokens from there on change no logit at all"
            )

    @check(after=("weights_of_the_batch_count", "forward_is_causal"))
    def test_training_is_causal(self, usual: Case) -> None:
        model, spec = self.model(usual)
        generator = np.random.default_rng(34)
        first, second = (random_batch(spec, generator, steps=8) for _ in range(2))
        weight = np.where(np.arange(8) < 3, first.weight, np.float32(0))
        inputs = np.where(np.arange(8) < 3, first.inputs, second.inputs)
        losses = [
            model.train_step(replace(first, inputs=each, weight=weight), None, learning_rate=0.0, seed=35)[0]
            for each in (first.inputs, inputs)
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-6)

    @check(after=("weights_of_the_batch_count", "forward_is_causal", "training_is_causal"))
    def test_state_is_carried(self, usual: Case) -> None:
        """Two windows with the state between them are one long sequence, in `forward` and in `train_step`."""
        model, spec = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(13), steps=8)
        logits, end = model.forward(batch.inputs, batch.context, model.initial_state(3))
        first, state = model.forward(batch.inputs[:, :5], batch.context[:, :5], model.initial_state(3))
        second, last = model.forward(batch.inputs[:, 5:], batch.context[:, 5:], state)
        np.testing.assert_allclose(np.concatenate([first, second], axis=1), logits, rtol=0, atol=1e-5)
        assert_close(last, end, 1e-5)
        start = random_state(model, spec, np.random.default_rng(14))
        expected_logits, expected = model.forward(batch.inputs, batch.context, start)
        loss, state = model.train_step(batch, start, learning_rate=0.1, seed=15)
        assert_close(state, expected, 1e-5)
        assert loss == pytest.approx(_nats(expected_logits, batch), rel=1e-5)

    @check()
    def test_no_state_is_the_initial_state(self, usual: Case) -> None:
        model, spec = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(16))
        loss, state = model.train_step(batch, None, learning_rate=0.0, seed=17)
        expected, expected_state = model.train_step(batch, model.initial_state(3), learning_rate=0.0, seed=17)
        assert loss == pytest.approx(expected, rel=1e-6)
        assert_close(state, expected_state, 1e-6)

    @check(after=("weights_of_the_batch_count", "forward_is_causal", "training_is_causal"))
    def test_loss_is_nats_before_the_update(self, usual: Case) -> None:
        model, spec = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(7))
        expected = _nats(model.forward(batch.inputs, batch.context, model.initial_state(3))[0], batch)
        loss, _ = model.train_step(batch, None, learning_rate=0.01, seed=8)
        assert loss == pytest.approx(expected, rel=1e-5)

    @check()
    def test_small_steps_lower_the_loss(self, usual: Case) -> None:
        model, spec = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(36))
        losses = [model.train_step(batch, None, learning_rate=1e-3, seed=37)[0] for _ in range(6)]
        assert losses == sorted(losses, reverse=True)
        assert losses[-1] < losses[0]

    @check()
    def test_batches_may_change_their_shape(self, usual: Case) -> None:
        model, spec = self.model(usual)
        generator = np.random.default_rng(5)
        for sequences, steps in ((3, 6), (1, 1), (5, 2), (2, 13), (3, 6)):
            batch = random_batch(spec, generator, sequences, steps)
            loss, state = model.train_step(batch, None, learning_rate=0.01, seed=6)
            assert np.isfinite(loss)
            assert {len(array) for array in state.values()} <= {sequences}
            logits, _ = model.forward(batch.inputs, batch.context, model.initial_state(sequences))
            assert logits.shape == (sequences, steps, spec.vocabulary_size)
            assert logits.dtype == np.float32

    @check(
        needs=("optimizer state",),
        after=(
            "arrays_that_come_out_are_copies",
            "the_optimizer_goes_on_from_step_to_step",
            "optimizer_state_survives_saving_and_loading",
            "weights_of_the_batch_count",
        ),
    )
    def test_gradients_are_those_of_finite_differences(self, case: Case) -> None:
        """After one unclipped step from zero moments the first moment is a tenth of the gradient."""
        if case.drops:
            self.refuse_dropout()
        model, spec = self.model(case)
        generator = np.random.default_rng(2)
        start = random_state(model, spec, generator)
        batch = random_batch(spec, generator, weighted=True)
        weights = model.weights()
        model.train_step(batch, start, learning_rate=0.0, seed=3)
        moments = model.optimizer_state()
        for name in weights:
            gradient = moments[f"adam.m.{name}"] / 0.1
            steepest = tuple(int(i) for i in np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape))
            anywhere = tuple(int(generator.integers(size)) for size in gradient.shape)
            for index in (steepest, anywhere):
                slope = _slope(model, weights, name, index, (batch, start))
                assert gradient[index] == pytest.approx(slope, rel=2e-3, abs=5e-5), f"{name}{list(index)}"

    @check(needs=("optimizer state",), after=("the_optimizer_goes_on_from_step_to_step",))
    def test_gradients_are_clipped_by_their_global_norm(self, usual: Case) -> None:
        """A small norm, so that an epsilon added to it would show."""
        spec = self.spec(usual)
        batch = random_batch(spec, np.random.default_rng(11))
        batch = replace(batch, weight=batch.weight * np.float32(1e-4))
        unclipped = self._first_moments(usual, batch, 0.0)
        norm = 10 * float(np.sqrt(sum(np.sum(np.square(array)) for array in unclipped.values())))
        for clip_norm, factor in ((norm / 3, 1 / 3), (norm * 3, 1)):
            clipped = self._first_moments(usual, batch, clip_norm)
            for name, array in unclipped.items():
                np.testing.assert_allclose(clipped[name], array * factor, rtol=1e-4, atol=1e-10, err_msg=name)

    def refuse_dropout(self) -> None:
        """Leave the running case out if dropout is missing, or is at fault already."""
        if "dropout" in self.declared():
            pytest.skip("it declares that it lacks: dropout")
        self.judge_after("dropout_follows_the_seed", "dropout_spares_forward")

    def _first_moments(self, case: Case, batch: Batch, clip_norm: float) -> dict[str, NDArray[np.float64]]:
        model, _ = self.model(case, clip_norm=clip_norm)
        model.train_step(batch, None, learning_rate=0.01, seed=12)
        state = model.optimizer_state()
        return {name: array.astype(np.float64) for name, array in state.items() if name.startswith("adam.m.")}


def _nats(logits: NDArray[np.float32], batch: Batch) -> float:
    """The sum of weight x nats of a batch's targets under the logits (B, T, V)."""
    exact = logits.astype(np.float64)
    chosen = np.take_along_axis(exact, batch.targets[..., None], axis=-1)[..., 0]
    return float(((np.log(np.exp(exact).sum(axis=-1)) - chosen) * batch.weight).sum())


def _slope(
    model: Model, weights: dict[str, Any], name: str, index: tuple[int, ...], example: tuple[Batch, State]
) -> float:
    """By how much the loss rises with one weight: central differences, extrapolated (Richardson 1911)."""
    batch, start = example

    def loss(change: float) -> float:
        changed = {**weights, name: weights[name].copy()}
        changed[name][index] += change
        model.load_weights(changed)
        return model.train_step(batch, start, learning_rate=0.0, seed=3)[0]

    wide, narrow = ((loss(step) - loss(-step)) / (2 * step) for step in (_DIFFERENCE, _DIFFERENCE / 2))
    return (4 * narrow - wide) / 3
