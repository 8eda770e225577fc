"""Adam, and clipping of gradients by their global norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Adam", "clip_by_global_norm"]

Arrays = dict[str, NDArray[np.float32]]


def clip_by_global_norm(gradients: Arrays, largest: float) -> None:
    """Scale all gradients in place so that their common norm is `largest` at most; 0 leaves them as they are."""
    norm = float(np.sqrt(sum(float(np.vdot(gradient, gradient)) for gradient in gradients.values())))
    if 0 < largest < norm:
        for gradient in gradients.values():
            gradient *= np.float32(largest / norm)


class Adam:
    """Algorithm 1 of Kingma and Ba (2015): epsilon is added after the bias correction, as on every backend."""

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, weights: Arrays) -> None:
        self.weights = weights
        self.step = 0
        self.first = {name: np.zeros_like(weight) for name, weight in weights.items()}
        self.second = {name: np.zeros_like(weight) for name, weight in weights.items()}

    def update(self, gradients: Arrays, learning_rate: float) -> None:
        """Change the weights in place."""
        self.step += 1
        rate = np.float32(learning_rate / (1 - self.beta1**self.step))
        correction = np.float32(1 / np.sqrt(1 - self.beta2**self.step))
        for name, gradient in gradients.items():
            first, second = self.first[name], self.second[name]
            first += np.float32(1 - self.beta1) * (gradient - first)
            second += np.float32(1 - self.beta2) * (gradient * gradient - second)
            self.weights[name] -= rate * first / (np.sqrt(second) * correction + np.float32(self.epsilon))

    def state(self) -> dict[str, NDArray[Any]]:
        """What a run that was interrupted needs to go on: a copy, under the names that every backend uses."""
        state: dict[str, NDArray[Any]] = {"adam.step": np.array(self.step, np.int64)}
        state |= {f"adam.m.{name}": moment.copy() for name, moment in self.first.items()}
        state |= {f"adam.v.{name}": moment.copy() for name, moment in self.second.items()}
        return state

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave."""
        self.step = int(state["adam.step"])
        for name in self.weights:
            self.first[name][...] = state[f"adam.m.{name}"]
            self.second[name][...] = state[f"adam.v.{name}"]
