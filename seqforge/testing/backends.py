"""What every backend must do, as tests: subclass `BackendSuite` in a test module and say which backend.

    class TestTorch(BackendSuite):
        name = "torch"   # as registered

Architectures of the core are compared with the `numpy` backend, which passes the same suite; one of the backend's own
has no such reference, and the checks that need it do not apply.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from seqforge.interfaces import State
from seqforge.testing.arrays import assert_close
from seqforge.testing.backend_learning import LearningChecks
from seqforge.testing.batches import Case, random_batch
from seqforge.testing.suite import check

__all__ = ["BackendSuite"]


class BackendSuite(LearningChecks):
    """Every check of a backend; those of agreement come last, for they fail whatever is wrong."""

    least: ClassVar[int] = 18
    first: ClassVar[str] = "small_models_can_be_built"

    @check(
        needs=("reference",),
        after=(
            "it_starts_from_the_given_weights",
            "arrays_that_come_out_are_copies",
            "equal_starts_give_equal_bits",
            "weights_of_the_batch_count",
            "forward_is_causal",
            "training_is_causal",
            "state_is_carried",
            "loss_is_nats_before_the_update",
            "gradients_are_those_of_finite_differences",
            "the_optimizer_goes_on_from_step_to_step",
            "gradients_are_clipped_by_their_global_norm",
        ),
    )
    def test_it_agrees_with_numpy(self, case: Case) -> None:
        """Logits and state from equal weights; losses of ten clipped steps, and what they lead to."""
        if case.drops:
            self.refuse_dropout()
        (model, spec), oracle = self.model(case, clip_norm=0.1), self.oracle(case, clip_norm=0.1)
        generator = np.random.default_rng(4)
        batch = random_batch(spec, generator)
        logits, state_after = model.forward(batch.inputs, batch.context, model.initial_state(3))
        expected_logits, expected_state = oracle.forward(batch.inputs, batch.context, oracle.initial_state(3))
        np.testing.assert_allclose(logits, expected_logits, rtol=0, atol=1e-5)
        assert_close(state_after, expected_state, 1e-5)
        state: State | None = None
        oracle_state: State | None = None
        for step in range(10):
            batch = random_batch(spec, generator, weighted=True)
            rate = 0.01 / (1 + step)
            loss, state = model.train_step(batch, state, learning_rate=rate, seed=step)
            expected, oracle_state = oracle.train_step(batch, oracle_state, learning_rate=rate, seed=step)
            assert loss == pytest.approx(expected, rel=1e-5), f"the loss of step {step + 1}"
        assert_close(state or {}, oracle_state or {}, 1e-4)
        logits, _ = model.forward(batch.inputs, batch.context, model.initial_state(3))
        expected_logits, _ = oracle.forward(batch.inputs, batch.context, oracle.initial_state(3))
        np.testing.assert_allclose(logits, expected_logits, rtol=0, atol=1e-4)

    @check(needs=("reference",), after=("it_agrees_with_numpy",))
    def test_extreme_logits_stay_finite(self, usual: Case) -> None:
        (model, spec), oracle = self.model(usual), self.oracle(usual)
        weights = model.weights()
        weights["output.kernel"] *= np.float32(1e6)
        batch = random_batch(spec, np.random.default_rng(26))
        losses = []
        for each in (model, oracle):
            each.load_weights(weights)
            losses.append(each.train_step(batch, None, learning_rate=0.01, seed=27)[0])
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
        assert all(np.isfinite(array).all() for array in model.weights().values())
