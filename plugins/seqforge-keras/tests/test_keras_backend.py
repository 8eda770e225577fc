import os

import numpy as np
import pytest

from seqforge import BackendOptions
from seqforge.testing import BackendSuite
from seqforge.testing.backends import random_batch
from seqforge_keras.backend import KerasBackend
from seqforge_keras.plugin import seqforge_register_backends

ENGINE = os.environ.get("KERAS_BACKEND") or "tensorflow"
# Keras turns PyTorch's tensors into arrays in a way that NumPy 2 calls deprecated
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


class TestKeras(BackendSuite):
    def backend(self):
        return KerasBackend()

    @pytest.mark.skipif(ENGINE == "torch", reason="PyTorch runs eagerly: nothing is traced")
    def test_learning_rate_weight_and_seed_never_trace_anew(self, monkeypatch):
        model, _, spec = self.models()
        traces = []
        layer_input = type(model.network)._layer_input

        def counted(network, tokens, context):
            traces.append(tokens)
            return layer_input(network, tokens, context)

        monkeypatch.setattr(type(model.network), "_layer_input", counted)
        generator = np.random.default_rng(1)
        model.train_step(random_batch(spec, generator), None, learning_rate=0.01, seed=1)
        first = len(traces)
        assert first > 0
        for step in range(5):
            model.train_step(random_batch(spec, generator), None, learning_rate=0.01 / (2 + step), seed=step)
        assert len(traces) == first

    @pytest.mark.skipif(ENGINE != "tensorflow", reason="only TensorFlow can't change its threads")
    def test_threads_that_come_too_late_are_a_warning(self):
        model, _, spec = self.models()
        model.train_step(random_batch(spec, np.random.default_rng(1)), None, learning_rate=0.01, seed=1)
        with pytest.warns(UserWarning, match="can't change to 2"):
            KerasBackend().build(spec, model.weights(), BackendOptions(threads=2))


def test_the_plugin_offers_a_backend_that_can_be_imported():
    (spec,) = seqforge_register_backends()
    assert (spec.name, spec.requires, spec.architectures) == ("keras", ("keras",), tuple(KerasBackend.architectures))
    assert spec.target == f"{KerasBackend.__module__}:{KerasBackend.__name__}"
    assert [option.name for option in spec.options] == ["engine"]
