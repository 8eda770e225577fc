"""Models one token at a time: what `forward` says, and for each row the bits that it gets alone."""

import numpy as np
import pytest

from seqforge import LSTM, BackendOptions, ContextField, ModelSpec, OutputView
from seqforge.generation.stepping import make_stepper
from seqforge.numpy_backend.backend import NumpyBackend

STEPS = 12
FIELDS = (ContextField("place", 5), ContextField("last", 9), ContextField("wide", 40))


def views(size):
    """What a symbol is relative to `last`, and to `place`."""
    return (
        OutputView("last", tuple(tuple((symbol + last) % 7 for symbol in range(size)) for last in range(9))),
        OutputView("place", tuple(tuple(int(symbol > place) for symbol in range(size)) for place in range(5))),
    )


SHAPES = {
    "one-hot": {"layers": 1, "hidden": 64, "embedding": 0, "size": 78, "context": False},
    "odd sizes": {"layers": 1, "hidden": 13, "embedding": 3, "size": 7, "context": False},
    "context": {"layers": 2, "hidden": 50, "embedding": 8, "size": 19, "context": True},
    "large": {"layers": 2, "hidden": 256, "embedding": 48, "size": 138, "context": True},
}


@pytest.fixture(params=SHAPES)
def model(request):
    shape = SHAPES[request.param]
    size, context = shape["size"], shape["context"]
    spec = ModelSpec(
        architecture="lstm",
        vocabulary_size=size,
        context_fields=FIELDS if context else (),
        output_views=views(size) if context else (),
        options={
            **{name: shape[name] for name in ("layers", "hidden", "embedding")},
            "context_embedding": 16,
            "relative_output": context,
        },
    )
    generator = np.random.default_rng(3)
    weights = LSTM().initial_weights(spec, generator)
    weights = {name: w + generator.normal(0, 0.1, w.shape).astype(np.float32) for name, w in weights.items()}
    return NumpyBackend().build(spec, weights, BackendOptions())


class WithoutStepper:
    """The same model as one of a backend that has nothing for single tokens."""

    def __init__(self, model):
        self.spec, self.forward, self.initial_state = model.spec, model.forward, model.initial_state


def drawn(spec, rows):
    """Tokens (STEPS, rows), the first of them NONE, and context (STEPS, rows, F)."""
    generator = np.random.default_rng(rows)
    tokens = generator.integers(0, spec.vocabulary_size, (STEPS, rows)).astype(np.int32)
    tokens[0] = -1
    context = np.empty((STEPS, rows, len(spec.context_fields)), np.int32)
    for number, field in enumerate(spec.context_fields):
        context[..., number] = generator.integers(0, field.size, (STEPS, rows))
    return tokens, context


@pytest.mark.parametrize("rows", [1, 2, 3, 17, 100])
def test_it_says_what_forward_says(model, rows):
    tokens, context = drawn(model.spec, rows)
    expected, _ = model.forward(tokens.T, context.swapaxes(0, 1), model.initial_state(rows))
    stepper = make_stepper(model, rows)
    for step in range(STEPS):
        assert np.abs(stepper.step(tokens[step], context[step]) - expected[:, step]).max() < 1e-4


@pytest.mark.parametrize("has_stepper", [True, False])
@pytest.mark.parametrize("rows", [2, 5, 40, 300])
def test_a_row_gets_the_same_bits_alone_and_among_others(model, rows, has_stepper):
    stepped = model if has_stepper else WithoutStepper(model)
    tokens, context = drawn(model.spec, rows)
    together = make_stepper(stepped, rows)
    logits = [together.step(tokens[step], context[step]).copy() for step in range(STEPS)]
    for row in {0, rows // 2, rows - 1}:
        alone = make_stepper(stepped, 1)
        for step in range(STEPS):
            mine = alone.step(tokens[step, [row]], context[step, [row]])
            assert np.array_equal(mine[0], logits[step][row])


@pytest.mark.parametrize("has_stepper", [True, False])
def test_selected_rows_go_on_from_where_they_were(model, has_stepper):
    stepped = model if has_stepper else WithoutStepper(model)
    tokens, context = drawn(model.spec, 20)
    everyone = make_stepper(stepped, 20)
    everyone.step(tokens[0], context[0])
    rows = np.array([19, 3, 3, 0], np.int32)
    some = everyone.select(rows)
    for step in range(1, STEPS):
        expected = everyone.step(tokens[step], context[step]).copy()
        assert np.array_equal(some.step(tokens[step, rows], context[step, rows]), expected[rows])


def test_it_follows_the_weights(model):
    tokens, context = drawn(model.spec, 4)
    make_stepper(model, 4).step(tokens[0], context[0])
    model.load_weights({name: weight * 2 for name, weight in model.weights().items()})
    expected, _ = model.forward(tokens[:1].T, context[:1].swapaxes(0, 1), model.initial_state(4))
    assert np.abs(make_stepper(model, 4).step(tokens[0], context[0]) - expected[:, 0]).max() < 1e-4
