"""The backend's door: the architecture `gru`, and models of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from seqforge import Architecture, BackendOptions, ModelSpec, Option
from seqforge_gru.model import TorchModel
from seqforge_gru.network import GRUNetwork

__all__ = ["GRU", "GRUBackend"]


class GRU:
    """Gated recurrent units (Cho et al. 2014), with the reset gate after the matrix product, as in cuDNN."""

    options = (
        Option(name="layers", type=int, default=1, minimum=1, maximum=8, help="layers on top of one another"),
        Option(name="hidden", type=int, default=96, minimum=1, maximum=4096, help="hidden units a layer"),
        Option(name="embedding", type=int, default=24, minimum=1, maximum=1024, help="values a token"),
        Option(name="context_embedding", type=int, default=8, minimum=1, maximum=1024, help="values a context field"),
        Option(
            name="dropout",
            type=float,
            default=0.0,
            minimum=0,
            maximum=0.95,
            help="share of the values dropped in front of the first layer and behind the last",
        ),
        Option(
            name="relative_output",
            type=bool,
            default=True,
            help="whether logits are also summed by what a symbol is relative to the context, as the codec says",
        ),
    )

    def initial_weights(self, spec: ModelSpec, generator: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """Uniform within 1 over the root of a matrix's inputs, biases 0; drawn in NumPy, so that the seed decides."""
        weights = {}
        for name, parameter in GRUNetwork(spec).named_parameters():
            shape = tuple(parameter.shape)
            limit = shape[-1] ** -0.5 if len(shape) > 1 else 0.0
            weights[name] = generator.uniform(-limit, limit, shape).astype(np.float32)
        return weights


class GRUBackend:
    """What `--backend gru` builds; `build` sets PyTorch's number of threads for the whole process."""

    architectures: Mapping[str, Architecture] = {"gru": GRU()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> TorchModel:
        """See `seqforge.Backend.build`."""
        torch.set_num_threads(options.threads)
        return TorchModel(GRUNetwork(spec), weights, clip_norm=options.clip_norm)

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return f"PyTorch {torch.__version__}"
