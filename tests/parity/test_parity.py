"""Every backend continues what any other began."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from seqforge import LSTM, BackendOptions, Batch, ContextField, ModelSpec
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge_keras.backend import KerasBackend
from seqforge_torch.backend import TorchBackend

BACKENDS = {"numpy": NumpyBackend(), "torch": TorchBackend(), "keras": KerasBackend()}
SPEC = ModelSpec(
    architecture="lstm",
    vocabulary_size=20,
    context_fields=(ContextField("chord", 12), ContextField("place", 40)),
    options={"layers": 2, "hidden": 16, "embedding": 8, "context_embedding": 16, "dropout": 0.0},
)
OPTIONS = BackendOptions(clip_norm=0.5)


def batches(count: int) -> list[Batch]:
    generator = np.random.default_rng(3)
    shape = (4, 12)
    return [
        Batch(
            inputs=generator.integers(-1, 20, shape).astype(np.int32),
            targets=generator.integers(0, 20, shape).astype(np.int32),
            context=np.stack([generator.integers(0, 12, shape), generator.integers(0, 40, shape)], -1).astype(np.int32),
            weight=np.full(shape, 1 / 48, np.float32),
        )
        for _ in range(count)
    ]


def trained(name: str, steps: int) -> tuple[object, list[float]]:
    model = BACKENDS[name].build(SPEC, LSTM().initial_weights(SPEC, np.random.default_rng(1)), OPTIONS)
    return model, continued(model, batches(steps))


def continued(model: object, examples: list[Batch]) -> list[float]:
    return [model.train_step(example, None, learning_rate=0.01, seed=1)[0] for example in examples]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(BACKENDS, BACKENDS)))
def test_training_goes_on_elsewhere_as_if_unbroken(first: str, second: str) -> None:
    _, unbroken = trained("numpy", 20)
    model, _ = trained(first, 10)
    other = BACKENDS[second].build(SPEC, model.weights(), OPTIONS)
    other.load_optimizer_state(model.optimizer_state())
    assert continued(other, batches(20)[10:]) == pytest.approx(unbroken[10:], rel=1e-5)


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(BACKENDS, 2)))
def test_a_model_gives_the_same_logits_elsewhere(first: str, second: str) -> None:
    model, _ = trained(first, 5)
    other = BACKENDS[second].build(SPEC, model.weights(), OPTIONS)
    example = batches(1)[0]
    logits, _ = model.forward(example.inputs, example.context, model.initial_state(4))
    others, _ = other.forward(example.inputs, example.context, other.initial_state(4))
    np.testing.assert_allclose(others, logits, atol=1e-4)
