"""The functions that Jazzify's README documents, on Keras 3: `djmodel`, `music_inference_model` and what goes with them.

Letters as in its documentation: m windows, Tx steps of a window, Ty steps of a solo, `n_a` hidden units, `n_values`
distinct musical values. Training, as documented save for the optimizer's arguments:

    model = djmodel(Tx=30, n_a=64, n_values=78)
    model.compile(optimizer=adam(lr=0.01, decay=0.01), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit([X, a0, c0], list(Y), epochs=100)    # X (m, Tx, n_values), a0 and c0 (m, n_a), Y (Tx, m, n_values)
    solo = music_inference_model(Tx=50, n_a=64, n_values=78, model=model)
    results, indices = predict_and_sample(solo, x_initializer, a_initializer, c_initializer)

What Keras 3 forces: an optimizer takes `learning_rate` where it took `lr`, and a schedule where it took `decay`
(`adam` here takes the old arguments); accuracies are named by output, `step_01_accuracy` to `step_30_accuracy`.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

import numpy as np

from seqforge import BackendOptions, RequestError
from seqforge_keras.engine import load_keras

if "keras" not in sys.modules:  # else it runs on an engine already, and that one is used
    load_keras(BackendOptions())
keras: Any = importlib.import_module("keras")
ops: Any = keras.ops

__all__ = ["DJModel", "Improviser", "Step", "adam", "djmodel", "music_inference_model", "one_hot", "predict_and_sample"]


@keras.saving.register_keras_serializable("seqforge_keras")
class Step(keras.layers.Layer):  # type: ignore[misc]  # Keras gives its classes no types
    """One step of a sequence: (m, Tx, n_values) to (m, n_values).

    It stands between the softmax and the loss for a reason: TensorFlow's crossentropy looks for a softmax right
    before it and, if it finds one, takes a shortcut whose gradient is wrong for targets that are all zero, as the
    windows' last one is. Behind a `Step` such a target adds nothing to the loss and gives no gradient.
    """

    def __init__(self, index: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.index = index

    def call(self, sequence: Any) -> Any:
        """See the class."""
        return sequence[:, self.index]

    def get_config(self) -> dict[str, Any]:
        """What the layer is made from again when a saved model is read."""
        return {**super().get_config(), "index": self.index}


@keras.saving.register_keras_serializable("seqforge_keras")
class DJModel(keras.Model):  # type: ignore[misc]  # Keras gives its classes no types
    """A model with one output a step, of which `compile` takes the same metrics for all."""

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, **settings: Any) -> None:
        """Keras' `compile`, where `metrics=["accuracy"]` means every output, as it did before Keras 3.

        The accuracy of the last step says nothing: that step has no target. Without `jit_compile` TensorFlow's graph
        is used, for XLA is slower at this size and takes seconds to start.
        """
        metrics, outputs = settings.get("metrics"), len(self.outputs)
        if isinstance(metrics, (list, tuple)) and len(metrics) != outputs:
            settings["metrics"] = [list(metrics) for _ in range(outputs)]
        settings.setdefault("jit_compile", keras.config.backend() == "jax")
        super().compile(optimizer=optimizer, loss=loss, **settings)


class Improviser(keras.layers.Layer):  # type: ignore[misc]  # Keras gives its classes no types
    """Goes on from x0 (m, 1, n_values), a0 and c0 (m, n_a): Ty times probabilities (m, n_values).

    Each step is fed the likeliest value of the one before. The steps are a loop in one graph.
    """

    def __init__(self, LSTM_cell: Any, densor: Any, Ty: int, **settings: Any) -> None:  # noqa: N803 - Jazzify's names
        super().__init__(**settings)
        self.cell, self.densor, self.steps = LSTM_cell.cell, densor, Ty

    def build(self, shapes: Any) -> None:
        """Make the weights, where the layers do not have them yet."""
        if not self.cell.built:
            self.cell.build((None, shapes[0][-1]))
        if not self.densor.built:
            self.densor.build((None, self.cell.units))

    def call(self, inputs: list[Any]) -> list[Any]:
        """See the class."""

        def step(carried: tuple[Any, Any, Any], _: Any) -> tuple[tuple[Any, Any, Any], Any]:
            value, hidden, memory = carried
            output, (hidden, memory) = self.cell(value, [hidden, memory], training=False)
            probabilities = self.densor(output)
            return (one_hot(probabilities, self.densor.units)[:, 0], hidden, memory), probabilities

        first, hidden, memory = inputs
        _, probabilities = ops.scan(step, (first[:, 0], hidden, memory), length=self.steps)
        return [probabilities[index] for index in range(self.steps)]


def one_hot(x: Any, n_values: int = 78) -> Any:
    """Probabilities (m, n_values) to the likeliest value of each row, one-hot: (m, 1, n_values), float32.

    Whole numbers instead are indices, and get one more axis: (m,) to (m, n_values).
    """
    if "int" in keras.backend.standardize_dtype(ops.convert_to_tensor(x).dtype):
        return ops.one_hot(x, n_values)
    return ops.one_hot(ops.argmax(x, axis=-1), n_values)[:, None]


def adam(lr: float = 0.01, beta_1: float = 0.9, beta_2: float = 0.999, decay: float = 0.01) -> Any:
    """Keras' Adam from the arguments of before Keras 3: in update t, from 0, the rate is lr / (1 + decay x t)."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(lr, decay_steps=1, decay_rate=decay)
    return keras.optimizers.Adam(learning_rate=schedule, beta_1=beta_1, beta_2=beta_2)


