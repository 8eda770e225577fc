"""The backend's door."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqforge.architectures.lstm import LSTM
from seqforge.interfaces import Architecture, BackendOptions, ModelSpec
from seqforge.numpy_backend.lstm_model import LSTMModel

__all__ = ["NumpyBackend"]


class NumpyBackend:
    """LSTM forward and backward in NumPy, with no dependency beyond it."""

    architectures: Mapping[str, Architecture] = {"lstm": LSTM()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> LSTMModel:
        """See `seqforge.Backend.build`."""
        return LSTMModel(spec, weights, options)

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return f"NumPy {np.__version__}"
