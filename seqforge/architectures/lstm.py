"""The LSTM: options, canonical weights, initial values and dropout masks that every backend shares.

Weights, with V symbols, E values an embedding, H hidden units and I inputs of a layer:

    embedding.weight  (V, E)       absent for one-hot input
    context.N.weight  (field size, embedding of field N)
    lstm.L.kernel     (I, 4 H)     gates in the order input, forget, cell, output
    lstm.L.recurrent  (H, 4 H)
    lstm.L.bias       (4 H,)
    output.kernel     (H, V)
    output.bias       (V,)

The input of layer 0 is the token (embedded, or one-hot), then the embedding of each context field in order. A token
that is NONE gives zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import ContextField, ModelSpec, Share
from seqforge.options import Option

__all__ = ["LSTM", "DropoutMasks", "context_embedding_size", "dropout_masks", "input_size", "output_views"]

Floats = NDArray[np.float32]


def context_embedding_size(field: ContextField, largest: int) -> int:
    """How many values embed a field: as many as it has values, `largest` at most."""
    return min(field.size, largest)


def input_size(spec: ModelSpec) -> int:
    """The number of inputs of layer 0."""
    token = spec.options["embedding"] or spec.vocabulary_size
    largest = spec.options["context_embedding"]
    return int(token + sum(context_embedding_size(field, largest) for field in spec.context_fields))


def output_views(spec: ModelSpec) -> list[tuple[int, NDArray[np.int32]]]:
    """For each view that adds to the logits: the number of its context field, and its classes (field size, V)."""
    if not spec.options.get("relative_output", False):
        return []
    numbers = {field.name: number for number, field in enumerate(spec.context_fields)}
    return [(numbers[view.field], np.array(view.classes, np.int32)) for view in spec.output_views]


@dataclass(frozen=True)
class DropoutMasks:
    """What one training step multiplies with: 0, or 1 / (1 - rate). Empty, or `None`, where the rate is 0.

    `inputs` (B, 1, I) for the input of layer 0, `outputs` (B, 1, H) for each layer's output, the same at every step of
    the window; `recurrent` (H, 4 H) for each layer's recurrent kernel.
    """

    inputs: Floats | None
    outputs: tuple[Floats, ...]
    recurrent: tuple[Floats, ...]


def dropout_masks(spec: ModelSpec, batch_size: int, seed: int, share: Share | None = None) -> DropoutMasks:
    """The masks of a training step; they depend on the seed alone, so dropout is the same on every backend.

    With a `share` of the step they are those of its rows among all, so that it is the same with any number of workers.
    Units are dropped for a whole window (Gal and Ghahramani 2016, arXiv 1512.05287), weights of the recurrent kernel
    for a whole step (Merity et al. 2018, arXiv 1708.02182).
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    layers, hidden = int(spec.options["layers"]), int(spec.options["hidden"])
    total = share.total if share else batch_size
    own = slice(share.first, share.first + batch_size) if share else slice(None)

    def masks(option: str, count: int, *shape: int) -> tuple[Floats, ...]:
        rate = float(spec.options.get(option, 0))  # models of an earlier version lack some
        keep = np.float32(1 / (1 - rate))
        drawn = range(count if rate else 0)
        return tuple((generator.random(shape, dtype=np.float32) >= rate) * keep for _ in drawn)

    outputs = tuple(mask[own] for mask in masks("dropout", layers, total, 1, hidden))
    recurrent = masks("recurrent_dropout", layers, hidden, 4 * hidden)
    inputs = masks("input_dropout", 1, total, 1, input_size(spec))
    return DropoutMasks(inputs=inputs[0][own] if inputs else None, outputs=outputs, recurrent=recurrent)


def _dropout(name: str, what: str) -> Option:
    return Option(name=name, type=float, default=0.0, minimum=0, maximum=0.95, help=what)


@dataclass(frozen=True)
class LSTM:
    """Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gates (Gers et al. 2000)."""

    options: tuple[Option, ...] = (
        Option(name="layers", type=int, default=1, minimum=1, maximum=16, help="layers on top of one another"),
        Option(name="hidden", type=int, default=64, minimum=1, maximum=8192, help="hidden units a layer"),
        Option(name="embedding", type=int, default=0, minimum=0, maximum=8192, help="values a token; 0 for one-hot"),
        Option(
            name="context_embedding",
            type=int,
            default=16,
            minimum=1,
            maximum=1024,
            help="values a context field, if it has more than these",
        ),
        _dropout("dropout", "share of each layer's units dropped"),
        _dropout("input_dropout", "share of the first layer's inputs dropped"),
        _dropout("recurrent_dropout", "share of the recurrent kernels' weights dropped"),
        Option(
            name="relative_output",
            type=bool,
            default=False,
            help="whether logits are also summed by what a symbol is relative to the context, as the codec says",
        ),
    )

    def initial_weights(self, spec: ModelSpec, generator: np.random.Generator) -> dict[str, Floats]:
        """Glorot uniform kernels, orthogonal recurrent kernels, biases 0 and 1 for the forget gate.

        Glorot and Bengio 2010; Saxe et al. 2014; Jozefowicz et al. 2015 for the forget gate.
        """
        hidden, vocabulary = int(spec.options["hidden"]), spec.vocabulary_size
        weights: dict[str, Floats] = {}
        if spec.options["embedding"]:
            weights["embedding.weight"] = _small(generator, (vocabulary, int(spec.options["embedding"])))
        for index, field in enumerate(spec.context_fields):
            size = context_embedding_size(field, int(spec.options["context_embedding"]))
            weights[f"context.{index}.weight"] = _small(generator, (field.size, size))
        inputs = input_size(spec)
        for layer in range(int(spec.options["layers"])):
            weights[f"lstm.{layer}.kernel"] = _glorot(generator, inputs, 4 * hidden)
            weights[f"lstm.{layer}.recurrent"] = _orthogonal(generator, hidden, 4 * hidden)
            bias = np.zeros(4 * hidden, np.float32)
            bias[hidden : 2 * hidden] = 1
            weights[f"lstm.{layer}.bias"] = bias
            inputs = hidden
        weights["output.kernel"] = _glorot(generator, hidden, vocabulary)
        weights["output.bias"] = np.zeros(vocabulary, np.float32)
        for index, (_, classes) in enumerate(output_views(spec)):
            weights[f"view.{index}.kernel"] = _glorot(generator, hidden, int(classes.max()) + 1)
        return weights


def _small(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Embeddings: uniform with a standard deviation of 1 over the root of their length."""
    limit = np.sqrt(3 / shape[1])
    return generator.uniform(-limit, limit, shape).astype(np.float32)


def _glorot(generator: np.random.Generator, inputs: int, outputs: int) -> Floats:
    limit = np.sqrt(6 / (inputs + outputs))
    return generator.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)


def _orthogonal(generator: np.random.Generator, inputs: int, outputs: int) -> Floats:
    """Orthonormal rows, over all gates together: the Q of a Gaussian matrix, its signs fixed by R's diagonal."""
    q, r = np.linalg.qr(generator.standard_normal((outputs, inputs)))
    return np.ascontiguousarray((q * np.sign(np.diag(r))).T, dtype=np.float32)
