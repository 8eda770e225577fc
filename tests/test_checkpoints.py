"""Giving a model the arrays of a saved training: its own go in, those of another are refused."""

import numpy as np
import pytest

from seqforge import LSTM, BackendOptions, ModelSpec, RequestError
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.session.checkpoints import Checkpoint, restore


def lstm(hidden):
    options = {option.name: option.default for option in LSTM().options} | {"hidden": hidden}
    spec = ModelSpec(architecture="lstm", vocabulary_size=5, context_fields=(), options=options)
    weights = LSTM().initial_weights(spec, np.random.default_rng(hidden))
    return NumpyBackend().build(spec, weights, BackendOptions())


def checkpoint(weights, optimizer, tmp_path):
    return Checkpoint(path=tmp_path, provenance=None, progress=None, weights=weights, optimizer=optimizer)


class Table:
    """A model whose one weight has a row for whatever it has seen."""

    def __init__(self):
        self.rows = np.zeros((0, 2), np.float32)

    def weights(self):
        return {"rows": self.rows}

    def load_weights(self, weights):
        self.rows = weights["rows"]

    def optimizer_state(self):
        return {}


def test_a_table_that_has_grown_goes_in(tmp_path):
    table = Table()
    restore(table, checkpoint({"rows": np.ones((3, 2), np.float32)}, {}, tmp_path))
    assert table.rows.shape == (3, 2)


@pytest.mark.parametrize("change", ["sizes", "names", "axes", "optimizer"])
def test_what_is_of_another_model_is_refused(change, tmp_path):
    model, other = lstm(4), lstm(6 if change == "sizes" else 4)
    weights, optimizer = other.weights(), other.optimizer_state()
    if change == "names":
        weights["lstm.0.gates"] = weights.pop("lstm.0.kernel")
    elif change == "axes":
        weights["output.bias"] = weights["output.bias"][None]
    elif change == "optimizer":
        del optimizer["adam.step"]
    with pytest.raises(RequestError, match="are not those of the backend that shall go on"):
        restore(model, checkpoint(weights, optimizer, tmp_path))