def djmodel(*arguments: Any, **named: Any) -> Any:
    """The model to train: inputs [X (m, Tx, n_values), a0 (m, n_a), c0 (m, n_a)], Tx outputs (m, n_values).

    `djmodel(Tx, n_a, n_values)` as documented makes its own layers; `djmodel(Tx, LSTM_cell, densor, reshaper)`, as in
    the assignment that Jazzify comes from, takes an LSTM and a Dense layer and shares their weights (the reshaper is
    not needed). Either way one LSTM runs over the sequence, where the original called it Tx times.
    """
    if "LSTM_cell" in named or (len(arguments) > 1 and _is_layer(arguments[1])):
        return _djmodel_of_layers(*arguments, **named)
    return _djmodel_of_sizes(*arguments, **named)


def music_inference_model(*arguments: Any, **named: Any) -> Any:
    """The model that plays: inputs [x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a)], Ty outputs (m, n_values).

    - `music_inference_model(Tx, n_a, n_values, model=model)`: Tx steps (also `Ty=`) with the weights of a trained
      `djmodel`, which are shared, not copied; the sizes may be left out. Without `model`, which Jazzify's README does
      not have, nothing is trained: you get new weights, and a warning.
    - `music_inference_model(LSTM_cell, densor, Ty=100)`, or with `n_values, n_a` before Ty, or with a reshaper (not
      needed) there: the two forms of the assignment that Jazzify comes from. Weights are the layers'.

    `RequestError` if sizes are given that the layers do not have.
    """
    if "LSTM_cell" in named or (arguments and _is_layer(arguments[0])):
        return _inference_of_layers(*arguments, **named)
    return _inference_of_sizes(*arguments, **named)


def predict_and_sample(
    inference_model: Any, x_initializer: Any = None, a_initializer: Any = None, c_initializer: Any = None
) -> tuple[Any, Any]:
    """Play a solo: `results` (Ty, n_values), one-hot, and `indices` (Ty, 1), the likeliest value of each step.

    x_initializer (1, 1, n_values), a_initializer and c_initializer (1, n_a); what is left out is zero. The rows of
    the last two may also be those of the training, as long as they are all the same. The same start gives the same
    solo. With m rows instead of one, `results` is (Ty, m, n_values) and `indices` (Ty, m).
    """
    shapes = [tuple(tensor.shape[1:]) for tensor in inference_model.inputs]
    given = [x_initializer, a_initializer, c_initializer]
    rows = 1 if x_initializer is None else len(x_initializer)
    starts = [_start(array, rows, shape) for array, shape in zip(given, shapes, strict=True)]
    indices = np.argmax(inference_model.predict(starts, verbose=0), axis=-1)
    results = np.eye(shapes[0][-1], dtype=np.float32)[indices]
    return (results[:, 0] if rows == 1 else results), indices


def _start(array: Any, rows: int, shape: tuple[int, ...]) -> Any:
    """An initializer of so many rows of that shape."""
    start = np.zeros((rows, *shape), np.float32) if array is None else np.asarray(array, np.float32)
    if start.shape[1:] == shape and len(start) != rows and len(start) and (start == start[0]).all():
        start = np.repeat(start[:1], rows, axis=0)
    if start.shape != (rows, *shape):
        raise RequestError(f"an initializer has the shape {start.shape}; this inference model needs {(rows, *shape)}")
    return start


