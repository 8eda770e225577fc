"""The LSTM as a Keras model, for any of its engines."""

from __future__ import annotations

from typing import Any

import keras  # type: ignore[import-untyped]  # Keras ships no types
from keras import ops

from seqforge import ModelSpec, output_views
from seqforge_keras.adam import Adam
from seqforge_keras.workers import Workers

__all__ = ["Network"]


class Network(keras.Model):  # type: ignore[misc]  # Keras gives its classes no types
    """The canonical LSTM; `by_name` maps canonical names to its variables, whose shapes are canonical too.

    Called with `tokens` (B, T), `context` (B, T, F), `state` (2 x layers, B, H) - hidden and cell of layer 0, of
    layer 1, ... - and, with dropout, `input_mask` (B, 1, I), `output_masks` (layers, B, 1, H) and `recurrent_masks`
    (layers, H, 4 H). Gives `logits` (B, T, V) and the end `state`.
    """

    def __init__(
        self, spec: ModelSpec, shapes: dict[str, tuple[int, ...]], largest_norm: float, workers: Workers | None = None
    ) -> None:
        super().__init__()
        self.workers = workers
        self.vocabulary_size = spec.vocabulary_size
        self.fields = len(spec.context_fields)
        self.views = output_views(spec)
        layers, hidden = int(spec.options["layers"]), int(spec.options["hidden"])
        self.lstm_layers = [
            keras.layers.RNN(_Cell(hidden), return_sequences=True, return_state=True) for _ in range(layers)
        ]
        self.by_name = {}
        for name, shape in shapes.items():
            if not name.startswith("lstm."):
                self.by_name[name] = self.add_weight(shape=shape, name=name.replace(".", "_"))
        for index, layer in enumerate(self.lstm_layers):
            layer.build((None, None, shapes[f"lstm.{index}.kernel"][0]))
            parts = {"kernel": "kernel", "recurrent": "recurrent_kernel", "bias": "bias"}
            for part, attribute in parts.items():
                self.by_name[f"lstm.{index}.{part}"] = getattr(layer.cell, attribute)
        self.built = True
        # XLA is twice as slow as TensorFlow's graph and compiles anew for each shape; JAX has nothing else
        optimizer = Adam(largest_norm, workers.sums if workers else None)
        self.compile(optimizer=optimizer, jit_compile=keras.config.backend() == "jax")
        self.optimizer.build(self.trainable_variables)

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """See the class."""
        output = self._layer_input(inputs["tokens"], inputs["context"])
        if "input_mask" in inputs:
            output = output * inputs["input_mask"]
        state = inputs["state"]
        ends = []
        for index, layer in enumerate(self.lstm_layers):
            layer.cell.mask = inputs["recurrent_masks"][index] if "recurrent_masks" in inputs else None
            output, *end = layer(output, initial_state=[state[2 * index], state[2 * index + 1]])
            layer.cell.mask = None
            ends += end
            if "output_masks" in inputs:
                output = output * inputs["output_masks"][index]
        logits = ops.matmul(output, self.by_name["output.kernel"]) + self.by_name["output.bias"]
        for index, (field, classes) in enumerate(self.views):
            relative = ops.matmul(output, self.by_name[f"view.{index}.kernel"])
            found = ops.take(ops.convert_to_tensor(classes), inputs["context"][..., field], axis=0)
            logits = logits + ops.take_along_axis(relative, found, axis=-1)
        return {"logits": logits, "state": ops.stack(ends)}

    def compute_loss(  # the base class's arguments, which its `train_step` passes by name
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool = True
    ) -> Any:
        """The sum of weight x nats."""
        nats = keras.losses.sparse_categorical_crossentropy(ops.maximum(y, 0), y_pred["logits"], from_logits=True)
        return ops.sum(nats * ops.convert_to_tensor(sample_weight))

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What `train_on_batch` returns, on every engine: the loss, and the state to carry on.

        The loss, of all workers' rows, is computed anew, which costs little: Keras would give a running mean, and on
        JAX one over all steps.
        """
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        if self.workers:
            (loss,) = self.workers.sums([loss])
        return {"loss": ops.stop_gradient(loss), "state": ops.stop_gradient(y_pred["state"])}

    def _layer_input(self, tokens: Any, context: Any) -> Any:
        """The token, embedded or one-hot, then the embedding of each context field: (B, T, inputs)."""
        if "embedding.weight" in self.by_name:
            parts = [_rows(self.by_name["embedding.weight"], tokens)]
        else:
            parts = [ops.cast(ops.equal(tokens[..., None], ops.arange(self.vocabulary_size)), "float32")]
        for index in range(self.fields):
            parts.append(_rows(self.by_name[f"context.{index}.weight"], context[..., index]))
        return ops.concatenate(parts, axis=-1)


class _Cell(keras.layers.LSTMCell):  # type: ignore[misc]  # Keras gives its classes no types
    """Keras' cell with `mask`, if there is one, on its recurrent kernel (H, 4 H)."""

    mask: Any = None

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """One step: (B, I) and the states before it (B, H) to output and states."""
        hidden, cell = states
        recurrent = self.recurrent_kernel if self.mask is None else self.recurrent_kernel * self.mask
        gates = ops.matmul(inputs, self.kernel) + ops.matmul(hidden, recurrent) + self.bias
        enter, forget, fresh, leave = ops.split(gates, 4, axis=-1)
        cell = ops.sigmoid(forget) * cell + ops.sigmoid(enter) * ops.tanh(fresh)
        hidden = ops.sigmoid(leave) * ops.tanh(cell)
        return hidden, [hidden, cell]


def _rows(table: Any, values: Any) -> Any:
    """Rows of a table; NONE is -1 and finds a row of zeros put in front.

    That row has a second use: without it TensorFlow's gradient would be `IndexedSlices`, whose repeated rows are not
    summed yet, so that neither its norm nor its square would be right.
    """
    return ops.take(ops.pad(table, [[1, 0], [0, 0]]), values + 1, axis=0)
