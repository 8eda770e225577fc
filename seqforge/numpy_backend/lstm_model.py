"""The LSTM as a trainable model in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.architectures.lstm import DropoutMasks, dropout_masks, output_views
from seqforge.interfaces import BackendOptions, Batch, ModelSpec, State
from seqforge.numpy_backend import lstm_layer
from seqforge.numpy_backend.adam import Adam, clip_by_global_norm
from seqforge.numpy_backend.lstm_stepper import LSTMStepper, StepTables, products_round_alike

__all__ = ["LSTMModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_quiet = np.errstate(over="ignore", invalid="ignore")  # when weights run away, the loss tells, and the loop looks at it


@dataclass(frozen=True)
class _Pass:
    """A forward pass, time first: each layer's input, trace and output (dropout applied), and the end state."""

    inputs: list[Floats]
    traces: list[lstm_layer.LayerTrace]
    output: Floats
    state: dict[str, Floats]


class LSTMModel:
    """Forward, backward and Adam for the canonical LSTM; see `seqforge.architectures.lstm` for the weights."""

    def __init__(self, spec: ModelSpec, weights: Mapping[str, Floats], options: BackendOptions) -> None:
        self.spec = spec
        self.layers = int(spec.options["layers"])
        self.hidden = int(spec.options["hidden"])
        self.clip_norm = options.clip_norm
        self._weights = {name: np.array(weight, np.float32, order="C") for name, weight in weights.items()}
        self._adam = Adam(self._weights)
        self._views = output_views(spec)
        self._tables: StepTables | None = None

    @_quiet
    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """See `seqforge.Model.train_step`."""
        masks = dropout_masks(self.spec, len(batch.inputs), seed, batch.share)
        start = state if state is not None else self.initial_state(len(batch.inputs))
        result = self._run(batch.inputs, batch.context, start, masks)
        logits = self._logits(result.output, batch.context)
        loss, grad_logits = _cross_entropy(logits, batch.targets.T, batch.weight.T)
        gradients = self._gradients(batch, result, grad_logits, masks)
        clip_by_global_norm(gradients, self.clip_norm)
        self._adam.update(gradients, learning_rate)
        self._tables = None
        return loss, result.state

    @_quiet
    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """See `seqforge.Model.forward`."""
        result = self._run(inputs, context, state, None)
        return np.ascontiguousarray(self._logits(result.output, context).swapaxes(0, 1)), result.state

    def initial_state(self, batch_size: int) -> State:
        """See `seqforge.Model.initial_state`."""
        names = [f"lstm.{layer}.{part}" for layer in range(self.layers) for part in ("hidden", "cell")]
        return {name: np.zeros((batch_size, self.hidden), np.float32) for name in names}

    def stepper(self, rows: int) -> LSTMStepper | None:
        """For generation; none where this machine's products round a row in another way for more or fewer rows."""
        if self._tables is None:
            self._tables = StepTables(self.spec, self._weights)
        alike = all(products_round_alike(*shape) for shape in self._tables.products)
        return LSTMStepper(self._tables, rows) if alike else None

    def weights(self) -> dict[str, Floats]:
        """See `seqforge.Model.weights`."""
        return {name: weight.copy() for name, weight in self._weights.items()}

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """See `seqforge.Model.load_weights`."""
        for name, weight in self._weights.items():
            weight[...] = weights[name]
        self._tables = None

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """See `seqforge.Model.optimizer_state`."""
        return self._adam.state()

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See `seqforge.Model.load_optimizer_state`."""
        self._adam.load_state(state)

    def _run(self, inputs: Ints, context: Ints, state: State, masks: DropoutMasks | None) -> _Pass:
        layer_inputs, traces = [], []
        end: dict[str, Floats] = {}
        output = self._first_input(inputs.T, context.swapaxes(0, 1))
        if masks is not None and masks.inputs is not None:
            output = output * masks.inputs.swapaxes(0, 1)
        for layer in range(self.layers):
            layer_inputs.append(output)
            trace = lstm_layer.forward(
                output @ self._weights[f"lstm.{layer}.kernel"] + self._weights[f"lstm.{layer}.bias"],
                self._recurrent(layer, masks),
                state[f"lstm.{layer}.hidden"],
                state[f"lstm.{layer}.cell"],
            )
            traces.append(trace)
            end[f"lstm.{layer}.hidden"] = trace.hiddens[-1].copy()
            end[f"lstm.{layer}.cell"] = trace.cells[-1].copy()
            output = trace.hiddens[1:]
            if masks is not None and masks.outputs:
                output = output * masks.outputs[layer].swapaxes(0, 1)
        return _Pass(inputs=layer_inputs, traces=traces, output=output, state=end)

    def _recurrent(self, layer: int, masks: DropoutMasks | None) -> Floats:
        """A layer's recurrent kernel (H, 4 H), with what is dropped at 0."""
        recurrent = self._weights[f"lstm.{layer}.recurrent"]
        return recurrent * masks.recurrent[layer] if masks is not None and masks.recurrent else recurrent

    def _first_input(self, tokens: Ints, context: Ints) -> Floats:
        """The token, embedded or one-hot, then the embedding of each context field: (T, B, I); NONE gives zeros."""
        if self.spec.options["embedding"]:
            known = (tokens >= 0)[..., None]
            parts = [np.where(known, self._weights["embedding.weight"][np.maximum(tokens, 0)], np.float32(0))]
        else:
            parts = [(tokens[..., None] == np.arange(self.spec.vocabulary_size)).astype(np.float32)]
        for index in range(len(self.spec.context_fields)):
            parts.append(self._weights[f"context.{index}.weight"][context[..., index]])
        return np.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]

    def _logits(self, output: Floats, context: Ints) -> Floats:
        """(T, B, V) for the output (T, B, H) and the context (B, T, F)."""
        logits: Floats = output @ self._weights["output.kernel"] + self._weights["output.bias"]
        for index, (field, classes) in enumerate(self._views):
            relative = output @ self._weights[f"view.{index}.kernel"]
            logits += np.take_along_axis(relative, classes[context[..., field].T], axis=-1)
        return logits

    def _gradients(
        self, batch: Batch, result: _Pass, grad_logits: Floats, masks: DropoutMasks | None
    ) -> dict[str, Floats]:
        gradients: dict[str, Floats] = {}
        flat = grad_logits.reshape(-1, grad_logits.shape[-1])
        gradients["output.kernel"] = result.output.reshape(-1, self.hidden).T @ flat
        gradients["output.bias"] = flat.sum(axis=0)
        grad_output = grad_logits @ self._weights["output.kernel"].T
        for index, (field, classes) in enumerate(self._views):
            kernel = self._weights[f"view.{index}.kernel"]
            grad_relative = _sum_by_class(flat, classes, batch.context[..., field].T.reshape(-1), kernel.shape[1])
            gradients[f"view.{index}.kernel"] = result.output.reshape(-1, self.hidden).T @ grad_relative
            grad_output += (grad_relative @ kernel.T).reshape(grad_output.shape)
        for layer in range(self.layers - 1, -1, -1):
            if masks is not None and masks.outputs:
                grad_output = grad_output * masks.outputs[layer].swapaxes(0, 1)
            trace, layer_input = result.traces[layer], result.inputs[layer]
            grad_drive = lstm_layer.backward(trace, self._recurrent(layer, masks), grad_output)
            rows = grad_drive.reshape(-1, 4 * self.hidden)
            gradients[f"lstm.{layer}.kernel"] = layer_input.reshape(len(rows), -1).T @ rows
            gradients[f"lstm.{layer}.recurrent"] = trace.hiddens[:-1].reshape(-1, self.hidden).T @ rows
            if masks is not None and masks.recurrent:
                gradients[f"lstm.{layer}.recurrent"] *= masks.recurrent[layer]
            gradients[f"lstm.{layer}.bias"] = rows.sum(axis=0)
            grad_output = grad_drive @ self._weights[f"lstm.{layer}.kernel"].T
        if masks is not None and masks.inputs is not None:
            grad_output = grad_output * masks.inputs.swapaxes(0, 1)
        return gradients | self._embedding_gradients(batch, grad_output)

    def _embedding_gradients(self, batch: Batch, grad_input: Floats) -> dict[str, Floats]:
        """From the gradient of the first layer's input, (T, B, I)."""
        gradients: dict[str, Floats] = {}
        rows = grad_input.reshape(-1, grad_input.shape[-1])
        start = int(self.spec.options["embedding"]) or self.spec.vocabulary_size
        if self.spec.options["embedding"]:
            tokens = batch.inputs.T.reshape(-1)
            gradients["embedding.weight"] = _sum_by_value(tokens, rows[:, :start], self.spec.vocabulary_size)
        for index, field in enumerate(self.spec.context_fields):
            stop = start + self._weights[f"context.{index}.weight"].shape[1]
            values = batch.context[..., index].T.reshape(-1)
            gradients[f"context.{index}.weight"] = _sum_by_value(values, rows[:, start:stop], field.size)
            start = stop
        return gradients


