"""The backend's door: imports Keras when it builds a model, for only then is the engine known."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqforge import LSTM, Architecture, BackendOptions, Model, ModelSpec
from seqforge_keras.engine import describe_engine, load_keras, set_threads

__all__ = ["KerasBackend"]


class KerasBackend:
    """Keras 3; the option `engine` is read from `BackendOptions.extra`. One process has one engine."""

    architectures: Mapping[str, Architecture] = {"lstm": LSTM()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> Model:
        """See `seqforge.Backend.build`."""
        engine = load_keras(options)
        set_threads(engine, options.threads)
        model: Model = importlib.import_module("seqforge_keras.lstm_model").LSTMModel(spec, weights, options)
        return model

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return describe_engine(load_keras(options))
