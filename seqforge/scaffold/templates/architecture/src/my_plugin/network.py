"""The network, forward and back: the part to put your own in the place of.

    hidden[t] = tanh(token.weight[token t] + context.0.weight[context t, 0] + ... + hidden[t - 1] x recurrent + bias)
    logits[t] = hidden[t] x output.kernel + output.bias

Shapes: B sequences, T steps, V symbols, H hidden units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from seqforge import ModelSpec, State

__all__ = ["Network"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Arrays = dict[str, Floats]


@dataclass(frozen=True)
class _Trace:
    """What `backward` needs: tokens and context, one-hot, and the hidden units (B, T + 1, H), the start in front."""

    tables: dict[str, Floats]
    hiddens: Floats


class Network:
    """See the top of this module."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.state_sizes = {"hidden": int(spec.options["hidden"])}

    def forward(self, weights: Arrays, inputs: Ints, context: Ints, state: State) -> tuple[Floats, Arrays, _Trace]:
        """Logits (B, T, V), the state after the last step, and the trace."""
        tables = {"token.weight": _one_hot(inputs, self.spec.vocabulary_size)}
        for n, field in enumerate(self.spec.context_fields):
            tables[f"context.{n}.weight"] = _one_hot(context[..., n], field.size)
        drive = weights["bias"] + sum(one_hot @ weights[name] for name, one_hot in tables.items())
        hiddens = [state["hidden"]]
        for t in range(inputs.shape[1]):
            hiddens.append(np.tanh(drive[:, t] + hiddens[-1] @ weights["recurrent"]))
        stacked = np.stack(hiddens, axis=1)
        logits = stacked[:, 1:] @ weights["output.kernel"] + weights["output.bias"]
        return logits, {"hidden": hiddens[-1].copy()}, _Trace(tables, stacked)

    def backward(self, weights: Arrays, trace: _Trace, grad_logits: Floats) -> Arrays:
        """The gradient of each weight, from that of the logits (B, T, V)."""
        hiddens = trace.hiddens
        grad_outputs = grad_logits @ weights["output.kernel"].T
        grad_drive = np.empty_like(grad_outputs)
        grad_hidden = np.zeros_like(grad_outputs[:, 0])
        for t in reversed(range(grad_outputs.shape[1])):
            grad_hidden = grad_hidden + grad_outputs[:, t]
            grad_drive[:, t] = grad_hidden * (1 - hiddens[:, t + 1] ** 2)
            grad_hidden = grad_drive[:, t] @ weights["recurrent"].T
        return {
            **{name: _product(one_hot, grad_drive) for name, one_hot in trace.tables.items()},
            "recurrent": _product(hiddens[:, :-1], grad_drive),
            "bias": grad_drive.sum(axis=(0, 1)),
            "output.kernel": _product(hiddens[:, 1:], grad_logits),
            "output.bias": grad_logits.sum(axis=(0, 1)),
        }


def _one_hot(values: Ints, size: int) -> Floats:
    """(..., size); NONE, the token before the first, gives zeros."""
    return np.equal(values[..., None], np.arange(size)).astype(np.float32)


def _product(left: Floats, right: Floats) -> Floats:
    """(I, J) for (B, T, I) and (B, T, J): the sum over all steps."""
    product: Floats = left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
    return product
