"""The LSTM one token at a time, for generation: tables folded, buffers reused.

The embeddings of token and context, the first layer's kernel and its bias become one table with a row for each value:
the first layer's input is then a sum of rows. Gates lie in the order input, forget, output, cell, the first three
scaled by 1/2, which is exact: sigmoid(x) = tanh(x / 2) / 2 + 1 / 2, so one call of tanh serves all four. Matrices are
filled up with zeros to a multiple of 16 columns, a register of numbers: libraries round those behind the last whole
one in other ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqforge.architectures.lstm import context_embedding_size, output_views
from seqforge.interfaces import ModelSpec

__all__ = ["LSTMStepper", "StepTables", "products_round_alike"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
_REGISTER = 16
_GATHERED = 16  # rows of the first layer's input that are summed at once: they stay in the cache
Places = NDArray[np.intp]


def _filled_up(size: int, multiple: int) -> int:
    return size + -size % multiple


@lru_cache(maxsize=64)
def products_round_alike(inner: int, outer: int) -> bool:
    """Whether a row of (rows, inner) x (inner, outer) gets the same bits for every number of rows from 2 on.

    Libraries of linear algebra go through their sums in one order for all of these shapes, or they do not; one row
    alone is another routine in most of them.
    """
    drawn = np.random.default_rng(0)
    left = drawn.standard_normal((96, inner), np.float32)
    right = drawn.standard_normal((inner, outer), np.float32)
    whole = left @ right
    return all(np.array_equal(left[-rows:] @ right, whole[-rows:]) for rows in (2, 3, 5, 8, 16, 33, 64))


class StepTables:
    """The weights of a model, folded for steps."""

    def __init__(self, spec: ModelSpec, weights: Mapping[str, Floats]) -> None:
        self.hidden = _filled_up(int(spec.options["hidden"]), _REGISTER // 4)  # further units, which stay at 0
        self.layers = int(spec.options["layers"])
        self.vocabulary_size = spec.vocabulary_size
        self._fold_inputs(spec, weights)
        self.kernels = [self._kernel(weights, layer) for layer in range(self.layers)]
        self.biases = [self._gates(weights[f"lstm.{layer}.bias"]) for layer in range(self.layers)]
        self._join_outputs(spec, weights)

    @property
    def products(self) -> list[tuple[int, int]]:
        """(inner, outer) of each product of matrices in a step."""
        return [kernel.shape for kernel in (*self.kernels, self.output)]

    def _fold_inputs(self, spec: ModelSpec, weights: Mapping[str, Floats]) -> None:
        """`inputs` (sum of the sizes of the fields + 1 + V, 4 H), NONE before the tokens; `input_offsets` (F + 1,)."""
        kernel = self._gates(weights["lstm.0.kernel"])
        width = int(spec.options["embedding"]) or spec.vocabulary_size
        tokens = kernel[:width]
        if spec.options["embedding"]:
            tokens = weights["embedding.weight"] @ tokens
        bias = self._gates(weights["lstm.0.bias"])
        parts, offsets, place = [], [], 0
        for number, field in enumerate(spec.context_fields):
            size = context_embedding_size(field, int(spec.options["context_embedding"]))
            parts.append(weights[f"context.{number}.weight"] @ kernel[width : width + size])
            offsets.append(place)
            width, place = width + size, place + field.size
        self.inputs = np.concatenate([*parts, bias[None], tokens + bias])
        self.input_offsets = np.array([*offsets, place + 1], np.intp)

    def _kernel(self, weights: Mapping[str, Floats], layer: int) -> Floats:
        """(H, 4 H) for the first layer, (2 H, 4 H) for the others: input and own state are one row there."""
        names = ["kernel", "recurrent"] if layer else ["recurrent"]
        return np.concatenate([self._units(self._gates(weights[f"lstm.{layer}.{name}"])) for name in names])

    def _units(self, weight: Floats) -> Floats:
        """Fill up the rows, of which there is one a unit, to H."""
        return np.pad(weight, ((0, self.hidden - len(weight)), (0, 0)))

    def _gates(self, weight: Floats) -> Floats:
        """The last axis as input, forget, output, cell, each of H, the first three halved."""
        gates = np.reshape(weight, (*weight.shape[:-1], 4, -1))
        missing = self.hidden - gates.shape[-1]
        gates = np.pad(gates, [(0, 0)] * (gates.ndim - 1) + [(0, missing)])
        incoming, forget, cell, output = (gates[..., gate, :] for gate in range(4))
        half = np.float32(0.5)
        return np.concatenate([incoming * half, forget * half, output * half, cell], axis=-1)

    def _join_outputs(self, spec: ModelSpec, weights: Mapping[str, Floats]) -> None:
        """`output` (H, V + classes of all views); `classes` (sum of the views' field sizes, V): columns in it."""
        parts, classes, offsets, fields = [weights["output.kernel"]], [], [], []
        column, place = spec.vocabulary_size, 0
        for number, (field, view_classes) in enumerate(output_views(spec)):
            kernel = weights[f"view.{number}.kernel"]
            parts.append(kernel)
            classes.append(view_classes + column)
            offsets.append(place)
            fields.append(field)
            column, place = column + kernel.shape[1], place + len(view_classes)
        columns = np.zeros((len(parts[0]), _filled_up(column, _REGISTER) - column), np.float32)
        self.output = self._units(np.concatenate([*parts, columns], axis=1))
        self.output_bias = weights["output.bias"]
        self.view_fields = np.array(fields, np.intp)
        self.view_offsets = np.array(offsets, np.intp)
        self.classes: Places = np.concatenate(classes).astype(np.intp) if classes else np.empty((0, 0), np.intp)


class LSTMStepper:
    """See `seqforge.Stepper`; `step` returns a buffer that the next call overwrites."""

    def __init__(self, tables: StepTables, rows: int) -> None:
        self._tables = tables
        self._rows = rows
        padded = max(rows, 2)  # one row alone would round in another way
        hidden, layers = tables.hidden, tables.layers
        # the input of each layer's product: its own state, before it from the second layer on the state below
        self._states = [np.zeros((padded, kernel.shape[0]), np.float32) for kernel in tables.kernels]
        self._cells = [np.zeros((padded, hidden), np.float32) for _ in range(layers)]
        self._allocate(padded)

    def _allocate(self, padded: int) -> None:
        tables = self._tables
        hidden = tables.hidden
        self._places = np.broadcast_to(tables.input_offsets, (padded, len(tables.input_offsets))).copy()
        self._gathered = np.empty((min(padded, _GATHERED), self._places.shape[1], 4 * hidden), np.float32)
        self._gates = np.empty((padded, 4 * hidden), np.float32)
        self._product = np.empty((padded, 4 * hidden), np.float32)
        self._hidden = np.empty((padded, hidden), np.float32)
        self._outputs = np.empty((padded, tables.output.shape[1]), np.float32)
        self._row_starts = (np.arange(padded) * tables.output.shape[1])[:, None, None]
        self._view_rows = np.zeros((padded, len(tables.view_fields)), np.intp)
        self._columns = np.empty((*self._view_rows.shape, tables.vocabulary_size), np.intp)
        self._relative = np.empty(self._columns.shape, np.float32)

    def step(self, tokens: Ints, context: Ints) -> Floats:
        """See `seqforge.Stepper.step`."""
        self._first_input(tokens, context)
        for layer in range(self._tables.layers):
            self._step_layer(layer)
        return self._logits(context)[: self._rows]

    def _first_input(self, tokens: Ints, context: Ints) -> None:
        tables, rows = self._tables, self._rows
        places = self._places
        np.add(tokens, tables.input_offsets[-1], out=places[:rows, -1])
        # mode: the places are valid, and "raise" would copy the buffer
        if places.shape[1] == 1:
            np.take(tables.inputs, places[:, 0], axis=0, out=self._gates, mode="clip")
        else:
            np.add(context, tables.input_offsets[:-1], out=places[:rows, :-1])
            for start in range(0, len(places), _GATHERED):
                some = places[start : start + _GATHERED]
                gathered = np.take(tables.inputs, some, axis=0, out=self._gathered[: len(some)], mode="clip")
                np.add.reduce(gathered, axis=1, out=self._gates[start : start + _GATHERED])

    def _step_layer(self, layer: int) -> None:
        hidden, gates, cell = self._tables.hidden, self._gates, self._cells[layer]
        state = self._states[layer]
        np.matmul(state, self._tables.kernels[layer], out=self._product)
        if layer:
            np.add(self._product, self._tables.biases[layer], out=gates)
        else:
            gates += self._product
        np.tanh(gates, out=gates)
        sigmoids = gates[:, : 3 * hidden]
        sigmoids *= np.float32(0.5)
        sigmoids += np.float32(0.5)
        gates[:, :hidden] *= gates[:, 3 * hidden :]
        cell *= gates[:, hidden : 2 * hidden]
        cell += gates[:, :hidden]
        np.tanh(cell, out=self._hidden)
        self._hidden *= gates[:, 2 * hidden : 3 * hidden]
        state[:, -hidden:] = self._hidden
        if layer + 1 < self._tables.layers:
            self._states[layer + 1][:, :hidden] = self._hidden

    def _logits(self, context: Ints) -> Floats:
        tables, size = self._tables, self._tables.vocabulary_size
        outputs = np.matmul(self._hidden, tables.output, out=self._outputs)
        logits = outputs[:, :size]
        if len(tables.view_fields):
            np.add(context[:, tables.view_fields], tables.view_offsets, out=self._view_rows[: self._rows])
            columns = np.take(tables.classes, self._view_rows, axis=0, out=self._columns, mode="clip")
            columns += self._row_starts
            np.take(outputs, columns, out=self._relative, mode="clip")
            logits += np.add.reduce(self._relative, axis=1)
        logits += tables.output_bias
        return logits

    def select(self, rows: Ints) -> LSTMStepper:
        """See `seqforge.Stepper.select`."""
        chosen = LSTMStepper(self._tables, len(rows))
        for mine, others in zip((*chosen._states, *chosen._cells), (*self._states, *self._cells), strict=True):
            mine[: len(rows)] = others[rows]
        return chosen
