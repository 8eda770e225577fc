"""The backend's door: the architecture `ngram`, and models of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from seqforge import Architecture, BackendOptions, ModelSpec, Option
from seqforge_ngram.model import NgramModel

__all__ = ["Ngram", "NgramBackend"]


class Ngram:
    """Interpolated Kneser-Ney n-grams; they begin with nothing counted, whatever the seed."""

    options = (
        Option(name="order", type=int, default=5, minimum=1, maximum=12, help="the token and those before it: n"),
        Option(
            name="discount",
            type=float,
            default=0.75,
            exclusive_minimum=0,
            maximum=1,
            help="what each n-gram gives of its count to those that never came",
        ),
    )

    def initial_weights(self, spec: ModelSpec, generator: np.random.Generator) -> dict[str, NDArray[np.float32]]:
        """No n-gram, and no count."""
        order = int(spec.options["order"])
        return {"ngrams": np.zeros((0, order), np.float32), "counts": np.zeros(0, np.float32)}


class NgramBackend:
    """What `--backend ngram` builds."""

    architectures: Mapping[str, Architecture] = {"ngram": Ngram()}

    def build(self, spec: ModelSpec, weights: Mapping[str, NDArray[np.float32]], options: BackendOptions) -> NgramModel:
        """See `seqforge.Backend.build`; there are no gradients to clip, and nothing to spread over threads."""
        return NgramModel(spec, weights)

    def describe(self, options: BackendOptions) -> str:
        """See `seqforge.Backend.describe`."""
        return f"counting, NumPy {np.__version__}"
