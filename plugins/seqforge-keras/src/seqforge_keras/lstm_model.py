"""The LSTM as a trainable model in Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops  # type: ignore[import-untyped]  # Keras ships no types
from numpy.typing import NDArray

from seqforge import BackendOptions, Batch, ModelSpec, State, dropout_masks
from seqforge_keras.network import Network
from seqforge_keras.workers import Workers

__all__ = ["LSTMModel", "SharedLSTMModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class LSTMModel:
    """seqforge's `Model` around a `Network`: names, states and arrays in and out."""

    def __init__(
        self,
        spec: ModelSpec,
        weights: Mapping[str, Floats],
        options: BackendOptions,
        workers: Workers | None = None,
    ) -> None:
        self.spec = spec
        self.hidden = int(spec.options["hidden"])
        layers = range(int(spec.options["layers"]))
        self.state_names = [f"lstm.{layer}.{part}" for layer in layers for part in ("hidden", "cell")]
        shapes = {name: weight.shape for name, weight in weights.items()}
        self.network = Network(spec, shapes, options.clip_norm, workers)
        self.load_weights(weights)

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """See `seqforge.Model.train_step`."""
        start = state if state is not None else self.initial_state(len(batch.inputs))
        inputs = self._arrays(batch.inputs, batch.context, start)
        masks = dropout_masks(self.spec, len(batch.inputs), seed, batch.share)
        if masks.inputs is not None:
            inputs["input_mask"] = masks.inputs
        if masks.outputs:
            inputs["output_masks"] = np.stack(masks.outputs)
        if masks.recurrent:
            inputs["recurrent_masks"] = np.stack(masks.recurrent)
        self.network.optimizer.learning_rate.assign(learning_rate)
        results = self.network.train_on_batch(inputs, batch.targets, sample_weight=batch.weight, return_dict=True)
        return float(results["loss"]), self._named(results["state"])

    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """See `seqforge.Model.forward`."""
        results = self.network.predict_on_batch(self._arrays(inputs, context, state))
        return ops.convert_to_numpy(results["logits"]), self._named(results["state"])

    def initial_state(self, batch_size: int) -> State:
        """See `seqforge.Model.initial_state`."""
        return {name: np.zeros((batch_size, self.hidden), np.float32) for name in self.state_names}

    def weights(self) -> dict[str, Floats]:
        """See `seqforge.Model.weights`."""
        return {name: _array(variable) for name, variable in self.network.by_name.items()}

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """See `seqforge.Model.load_weights`."""
        for name, variable in self.network.by_name.items():
            variable.assign(np.array(weights[name], np.float32))

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """See `seqforge.Model.optimizer_state`."""
        step = int(_array(self.network.optimizer.iterations))
        state: dict[str, NDArray[Any]] = {"adam.step": np.array(step, np.int64)}
        return state | {name: _array(moment) for name, moment in self._moments().items()}

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See `seqforge.Model.load_optimizer_state`."""
        self.network.optimizer.iterations.assign(int(state["adam.step"]))
        for name, moment in self._moments().items():
            moment.assign(np.array(state[name], np.float32))

    def _moments(self) -> dict[str, Any]:
        """The optimizer's variables, in the order of the trainable variables, by their canonical names."""
        optimizer = self.network.optimizer
        order = {id(variable): index for index, variable in enumerate(self.network.trainable_variables)}
        moments = {}
        for name, variable in self.network.by_name.items():
            moments[f"adam.m.{name}"] = optimizer.first_moments[order[id(variable)]]
            moments[f"adam.v.{name}"] = optimizer.second_moments[order[id(variable)]]
        return moments

    def _arrays(self, tokens: Ints, context: Ints, state: State) -> dict[str, Any]:
        stacked = np.stack([state[name] for name in self.state_names])
        return {"tokens": tokens, "context": context, "state": stacked}

    def _named(self, stacked: Any) -> dict[str, Floats]:
        return dict(zip(self.state_names, ops.convert_to_numpy(stacked), strict=True))


class SharedLSTMModel(LSTMModel):
    """The LSTM as one of several workers trains it."""

    def __init__(
        self, spec: ModelSpec, weights: Mapping[str, Floats], options: BackendOptions, workers: Workers
    ) -> None:
        super().__init__(spec, weights, options, workers)
        self.total = workers.total


def _array(variable: Any) -> NDArray[Any]:
    """A copy of a variable's value."""
    return np.array(ops.convert_to_numpy(ops.stop_gradient(variable.value)))
