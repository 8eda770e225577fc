"""The conformance suite for backends, on small models of the architecture; your own tests stand below it."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from seqforge import ContextField, ModelSpec
from seqforge.testing import BackendSuite

from my_plugin.architecture import RecurrentNetwork


class TestConformance(BackendSuite):
    name = "my-plugin"
    options = MappingProxyType({"my-plugin": {"hidden": 9}})  # small ones


def test_there_are_weights_for_every_symbol_and_context() -> None:
    spec = ModelSpec(
        architecture="my-plugin",
        vocabulary_size=7,
        context_fields=(ContextField("step", 16),),
        options={"hidden": 5},
    )
    weights = RecurrentNetwork().initial_weights(spec, np.random.default_rng(1))
    assert weights["token.weight"].shape == (7, 5)
    assert weights["context.0.weight"].shape == (16, 5)
    assert weights["output.kernel"].shape == (5, 7)
