"""The backend's door: which architectures it builds, and how."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from seqforge import LSTM, Architecture, BackendOptions, ModelSpec, RequestError

from .model import TrainableModel
from .network import Network

__all__ = ["Engine"]


class Engine:
    """The LSTM of seqforge: its options and initial weights are the same on every backend, and so its models travel."""

    architectures: Mapping[str, Architecture] = {"lstm": LSTM()}

    def build(
        self,
        spec: ModelSpec,
        weights: Mapping[str, NDArray[np.float32]],
        options: BackendOptions,
    ) -> TrainableModel:
        """A model that starts from `weights`; what can't be built as asked is refused, never left out."""
        for name in ("dropout", "input_dropout", "recurrent_dropout"):
            if spec.options.get(name):
                raise RequestError(f"my-plugin has no dropout; give model.lstm.{name}=0")
        return TrainableModel(Network(spec), weights, options)

    def describe(self, options: BackendOptions) -> str:
        """The engine and its version."""
        return f"NumPy {np.__version__}"
