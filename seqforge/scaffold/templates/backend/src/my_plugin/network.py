"""The LSTM, forward and back: the part to put your engine in the place of.

With an engine that differentiates, `forward` is all that you write; `backward` and the trace go.

Shapes: B sequences, T steps, V symbols, H hidden units. The weights have the names and shapes of `seqforge.LSTM`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from seqforge import ModelSpec, State, output_views

__all__ = ["Network"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Arrays = dict[str, Floats]


@dataclass(frozen=True)
class _Trace:
    """What `backward` needs: one-hot tokens and context, each layer's input and steps, the output (B, T, H)."""

    tokens: Floats
    fields: list[Floats]
    inputs: list[Floats]
    layers: list[list[tuple[Floats, ...]]]
    output: Floats
    classes: list[Ints]


class Network:
    """Token and context, embedded; layers of LSTM; logits, summed over the names that the codec has for a symbol."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.layers = int(spec.options["layers"])
        self.hidden = int(spec.options["hidden"])
        self.views = output_views(spec)  # what symbols are relative to the context, such as intervals
        names = [f"lstm.{layer}.{part}" for layer in range(self.layers) for part in ("hidden", "cell")]
        self.state_sizes = dict.fromkeys(names, self.hidden)

    def forward(self, weights: Arrays, inputs: Ints, context: Ints, state: State) -> tuple[Floats, Arrays, _Trace]:
        """Logits (B, T, V), the state after the last step, and the trace."""
        tokens = _one_hot(inputs, self.spec.vocabulary_size)
        fields = [_one_hot(context[..., n], field.size) for n, field in enumerate(self.spec.context_fields)]
        embedded = tokens @ weights["embedding.weight"] if "embedding.weight" in weights else tokens
        known = [one_hot @ weights[f"context.{n}.weight"] for n, one_hot in enumerate(fields)]
        output = np.concatenate([embedded, *known], axis=-1)
        layer_inputs, layers, end = [], [], {}
        for layer in range(self.layers):
            name = f"lstm.{layer}"
            layer_inputs.append(output)
            drive = output @ weights[f"{name}.kernel"] + weights[f"{name}.bias"]
            start = (state[f"{name}.hidden"], state[f"{name}.cell"])
            output, steps = _run_layer(drive, weights[f"{name}.recurrent"], *start)
            layers.append(steps)
            end[f"{name}.hidden"], end[f"{name}.cell"] = output[:, -1].copy(), steps[-1][-1].copy()
        logits = output @ weights["output.kernel"] + weights["output.bias"]
        classes = [table[context[..., field]] for field, table in self.views]
        for n, which in enumerate(classes):
            logits += np.take_along_axis(output @ weights[f"view.{n}.kernel"], which, axis=-1)
        return logits, end, _Trace(tokens, fields, layer_inputs, layers, output, classes)

    def backward(self, weights: Arrays, trace: _Trace, grad_logits: Floats) -> Arrays:
        """The gradient of each weight, from that of the logits (B, T, V)."""
        gradients = {
            "output.kernel": _product(trace.output, grad_logits),
            "output.bias": grad_logits.sum(axis=(0, 1)),
        }
        grad_output = grad_logits @ weights["output.kernel"].T
        for n, which in enumerate(trace.classes):
            kernel = weights[f"view.{n}.kernel"]
            grad_classes = _sum_by_class(grad_logits, which, kernel.shape[1])
            gradients[f"view.{n}.kernel"] = _product(trace.output, grad_classes)
            grad_output += grad_classes @ kernel.T
        for layer in reversed(range(self.layers)):
            name, steps = f"lstm.{layer}", trace.layers[layer]
            grad_drive = _run_layer_back(steps, weights[f"{name}.recurrent"], grad_output)
            before = np.stack([hidden for hidden, *_ in steps], axis=1)
            gradients[f"{name}.kernel"] = _product(trace.inputs[layer], grad_drive)
            gradients[f"{name}.recurrent"] = _product(before, grad_drive)
            gradients[f"{name}.bias"] = grad_drive.sum(axis=(0, 1))
            grad_output = grad_drive @ weights[f"{name}.kernel"].T
        return gradients | self._embedding_gradients(weights, trace, grad_output)

    def _embedding_gradients(self, weights: Arrays, trace: _Trace, grad_input: Floats) -> Arrays:
        tables = [(f"context.{n}.weight", field) for n, field in enumerate(trace.fields)]
        if "embedding.weight" in weights:
            tables.insert(0, ("embedding.weight", trace.tokens))
            grad_tokens = grad_input
        else:
            grad_tokens = grad_input[..., self.spec.vocabulary_size :]
        gradients, start = {}, 0
        for name, one_hot in tables:
            size = weights[name].shape[1]
            gradients[name] = _product(one_hot, grad_tokens[..., start : start + size])
            start += size
        return gradients


def _run_layer(drive: Floats, recurrent: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, list[Any]]:
    """Hidden units (B, T, H) for the drive (B, T, 4 H), gates input, forget, cell, output; and each step's arrays."""
    outputs, steps = [], []
    for t in range(drive.shape[1]):
        before = (hidden, cell)
        gates = drive[:, t] + hidden @ recurrent
        i, f, g, o = np.split(gates, 4, axis=-1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
        cell = f * cell + i * g
        hidden = o * np.tanh(cell)
        outputs.append(hidden)
        steps.append((*before, i, f, g, o, cell))
    return np.stack(outputs, axis=1), steps


def _run_layer_back(steps: list[Any], recurrent: Floats, grad_output: Floats) -> Floats:
    """The gradient of the drive (B, T, 4 H), from that of the hidden units (B, T, H)."""
    grad_hidden = grad_cell = np.zeros_like(grad_output[:, 0])
    grad_drive = []
    for t in reversed(range(len(steps))):
        _, cell_before, i, f, g, o, cell = steps[t]
        squashed = np.tanh(cell)
        grad_hidden = grad_hidden + grad_output[:, t]
        grad_cell = grad_cell + grad_hidden * o * (1 - squashed * squashed)
        grad_gates = (
            grad_cell * g * i * (1 - i),
            grad_cell * cell_before * f * (1 - f),
            grad_cell * i * (1 - g * g),
            grad_hidden * squashed * o * (1 - o),
        )
        grad_drive.append(np.concatenate(grad_gates, axis=-1))
        grad_hidden = grad_drive[-1] @ recurrent.T
        grad_cell = grad_cell * f
    return np.stack(grad_drive[::-1], axis=1)


def _sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    squashed: Floats = np.tanh(values * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    return squashed


def _one_hot(values: Ints, size: int) -> Floats:
    """(..., size); NONE, the token before the first, gives zeros."""
    return np.equal(values[..., None], np.arange(size)).astype(np.float32)


def _product(left: Floats, right: Floats) -> Floats:
    """(I, J) for (B, T, I) and (B, T, J): the sum over all steps."""
    product: Floats = left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
    return product


def _sum_by_class(gradient: Floats, classes: Ints, size: int) -> Floats:
    """(B, T, size): the gradients of the logits (B, T, V), added up where symbols are of the same class."""
    batch, steps, _ = gradient.shape
    rows = np.arange(batch * steps).reshape(batch, steps, 1) * size
    sums = np.bincount((rows + classes).ravel(), gradient.ravel(), minlength=batch * steps * size)
    return sums.reshape(batch, steps, size).astype(np.float32)
