"""Adam as published, and clipping of gradients by their global norm, on any engine of Keras."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras  # type: ignore[import-untyped]  # Keras ships no types
from keras import ops

__all__ = ["Adam"]


class Adam(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras gives its classes no types
    """Algorithm 1 of Kingma and Ba (2015), epsilon after the bias correction.

    Keras' own has epsilon before it, and computes 1 - 0.999^t from a rounded 0.999^t, which costs half of the
    digits in the first steps; `expm1` keeps them. `sums`, if there are several workers, sums gradients over them.
    """

    beta1 = 0.9
    beta2 = 0.999
    epsilon = 1e-8

    def __init__(self, largest_norm: float, sums: Callable[[Sequence[Any]], Sequence[Any]] | None = None) -> None:
        super().__init__(learning_rate=0.0)
        self.largest_norm = largest_norm
        self.sums = sums
        self.first_moments: list[keras.Variable] = []
        self.second_moments: list[keras.Variable] = []

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make the moments."""
        if not self.built:
            super().build(variables)
            self.first_moments = self.add_optimizer_variables(variables, "m")
            self.second_moments = self.add_optimizer_variables(variables, "v")

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Clip the gradients, summed: times `largest_norm / max(norm, largest_norm)` (Pascanu et al. 2013)."""
        if self.sums:
            grads = self.sums(grads)
        if self.largest_norm > 0:
            norm = ops.sqrt(sum(ops.sum(ops.square(gradient)) for gradient in grads))
            factor = self.largest_norm / ops.maximum(norm, self.largest_norm)
            grads = [gradient * factor for gradient in grads]
        super().apply(grads, trainable_variables)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable."""
        index = self._get_variable_index(variable)
        first, second = self.first_moments[index], self.second_moments[index]
        step = ops.cast(self.iterations + 1, variable.dtype)
        first_correction = -ops.expm1(step * math.log(self.beta1))
        second_correction = -ops.expm1(step * math.log(self.beta2))
        self.assign_add(first, (gradient - first) * (1 - self.beta1))
        self.assign_add(second, (ops.square(gradient) - second) * (1 - self.beta2))
        root = ops.sqrt(second) * ops.rsqrt(second_correction) + self.epsilon
        self.assign_sub(variable, first * (learning_rate / first_correction) / root)
