"""The backend's door."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from seqforge import LSTM, Architecture, BackendOptions, ModelSpec
from seqforge_torch.lstm_model import LSTMModel
from seqforge_torch.shared_model import SharedLSTMModel

__all__ = ["TorchBackend"]


class TorchBackend:
    """PyTorch on the CPU; `build` sets PyTorch's number of threads for the whole process."""

    architectures: Mapping[str, Architecture] = {"lstm": LSTM()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> LSTMModel:
        """See `seqforge.Backend.build`."""
        torch.set_num_threads(options.threads)
        model = SharedLSTMModel if options.workers > 1 else LSTMModel
        return model(spec, weights, options)

    def rendezvous(self, options: BackendOptions) -> str:
        """See `seqforge.Distributable.rendezvous`: the default process group of `torch.distributed`."""
        return "torch"

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return f"PyTorch {torch.__version__}"
