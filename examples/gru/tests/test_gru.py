"""The promises of seqforge's backends, and what is this one's own."""

import subprocess
import sys
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
import torch

from seqforge import BackendOptions, Batch, ContextField, ModelSpec, OutputView
from seqforge.testing import BackendSuite
from seqforge_gru.backend import GRU, GRUBackend


class TestGRU(BackendSuite):
    name = "gru"
    options: ClassVar = {"gru": {"layers": 2, "hidden": 7, "embedding": 5, "context_embedding": 3}}


def spec(**changes):
    options: ClassVar = {option.name: option.default for option in GRU.options}
    return ModelSpec(
        architecture="gru",
        vocabulary_size=13,
        context_fields=(ContextField("chord", 6),),
        options={**options, **changes},
    )


def test_the_equations_are_those_of_the_paper():
    """One step, written out: Cho et al. 2014, equations 5 to 8, with the reset gate behind the product."""
    generator = np.random.default_rng(1)
    made = spec(hidden=4, embedding=3, context_embedding=2)
    weights = GRU().initial_weights(made, generator)
    weights = {name: generator.normal(0, 0.5, array.shape).astype(np.float32) for name, array in weights.items()}
    model = GRUBackend().build(made, weights, BackendOptions())
    before = generator.normal(0, 0.5, (1, 1, 4)).astype(np.float32)
    tokens, context = np.array([[5]], np.int32), np.array([[[2]]], np.int32)
    logits, state = model.forward(tokens, context, {"gru.hidden": before})

    inputs = np.concatenate([weights["token.weight"][5], weights["context.0.weight"][2]])
    hidden = before[0, 0]
    from_input = np.split(weights["gru.weight_ih_l0"] @ inputs + weights["gru.bias_ih_l0"], 3)
    from_hidden = np.split(weights["gru.weight_hh_l0"] @ hidden + weights["gru.bias_hh_l0"], 3)
    reset, update = (1 / (1 + np.exp(-(from_input[gate] + from_hidden[gate]))) for gate in (0, 1))
    candidate = np.tanh(from_input[2] + reset * from_hidden[2])
    after = (1 - update) * candidate + update * hidden
    np.testing.assert_allclose(state["gru.hidden"][0, 0], after, atol=1e-6)
    np.testing.assert_allclose(logits[0, 0], weights["output.weight"] @ after + weights["output.bias"], atol=1e-6)


@pytest.mark.parametrize("hidden", [16, 400])
def test_initial_weights_are_within_the_root_of_their_inputs(hidden):
    weights = GRU().initial_weights(spec(hidden=hidden), np.random.default_rng(1))
    recurrent = weights["gru.weight_hh_l0"]
    assert recurrent.shape == (3 * hidden, hidden)
    assert 0.9 * hidden**-0.5 < np.abs(recurrent).max() <= hidden**-0.5
    assert not weights["gru.bias_hh_l0"].any()


def test_dropout_leaves_the_random_numbers_of_others_alone():
    model = GRUBackend().build(
        spec(dropout=0.5), GRU().initial_weights(spec(), np.random.default_rng(1)), BackendOptions()
    )
    ones = np.ones((2, 3), np.int32)
    batch = Batch(inputs=ones, context=ones[..., None], targets=ones, weight=ones.astype(np.float32))
    before = torch.random.get_rng_state()
    model.train_step(batch, None, learning_rate=0.1, seed=3)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_registering_imports_no_framework():
    code = "import sys, seqforge_gru.plugin as p; p.seqforge_register_backends(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_relative_output_adds_the_logits_of_classes():
    """Symbol s is of class (s + chord) % 3: two symbols of one class get the same addition."""
    view = OutputView("chord", tuple(tuple((symbol + chord) % 3 for symbol in range(13)) for chord in range(6)))
    made = replace(spec(relative_output=True), output_views=(view,))
    weights = GRU().initial_weights(made, np.random.default_rng(1))
    assert weights["views.0.weight"].shape == (3, 96)
    without = {name: array for name, array in weights.items() if not name.startswith("views.")}
    tokens, context = np.array([[5, 6]], np.int32), np.array([[[2], [3]]], np.int32)
    with_views, plain = (
        model.forward(tokens, context, model.initial_state(1))[0]
        for model in (
            GRUBackend().build(made, weights, BackendOptions()),
            GRUBackend().build(replace(made, output_views=()), without, BackendOptions()),
        )
    )
    added = (with_views - plain)[0]
    for step, chord in enumerate((2, 3)):
        for kind in range(3):
            of_kind = [added[step, symbol] for symbol in range(13) if (symbol + chord) % 3 == kind]
            np.testing.assert_allclose(of_kind, of_kind[0], atol=1e-6)
    assert np.abs(added).max() > 0.01