def _sum_by_value(values: Ints, rows: Floats, size: int) -> Floats:
    """Row v of the result (size, ...) is the sum of the rows whose value is v; NONE counts nowhere."""
    table = np.zeros((size, rows.shape[1]), np.float32)
    order = np.argsort(values, kind="stable")
    found, starts = np.unique(values[order], return_index=True)
    sums = np.add.reduceat(rows[order], starts, axis=0)
    known = found >= 0
    table[found[known]] = sums[known]
    return table


def _sum_by_class(gradients: Floats, classes: Ints, values: Ints, size: int) -> Floats:
    """The gradients of the logits (N, V), summed over symbols of the same class where the field has `values` (N,)."""
    summed = np.empty((len(gradients), size), np.float32)
    for value in np.unique(values):
        rows = values == value
        members = np.zeros((classes.shape[1], size), np.float32)
        members[np.arange(classes.shape[1]), classes[value]] = 1
        summed[rows] = gradients[rows] @ members
    return summed


def _cross_entropy(logits: Floats, targets: Ints, weight: Floats) -> tuple[float, Floats]:
    """The sum of weight x nats, and its gradient with respect to the logits (in place of them)."""
    logits -= logits.max(axis=-1, keepdims=True)
    index = np.maximum(targets, 0)[..., None]
    chosen = np.take_along_axis(logits, index, axis=-1)[..., 0].astype(np.float64)
    np.exp(logits, out=logits)
    total = logits.sum(axis=-1, keepdims=True)
    nats = np.log(total[..., 0].astype(np.float64)) - chosen
    loss = float(np.sum(nats * weight))
    logits /= total
    np.put_along_axis(logits, index, np.take_along_axis(logits, index, axis=-1) - 1, axis=-1)
    logits *= weight[..., None]
    return loss, logits
