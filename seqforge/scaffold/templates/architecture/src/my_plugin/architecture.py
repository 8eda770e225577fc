"""The architecture: its options, and the weights that training starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from seqforge import ModelSpec, Option

__all__ = ["RecurrentNetwork"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RecurrentNetwork:
    """The network of Elman (1990); `network.py` says what the weights are for."""

    options: tuple[Option, ...] = (
        Option(name="hidden", type=int, default=128, minimum=1, maximum=4096, help="hidden units"),
    )

    def initial_weights(self, spec: ModelSpec, generator: np.random.Generator) -> dict[str, Floats]:
        """Drawn from `generator` alone, so that equal seeds give equal runs."""
        hidden = int(spec.options["hidden"])
        weights = {"token.weight": _uniform(generator, (spec.vocabulary_size, hidden), 0.5)}
        for n, field in enumerate(spec.context_fields):
            weights[f"context.{n}.weight"] = _uniform(generator, (field.size, hidden), 0.5)
        weights["recurrent"] = _orthogonal(generator, hidden)
        weights["bias"] = np.zeros(hidden, np.float32)
        weights["output.kernel"] = _uniform(generator, (hidden, spec.vocabulary_size), np.sqrt(3 / hidden))
        weights["output.bias"] = np.zeros(spec.vocabulary_size, np.float32)
        return weights


def _uniform(generator: np.random.Generator, shape: tuple[int, int], limit: float) -> Floats:
    return generator.uniform(-limit, limit, shape).astype(np.float32)


def _orthogonal(generator: np.random.Generator, size: int) -> Floats:
    """Keeps the length of what it is applied to, so that gradients neither vanish nor explode at the start."""
    q, r = np.linalg.qr(generator.standard_normal((size, size)))
    return (q * np.sign(np.diag(r))).astype(np.float32)