def _is_layer(value: Any) -> bool:
    return isinstance(value, keras.layers.Layer)


def _new_layers(n_a: int, n_values: int) -> tuple[Any, Any]:
    return keras.layers.LSTM(n_a, return_state=True), keras.layers.Dense(n_values, activation="softmax")


def _djmodel_of_sizes(Tx: int = 30, n_a: int = 64, n_values: int = 78) -> Any:  # noqa: N803 - Jazzify's names
    return _djmodel_of_layers(Tx, *_new_layers(n_a, n_values))


def _djmodel_of_layers(Tx: int, LSTM_cell: Any, densor: Any, reshaper: Any = None) -> Any:  # noqa: N803 - as above
    """`reshaper` turned one step into a sequence of one, for which there is no need here."""
    X = keras.Input((Tx, densor.units), name="X")  # noqa: N806 - Jazzify's name
    a0, c0 = (keras.Input((LSTM_cell.units,), name=name) for name in ("a0", "c0"))
    # around the cell of the layer, which itself returns only its last step
    hidden = keras.layers.RNN(LSTM_cell.cell, return_sequences=True, name="LSTM")(X, initial_state=[a0, c0])
    probabilities = densor(hidden)
    steps = [Step(index, name=f"step_{index + 1:02d}")(probabilities) for index in range(Tx)]
    return DJModel(inputs=[X, a0, c0], outputs=steps)


def _inference_of_sizes(
    Tx: int = 50,  # noqa: N803 - Jazzify's names
    n_a: int | None = None,
    n_values: int | None = None,
    *,
    Ty: int | None = None,  # noqa: N803
    model: Any = None,
) -> Any:
    if model is None:
        warnings.warn(
            "this inference model has new, untrained weights; give it the trained ones: "
            "music_inference_model(Tx, n_a, n_values, model=model)",
            stacklevel=3,
        )
        layers = _new_layers(n_a or 64, n_values or 78)
    else:
        layers = _layers_of(model)
    return _inference_of_layers(*layers, n_values=n_values, n_a=n_a, Ty=Ty or Tx)


def _inference_of_layers(
    LSTM_cell: Any,  # noqa: N803 - Jazzify's names
    densor: Any,
    *sizes: Any,
    n_values: int | None = None,
    n_a: int | None = None,
    Ty: int = 100,  # noqa: N803
    reshaper: Any = None,
) -> Any:
    """`sizes` are what follows the layers: (Ty), (n_values, n_a) or (n_values, n_a, Ty), reshapers apart."""
    numbers = [size for size in sizes if not _is_layer(size)]
    if len(numbers) > 3:
        raise RequestError(f"{len(numbers)} numbers after the layers; allowed: Ty, or n_values, n_a, Ty")
    if len(numbers) == 1:
        (Ty,) = numbers  # noqa: N806 - Jazzify's name
    elif numbers:
        n_values, n_a, Ty = [*numbers, Ty][:3]  # noqa: N806 - Jazzify's name
    for name, said, actual in (("n_values", n_values, densor.units), ("n_a", n_a, LSTM_cell.cell.units)):
        if said not in (None, actual):
            raise RequestError(f"{name} = {said} does not fit the layers, which have {actual}; leave it out")
    x0 = keras.Input((1, densor.units), name="x0")
    a0, c0 = (keras.Input((LSTM_cell.cell.units,), name=name) for name in ("a0", "c0"))
    outputs = Improviser(LSTM_cell, densor, Ty, name="improviser")([x0, a0, c0])
    return keras.Model(inputs=[x0, a0, c0], outputs=outputs)


def _layers_of(model: Any) -> tuple[Any, Any]:
    """The layer with an LSTM cell and the Dense layer of a model, ours or one written by hand."""
    recurrent = [layer for layer in model.layers if isinstance(getattr(layer, "cell", None), keras.layers.LSTMCell)]
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if len(recurrent) != 1 or len(dense) != 1:
        raise RequestError(
            f"model= has {len(recurrent)} LSTM and {len(dense)} Dense layers; it needs one of each, as djmodel makes it"
        )
    return recurrent[0], dense[0]
