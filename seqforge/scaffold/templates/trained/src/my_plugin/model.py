"""What seqforge asks of a model (`seqforge.Model` says it in full), around a network that goes forward and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from seqforge import BackendOptions, Batch, State

from .adam import Adam, clip_by_global_norm
from .network import Network

__all__ = ["TrainableModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class TrainableModel:
    """A network with its weights and its optimizer. Arrays are copied on their way in and out."""

    def __init__(self, network: Network, weights: Mapping[str, Floats], options: BackendOptions) -> None:
        self.network = network
        self.clip_norm = options.clip_norm
        self._weights = {name: np.array(weight, np.float32) for name, weight in weights.items()}
        self._adam = Adam(self._weights)

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """Update once; the loss before it, and the state after the last step. `seed` is for dropout: there is none."""
        start = self.initial_state(len(batch.inputs)) if state is None else state
        logits, end, trace = self.network.forward(self._weights, batch.inputs, batch.context, start)
        loss, grad_logits = _cross_entropy(logits, batch.targets, batch.weight)
        gradients = self.network.backward(self._weights, trace, grad_logits)
        clip_by_global_norm(gradients, self.clip_norm)
        self._adam.update(gradients, learning_rate)
        return loss, end

    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """Logits (B, T, V), and the state after the last step."""
        logits, end, _ = self.network.forward(self._weights, inputs, context, state)
        return logits, end

    def initial_state(self, batch_size: int) -> State:
        """Zeros."""
        return {name: np.zeros((batch_size, size), np.float32) for name, size in self.network.state_sizes.items()}

    def weights(self) -> dict[str, Floats]:
        """A copy of the weights."""
        return {name: weight.copy() for name, weight in self._weights.items()}

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """Take over weights; the optimizer stays as it is."""
        for name, weight in self._weights.items():
            weight[...] = weights[name]

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """What `seqforge resume` needs beside the weights."""
        return self._adam.state()

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `optimizer_state` gave."""
        self._adam.load_state(state)


def _cross_entropy(logits: Floats, targets: Ints, weight: Floats) -> tuple[float, Floats]:
    """The sum of weight x nats, and its gradient with respect to the logits (B, T, V)."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    index = np.maximum(targets, 0)[..., None]
    nats = -np.take_along_axis(log_probabilities, index, axis=-1)[..., 0]
    gradient = np.exp(log_probabilities)
    np.put_along_axis(gradient, index, np.take_along_axis(gradient, index, axis=-1) - 1, axis=-1)
    return float(np.sum(nats * weight, dtype=np.float64)), gradient * weight[..., None]
