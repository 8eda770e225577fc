"""The backend's door: architectures come to seqforge through the backend that builds them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from seqforge import Architecture, BackendOptions, ModelSpec

from .architecture import RecurrentNetwork
from .model import TrainableModel
from .network import Network

__all__ = ["Engine"]


class Engine:
    """Builds models of one architecture."""

    architectures: Mapping[str, Architecture] = {"my-plugin": RecurrentNetwork()}

    def build(
        self,
        spec: ModelSpec,
        weights: Mapping[str, NDArray[np.float32]],
        options: BackendOptions,
    ) -> TrainableModel:
        """A model that starts from `weights`."""
        return TrainableModel(Network(spec), weights, options)

    def describe(self, options: BackendOptions) -> str:
        """The engine and its version."""
        return f"NumPy {np.__version__}"
