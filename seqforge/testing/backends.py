"""What every backend must do, as tests: subclass `BackendSuite` in a test module and say which backend.

    class TestTorch(BackendSuite):
        def backend(self):
            return TorchBackend()

The oracle is the `numpy` backend, which passes the same suite: its gradients against finite differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from seqforge.architectures.lstm import LSTM
from seqforge.interfaces import NONE, Backend, BackendOptions, Batch, ContextField, Model, ModelSpec, OutputView, State
from seqforge.numpy_backend.backend import NumpyBackend

__all__ = ["BackendSuite", "random_batch", "random_state", "small_spec"]

Floats = NDArray[np.float32]

VOCABULARY_SIZE = 11
FIELDS = (ContextField("few values", 5), ContextField("more values than embed one", 30))
CASES: dict[str, dict[str, Any]] = {
    "one-hot": {},
    "embedded": {"embedding": 5},
    "one-hot, context, two layers": {"layers": 2, "fields": FIELDS},
    "embedded, context, three layers": {"layers": 3, "embedding": 5, "fields": FIELDS},
    "embedded, context, dropout": {"layers": 2, "embedding": 5, "fields": FIELDS, "dropout": 0.3},
    "embedded, context, relative output": {"layers": 2, "embedding": 5, "fields": FIELDS, "relative": True},
}
in_every_case = pytest.mark.parametrize("case", CASES)
FULL = "embedded, context, dropout"


def small_spec(
    *,
    fields: tuple[ContextField, ...] = (),
    layers: int = 1,
    embedding: int = 0,
    dropout: float = 0.0,
    relative: bool = False,
) -> ModelSpec:
    """An LSTM of 7 units over 11 symbols; a view for each field, the distance of a symbol from its value."""
    return ModelSpec(
        architecture="lstm",
        vocabulary_size=VOCABULARY_SIZE,
        context_fields=fields,
        options={
            "layers": layers,
            "hidden": 7,
            "embedding": embedding,
            "context_embedding": 16,
            "dropout": dropout,
            "relative_output": relative,
        },
        output_views=tuple(OutputView(field.name, _distances(field.size)) for field in fields),
    )


def _distances(size: int) -> tuple[tuple[int, ...], ...]:
    """From each value of a field of that size to each symbol, modulo the size."""
    return tuple(tuple((symbol - value) % size for symbol in range(VOCABULARY_SIZE)) for value in range(size))


def random_batch(spec: ModelSpec, generator: np.random.Generator, sequences: int = 3, steps: int = 6) -> Batch:
    """Random tokens, some inputs NONE, and weights of which some are 0; the arrays can't be written to."""
    shape = (sequences, steps)
    inputs = generator.integers(NONE, spec.vocabulary_size, shape).astype(np.int32)
    inputs[0, 0] = NONE
    context = np.zeros((*shape, len(spec.context_fields)), np.int32)
    for index, field in enumerate(spec.context_fields):
        context[..., index] = generator.integers(0, field.size, shape)
    weight = generator.uniform(0.5, 1, shape).astype(np.float32)
    weight[-1, (steps + 1) // 2 :] = 0
    weight /= weight.sum()
    targets = generator.integers(0, spec.vocabulary_size, shape).astype(np.int32)
    for array in (inputs, context, targets, weight):
        array.flags.writeable = False
    return Batch(inputs=inputs, context=context, targets=targets, weight=weight)


def random_state(model: Model, generator: np.random.Generator, sequences: int = 3) -> State:
    """Somewhere in the middle of a sequence."""
    zeros = model.initial_state(sequences)
    return {name: generator.uniform(-1, 1, array.shape).astype(np.float32) for name, array in zeros.items()}


class BackendSuite:
    """Tests of a backend; `extra` are the backend's own options, if the tests shall set any."""

    extra: Mapping[str, Any] = MappingProxyType({})

    def backend(self) -> Backend:
        """The backend under test."""
        raise NotImplementedError("say in your subclass which backend is tested: def backend(self): ...")

    def models(self, case: str = FULL, *, clip_norm: float = 0.0, seed: int = 1) -> tuple[Model, Model, ModelSpec]:
        """The model under test and the oracle, from equal weights, and their spec."""
        spec = small_spec(**CASES[case])
        weights = LSTM().initial_weights(spec, np.random.default_rng(seed))
        options = BackendOptions(clip_norm=clip_norm, extra=self.extra)
        return self.backend().build(spec, weights, options), NumpyBackend().build(spec, weights, options), spec

    def twins(self, *, clip_norm: float = 0.0) -> tuple[Model, Model, ModelSpec]:
        """Two models under test, from equal weights, and their spec."""
        model, _, spec = self.models(clip_norm=clip_norm)
        return model, self.models(clip_norm=clip_norm)[0], spec

    def test_describes_itself_in_one_line(self) -> None:
        description = self.backend().describe(BackendOptions(extra=self.extra))
        assert description.strip()
        assert "\n" not in description

    @in_every_case
    def test_starts_from_the_given_weights(self, case: str) -> None:
        model, oracle, _ = self.models(case)
        assert_equal(model.weights(), oracle.weights())
        assert model.optimizer_state()["adam.step"] == 0

    @in_every_case
    def test_gradients_are_those_of_finite_differences(self, case: str) -> None:
        model, _, spec = self.models(case)
        generator = np.random.default_rng(2)
        batch, state = random_batch(spec, generator), random_state(model, generator)
        weights = model.weights()
        model.train_step(batch, state, learning_rate=0.0, seed=3)
        first_moments = model.optimizer_state()

        def loss(name: str, index: tuple[int, ...], change: float) -> float:
            changed = {**weights, name: weights[name].copy()}
            changed[name][index] += change
            model.load_weights(changed)
            return model.train_step(batch, state, learning_rate=0.0, seed=3)[0]

        for name in weights:
            gradient = first_moments[f"adam.m.{name}"] / 0.1
            steepest = np.unravel_index(np.argmax(np.abs(gradient)), gradient.shape)
            anywhere = tuple(int(generator.integers(size)) for size in gradient.shape)
            for index in (tuple(int(i) for i in steepest), anywhere):
                slope = (loss(name, index, 0.02) - loss(name, index, -0.02)) / 0.04
                assert gradient[index] == pytest.approx(slope, rel=2e-3, abs=5e-5), f"{name}{list(index)}"

    @in_every_case
    def test_ten_clipped_steps_lose_what_numpy_loses(self, case: str) -> None:
        model, oracle, spec = self.models(case, clip_norm=0.1)
        generator = np.random.default_rng(4)
        state: State | None = None
        oracle_state: State | None = None
        for step in range(10):
            batch = random_batch(spec, generator)
            rate = 0.01 / (1 + step)
            loss, state = model.train_step(batch, state, learning_rate=rate, seed=step)
            expected, oracle_state = oracle.train_step(batch, oracle_state, learning_rate=rate, seed=step)
            assert loss == pytest.approx(expected, rel=1e-5)
        assert_close(state or {}, oracle_state or {}, 1e-4)
        batch = random_batch(spec, generator)
        logits, _ = model.forward(batch.inputs, batch.context, model.initial_state(3))
        expected_logits, _ = oracle.forward(batch.inputs, batch.context, model.initial_state(3))
        assert logits.dtype == np.float32
        np.testing.assert_allclose(logits, expected_logits, rtol=0, atol=1e-4)

    def test_batches_may_change_their_shape(self) -> None:
        model, oracle, spec = self.models()
        generator = np.random.default_rng(5)
        for sequences, steps in ((3, 6), (1, 1), (5, 2), (2, 13), (3, 6)):
            batch = random_batch(spec, generator, sequences, steps)
            losses = [each.train_step(batch, None, learning_rate=0.01, seed=6)[0] for each in (model, oracle)]
            assert losses[0] == pytest.approx(losses[1], rel=1e-5)
            logits, _ = model.forward(batch.inputs, batch.context, model.initial_state(sequences))
            assert logits.shape == (sequences, steps, spec.vocabulary_size)

    def test_loss_is_weighted_nats_before_the_update(self) -> None:
        model, _, spec = self.models("one-hot, context, two layers")
        batch = random_batch(spec, np.random.default_rng(7))
        logits = model.forward(batch.inputs, batch.context, model.initial_state(3))[0].astype(np.float64)
        chosen = np.take_along_axis(logits, batch.targets[..., None], axis=-1)[..., 0]
        nats = np.log(np.exp(logits).sum(axis=-1)) - chosen
        loss, _ = model.train_step(batch, None, learning_rate=0.01, seed=8)
        assert loss == pytest.approx(float((nats * batch.weight).sum()), rel=1e-5)

    def test_masked_targets_count_nowhere(self) -> None:
        model, other, spec = self.twins()
        batch = random_batch(spec, np.random.default_rng(9))
        masked = batch.weight == 0
        assert masked.any()
        changed = replace(batch, targets=np.where(masked, (batch.targets + 1) % VOCABULARY_SIZE, batch.targets))
        for each, its_batch in ((model, batch), (other, changed)):
            each.train_step(its_batch, None, learning_rate=0.01, seed=10)
        assert_equal(model.weights(), other.weights())

    def test_gradients_are_clipped_by_their_global_norm(self) -> None:
        """A small norm, so that an epsilon added to it would show."""
        spec = self.models()[2]
        batch = random_batch(spec, np.random.default_rng(11))
        batch = replace(batch, weight=batch.weight * np.float32(1e-4))
        unclipped = self._first_moments(batch, 0.0)
        norm = 10 * float(np.sqrt(sum(np.sum(np.square(array)) for array in unclipped.values())))
        for clip_norm, factor in ((norm / 3, 1 / 3), (norm * 3, 1)):
            clipped = self._first_moments(batch, clip_norm)
            for name, array in unclipped.items():
                np.testing.assert_allclose(clipped[name], array * factor, rtol=1e-4, atol=1e-10, err_msg=name)

    def _first_moments(self, batch: Batch, clip_norm: float) -> dict[str, NDArray[np.float64]]:
        model, _, _ = self.models(clip_norm=clip_norm)
        model.train_step(batch, None, learning_rate=0.01, seed=12)
        state = model.optimizer_state()
        return {name: array.astype(np.float64) for name, array in state.items() if name.startswith("adam.m.")}

    def test_two_windows_with_state_are_one_long_sequence(self) -> None:
        model, _, spec = self.models()
        batch = random_batch(spec, np.random.default_rng(13), steps=8)
        logits, end = model.forward(batch.inputs, batch.context, model.initial_state(3))
        first, state = model.forward(batch.inputs[:, :5], batch.context[:, :5], model.initial_state(3))
        second, last = model.forward(batch.inputs[:, 5:], batch.context[:, 5:], state)
        np.testing.assert_allclose(np.concatenate([first, second], axis=1), logits, rtol=0, atol=1e-5)
        assert_close(last, end, 1e-5)

    def test_training_returns_the_state_before_the_update(self) -> None:
        model, _, spec = self.models("embedded, context, three layers")
        generator = np.random.default_rng(14)
        batch, start = random_batch(spec, generator), random_state(model, generator)
        _, expected = model.forward(batch.inputs, batch.context, start)
        _, state = model.train_step(batch, start, learning_rate=0.1, seed=15)
        assert_close(state, expected, 1e-5)

    def test_no_state_is_the_initial_state(self) -> None:
        model, other, spec = self.twins()
        batch = random_batch(spec, np.random.default_rng(16))
        model.train_step(batch, None, learning_rate=0.01, seed=17)
        other.train_step(batch, other.initial_state(3), learning_rate=0.01, seed=17)
        assert_equal(model.weights(), other.weights())

    def test_equal_starts_give_equal_bits_also_through_save_and_load(self) -> None:
        model, unbroken, spec = self.twins(clip_norm=0.1)
        generator = np.random.default_rng(18)
        batches = [random_batch(spec, generator) for _ in range(6)]
        for step, batch in enumerate(batches):
            unbroken.train_step(batch, None, learning_rate=0.01, seed=step)
            if step == 3:
                weights, optimizer_state = model.weights(), model.optimizer_state()
                model = self.models(clip_norm=0.1, seed=99)[0]
                model.load_weights(weights)
                model.load_optimizer_state(optimizer_state)
            model.train_step(batch, None, learning_rate=0.01, seed=step)
        assert_equal(model.weights(), unbroken.weights())
        assert_equal(model.optimizer_state(), unbroken.optimizer_state())
        assert model.optimizer_state()["adam.step"] == 6

    def test_arrays_that_come_out_are_copies(self) -> None:
        model, _, spec = self.models()
        batch = random_batch(spec, np.random.default_rng(19))
        model.train_step(batch, None, learning_rate=0.01, seed=20)
        for arrays in (model.weights, model.optimizer_state):
            before, spoilt = arrays(), arrays()
            for array in spoilt.values():
                array[...] = 7
            assert_equal(arrays(), before)

    def test_arrays_that_go_in_are_copied(self) -> None:
        model, _, spec = self.models()
        model.train_step(random_batch(spec, np.random.default_rng(21)), None, learning_rate=0.01, seed=22)
        weights, optimizer_state = model.weights(), model.optimizer_state()
        model.load_weights(weights)
        model.load_optimizer_state(optimizer_state)
        for array in (*weights.values(), *optimizer_state.values()):
            array[...] = 7
        assert all(not np.all(array == 7) for array in (*model.weights().values(), *model.optimizer_state().values()))

    def test_dropout_follows_the_seed_and_spares_forward(self) -> None:
        model, oracle, spec = self.models()
        batch = random_batch(spec, np.random.default_rng(23))
        losses = [model.train_step(batch, None, learning_rate=0.0, seed=seed)[0] for seed in (1, 2, 1)]
        assert losses[0] == losses[2] != losses[1]
        logits = [each.forward(batch.inputs, batch.context, each.initial_state(3))[0] for each in (model, oracle)]
        np.testing.assert_allclose(logits[0], logits[1], rtol=0, atol=1e-5)

    def test_learning_rate_zero_changes_no_weight(self) -> None:
        model, oracle, spec = self.models()
        model.train_step(random_batch(spec, np.random.default_rng(24)), None, learning_rate=0.0, seed=25)
        assert_equal(model.weights(), oracle.weights())
        assert model.optimizer_state()["adam.step"] == 1

    def test_extreme_logits_stay_finite(self) -> None:
        model, oracle, spec = self.models("one-hot")
        weights = model.weights()
        weights["output.kernel"] *= np.float32(1e6)
        batch = random_batch(spec, np.random.default_rng(26))
        losses = []
        for each in (model, oracle):
            each.load_weights(weights)
            losses.append(each.train_step(batch, None, learning_rate=0.01, seed=27)[0])
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
        assert all(np.isfinite(array).all() for array in model.weights().values())


def assert_equal(arrays: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]]) -> None:
    """The same names, shapes, types and bits."""
    assert sorted(arrays) == sorted(expected)
    for name, array in expected.items():
        assert arrays[name].dtype == array.dtype, name
        np.testing.assert_array_equal(arrays[name], array, err_msg=name, strict=True)


def assert_close(arrays: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]], tolerance: float) -> None:
    """The same names and shapes, and values within the tolerance."""
    assert sorted(arrays) == sorted(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(arrays[name], array, rtol=0, atol=tolerance, err_msg=name)
