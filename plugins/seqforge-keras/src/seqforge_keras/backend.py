"""The backend's door: imports Keras when it builds a model, for only then is the engine known."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqforge import LSTM, Architecture, BackendOptions, Model, ModelSpec
from seqforge_keras.engine import chosen_engine, describe_engine, load_keras, set_threads
from seqforge_keras.workers import RENDEZVOUS, join_workers

__all__ = ["KerasBackend"]


class KerasBackend:
    """Keras 3; the option `engine` is read from `BackendOptions.extra`. One process has one engine."""

    architectures: Mapping[str, Architecture] = {"lstm": LSTM()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> Model:
        """See `seqforge.Backend.build`."""
        engine = load_keras(options)
        set_threads(engine, options.threads)
        workers = join_workers(engine, options) if options.workers > 1 else None
        module = importlib.import_module("seqforge_keras.lstm_model")
        model: Model
        if workers:
            model = module.SharedLSTMModel(spec, weights, options, workers)
        else:
            model = module.LSTMModel(spec, weights, options)
        return model

    def rendezvous(self, options: BackendOptions) -> str:
        """See `seqforge.Distributable.rendezvous`: it depends on the engine, and JAX has none."""
        return RENDEZVOUS.get(chosen_engine(options, os.environ), "")

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return describe_engine(load_keras(options))
