"""The forward step of the canonical LSTM as a graph of ONNX; `seqforge.architectures.lstm` lists the weights.

Only operators of opset 14 (2021), so that old and small runtimes understand it. ONNX's LSTM differs from ours in the
order of the gates (input, output, forget, cell), in transposed kernels, in a second bias, which stays zero, and in that
time comes first: batch first, which opset 14 has too, is what many runtimes lack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from seqforge.architectures.lstm import output_views
from seqforge.interfaces import ModelSpec

__all__ = ["OPSET", "STATE_PREFIX", "lstm_graph"]

OPSET = 14
STATE_PREFIX = "next."
"""In front of the names of the states that come out, since ONNX has each name once: `next.lstm.0.hidden`."""

_BATCH, _STEPS = "batch", "steps"
_PARTS = ("hidden", "cell")

Floats = NDArray[np.float32]


class _Graph:
    """Nodes and constants, in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant, and give its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> str:
        """Add a node, named after its first output, and give that name."""
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], **attributes))
        return outputs[0]


def lstm_graph(spec: ModelSpec, weights: Mapping[str, Floats]) -> GraphProto:
    """The graph: tokens, context (if there are fields) and states in, logits and states out."""
    graph = _Graph()
    graph.constant("axis.0", np.array([0], np.int64))
    graph.constant("axis.1", np.array([1], np.int64))
    fields = _context_fields(graph, spec)
    first = _first_input(graph, spec, weights, fields)
    output = graph.node("Transpose", [first], "lstm.input", perm=[1, 0, 2])  # (T, B, I)
    for layer in range(int(spec.options["layers"])):
        output = _layer(graph, layer, weights, output)
    output = graph.node("Transpose", [output], "lstm.output", perm=[1, 0, 2])  # (B, T, H)
    _logits(graph, spec, weights, output, fields)
    return helper.make_graph(graph.nodes, spec.architecture, _inputs(spec), _outputs(spec), graph.constants)


def _inputs(spec: ModelSpec) -> list[ValueInfoProto]:
    values = [helper.make_tensor_value_info("tokens", TensorProto.INT64, [_BATCH, _STEPS])]
    if fields := len(spec.context_fields):
        values.append(helper.make_tensor_value_info("context", TensorProto.INT64, [_BATCH, _STEPS, fields]))
    return [*values, *_states(spec, "")]


def _outputs(spec: ModelSpec) -> list[ValueInfoProto]:
    shape: list[str | int] = [_BATCH, _STEPS, spec.vocabulary_size]
    return [helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape), *_states(spec, STATE_PREFIX)]


def _states(spec: ModelSpec, prefix: str) -> list[ValueInfoProto]:
    shape: list[str | int] = [_BATCH, int(spec.options["hidden"])]
    names = [f"{prefix}lstm.{layer}.{part}" for layer in range(int(spec.options["layers"])) for part in _PARTS]
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in names]


def _context_fields(graph: _Graph, spec: ModelSpec) -> list[str]:
    """The values of each context field, (B, T)."""
    names = []
    for number in range(len(spec.context_fields)):
        place = graph.constant(f"context.{number}.place", np.array(number, np.int64))
        names.append(graph.node("Gather", ["context", place], f"context.{number}", axis=2))
    return names


def _first_input(graph: _Graph, spec: ModelSpec, weights: Mapping[str, Floats], fields: list[str]) -> str:
    """The input of layer 0, (B, T, I)."""
    parts = [_embedded(graph, weights) if spec.options["embedding"] else _one_hot(graph, spec.vocabulary_size)]
    for number, values in enumerate(fields):
        table = graph.constant(f"context.{number}.weight", weights[f"context.{number}.weight"])
        parts.append(graph.node("Gather", [table, values], f"context.{number}.embedded", axis=0))
    return graph.node("Concat", parts, "input", axis=2)


def _embedded(graph: _Graph, weights: Mapping[str, Floats]) -> str:
    """Rows of the embedding. ONNX counts -1 from the end: NONE finds a row of zeros put there."""
    table = graph.constant("embedding.weight", np.pad(weights["embedding.weight"], [(0, 1), (0, 0)]))
    return graph.node("Gather", [table, "tokens"], "tokens.embedded", axis=0)


def _one_hot(graph: _Graph, vocabulary_size: int) -> str:
    """1 where a symbol is the token. Not the operator OneHot, to which -1 would be the last symbol."""
    last = graph.constant("axis.2", np.array([2], np.int64))
    symbols = graph.constant("symbols", np.arange(vocabulary_size, dtype=np.int64))
    tokens = graph.node("Unsqueeze", ["tokens", last], "tokens.column")
    found = graph.node("Equal", [tokens, symbols], "tokens.found")
    return graph.node("Cast", [found], "tokens.one_hot", to=TensorProto.FLOAT)


def _layer(graph: _Graph, layer: int, weights: Mapping[str, Floats], layer_input: str) -> str:
    """One LSTM layer: its output (T, B, H). Constants have an axis of directions in front, of which there is one."""
    name = f"lstm.{layer}"
    kernel = graph.constant(f"{name}.kernel", _reordered(weights[f"{name}.kernel"]).T[None])
    recurrent = graph.constant(f"{name}.recurrent", _reordered(weights[f"{name}.recurrent"]).T[None])
    bias = _reordered(weights[f"{name}.bias"])
    biases = graph.constant(f"{name}.bias", np.concatenate([bias, np.zeros_like(bias)])[None])
    start = [graph.node("Unsqueeze", [f"{name}.{part}", "axis.0"], f"{name}.{part}.start") for part in _PARTS]
    end = [f"{name}.{part}.end" for part in _PARTS]
    every_length_is_steps = ""
    inputs = [layer_input, kernel, recurrent, biases, every_length_is_steps, *start]
    output = graph.node("LSTM", inputs, f"{name}.directions", *end, hidden_size=len(bias) // 4)
    for part, value in zip(_PARTS, end, strict=True):
        graph.node("Squeeze", [value, "axis.0"], f"{STATE_PREFIX}{name}.{part}")
    return graph.node("Squeeze", [output, "axis.1"], f"{name}.output")


def _reordered(weight: Floats) -> Floats:
    """The gates along the last axis in ONNX's order."""
    input_gate, forget_gate, cell_gate, output_gate = np.split(weight, 4, axis=-1)
    return np.concatenate([input_gate, output_gate, forget_gate, cell_gate], axis=-1)


def _logits(graph: _Graph, spec: ModelSpec, weights: Mapping[str, Floats], output: str, fields: list[str]) -> None:
    """`logits` (B, T, V): the output layer's, and for each view the score of the class that a symbol has there."""
    kernel = graph.constant("output.kernel", weights["output.kernel"])
    product = graph.node("MatMul", [output, kernel], "output.product")
    terms = [product, graph.constant("output.bias", weights["output.bias"])]
    for number, (field, classes) in enumerate(output_views(spec)):
        name = f"view.{number}"
        scores = graph.node("MatMul", [output, graph.constant(f"{name}.kernel", weights[f"{name}.kernel"])], name)
        found = graph.node("Gather", [graph.constant(f"{name}.classes", classes), fields[field]], f"{name}.found")
        terms.append(graph.node("GatherElements", [scores, found], f"{name}.logits", axis=2))
    graph.node("Sum", terms, "logits")
