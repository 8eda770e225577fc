"""The functions that Jazzify's README documents, on Keras 3: `djmodel`, `music_inference_model` and so on.

Letters as in its documentation: m windows, Tx steps of a window, Ty steps of a solo, `n_a` hidden units, `n_values`
distinct musical values. Training, as documented save for the optimizer's arguments:

    model = djmodel(Tx=30, n_a=64, n_values=78)
    model.compile(optimizer=adam(lr=0.01, decay=0.01), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit([X, a0, c0], list(Y), epochs=100)    # X (m, Tx, n_values), a0 and c0 (m, n_a), Y (Tx, m, n_values)
    solo = music_inference_model(Tx=50, n_a=64, n_values=78, model=model)
    results, indices = predict_and_sample(solo, x_initializer, a_initializer, c_initializer)

What Keras 3 forces: an optimizer takes `learning_rate` where it took `lr`, and a schedule where it took `decay`
(`adam` here takes the old arguments); accuracies are named by output, `step_01_accuracy` to `step_30_accuracy`.
An inference model is not for saving: save the trained model, and build another from it.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

import numpy as np

from seqforge import BackendOptions, RequestError
from seqforge_keras.engine import load_keras, set_threads

if "keras" not in sys.modules:  # else it runs on an engine already, and that one is used
    set_threads(load_keras(BackendOptions()), threads=1)  # at this size, more only wait for one another
keras: Any = importlib.import_module("keras")
ops: Any = keras.ops

__all__ = [
    "DJModel",
    "Improviser",
    "Step",
    "StepAccuracy",
    "adam",
    "djmodel",
    "music_inference_model",
    "one_hot",
    "predict_and_sample",
]


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
class StepAccuracy(keras.metrics.Metric):  # type: ignore[misc]  # Keras gives its classes no types
    """The share of right guesses at each step: `step_01_accuracy`, `step_02_accuracy`, ...; 0 where no target is."""

    def __init__(self, steps: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.steps = steps
        self.right = self.add_weight(shape=(steps,), initializer="zeros", name="right")
        self.targets = self.add_weight(shape=(steps,), initializer="zeros", name="targets")

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count `y` and `y_pred`, both (m, Tx, n_values)."""
        is_target = ops.cast(ops.any(y > 0, axis=-1), "float32")
        is_right = ops.cast(ops.equal(ops.argmax(y, axis=-1), ops.argmax(y_pred, axis=-1)), "float32")
        self.right.assign_add(ops.sum(is_right * is_target, axis=0))
        self.targets.assign_add(ops.sum(is_target, axis=0))

    def result(self) -> dict[str, Any]:
        """See the class."""
        shares = self.right / ops.maximum(self.targets, 1)
        return {f"step_{index + 1:02d}_accuracy": shares[index] for index in range(self.steps)}

    def get_config(self) -> dict[str, Any]:
        """What the metric is made from again when a saved model is read."""
        return {**super().get_config(), "steps": self.steps}


@keras.saving.register_keras_serializable("seqforge_keras")
class DJModel(keras.Model):  # type: ignore[misc]  # Keras gives its classes no types
    """A model with one output a step, which computes the loss and the accuracy of all steps at once.

    Thirty outputs with a loss and a metric each cost Keras more time than the LSTM does. `loss` is summed over the
    steps, as for outputs of their own, and an all-zero target adds nothing to it.
    """

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, metrics: Any = None, **settings: Any) -> None:
        """Keras' `compile`; `loss` and `metrics` hold for every output. `"accuracy"` is reported by step.

        A list with the same for each output, as Keras 3 wants it elsewhere, is taken, too. Without `jit_compile`
        TensorFlow's graph is used: XLA is slower at this size and takes seconds to start.
        """
        losses, asked = keras.tree.flatten(loss), keras.tree.flatten(metrics or [])
        if any(other != losses[0] for other in losses):
            raise RequestError("different losses for different steps; give one, such as 'categorical_crossentropy'")
        others = [metric for metric in asked if metric != "accuracy"]
        self.step_accuracy = StepAccuracy(len(self.outputs)) if len(others) < len(asked) else None
        settings.setdefault("jit_compile", keras.config.backend() == "jax")
        super().compile(optimizer=optimizer, loss=losses[0], metrics=others or None, **settings)

    def fit(self, x: Any = None, y: Any = None, *others: Any, **settings: Any) -> Any:
        """Keras' `fit`; `y` is a list of targets (m, n_values), one a step, which travel as one array."""
        return super().fit(x, np.stack(y, axis=1) if isinstance(y, (list, tuple)) else y, *others, **settings)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, **settings: Any
    ) -> Any:
        """The loss of all steps: their sum, each being the mean over the windows."""
        weight = None if sample_weight is None else ops.reshape(sample_weight, (-1, 1))
        mean = super().compute_loss(x, _stacked(y), _stacked(y_pred), weight, **settings)
        # what layers add by themselves, such as regularizers, counts once
        return len(self.outputs) * mean - (len(self.outputs) - 1) * sum(self.losses)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """What `fit` reports after a batch; accuracies are not weighted."""
        if self.step_accuracy is not None:
            self.step_accuracy.update_state(_stacked(y), _stacked(y_pred))
        reported: dict[str, Any] = super().compute_metrics(x, _stacked(y), _stacked(y_pred), sample_weight)
        return reported

    def get_compile_config(self) -> dict[str, Any]:
        """What `compile` was given, for a saved model."""
        config: dict[str, Any] = super().get_compile_config()
        if self.step_accuracy is not None:
            config["metrics"] = ["accuracy", *(config["metrics"] or ())]
        return config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile again what was saved, with room for the optimizer's state."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)


class Improviser(keras.layers.Layer):  # type: ignore[misc]  # Keras gives its classes no types
    """A cell for `keras.layers.RNN` that is fed what it has given: the likeliest value of the step before.

    Its state is the value (m, n_values), one-hot, and the LSTM's (m, n_a), twice; its inputs only count the steps.
    It gives probabilities (m, n_values).
    """

    def __init__(self, cell: Any, densor: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.cell, self.densor = cell, densor
        self.state_size, self.output_size = [densor.units, cell.units, cell.units], densor.units

    def build(self, _: Any) -> None:
        """Make the weights, where the layers do not have them yet."""
        if not self.cell.built:
            self.cell.build((None, self.densor.units))
        if not self.densor.built:
            self.densor.build((None, self.cell.units))

    def call(self, inputs: Any, states: list[Any], training: bool = False) -> tuple[Any, list[Any]]:
        """One step: probabilities, and the state for the next."""
        output, memory = self.cell(states[0], states[1:], training=training)
        probabilities = self.densor(output)
        return probabilities, [one_hot(probabilities, self.output_size)[:, 0], *memory]


def _stacked(steps: Any) -> Any:
    """Outputs or targets as one (m, Tx, n_values)."""
    return ops.stack(steps, axis=1) if isinstance(steps, (list, tuple)) else steps


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
    return DJModel(inputs=[X, a0, c0], outputs=_steps(densor(hidden), Tx))


def _steps(sequence: Any, steps: int) -> list[Any]:
    """Each step of (m, Tx, n_values) as an output of its own."""
    return [Step(index, name=f"step_{index + 1:02d}")(sequence) for index in range(steps)]


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
    clock = keras.layers.RepeatVector(Ty, name="clock")(a0)
    first = keras.layers.Reshape((densor.units,), name="first_value")(x0)
    improviser = keras.layers.RNN(Improviser(LSTM_cell.cell, densor), return_sequences=True, name="improviser")
    return keras.Model(inputs=[x0, a0, c0], outputs=_steps(improviser(clock, initial_state=[first, a0, c0]), Ty))


def _layers_of(model: Any) -> tuple[Any, Any]:
    """The layer with an LSTM cell and the Dense layer of a model, ours or one written by hand."""
    recurrent = [layer for layer in model.layers if isinstance(getattr(layer, "cell", None), keras.layers.LSTMCell)]
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if len(recurrent) != 1 or len(dense) != 1:
        raise RequestError(
            f"model= has {len(recurrent)} LSTM and {len(dense)} Dense layers; it needs one of each, as djmodel makes it"
        )
    return recurrent[0], dense[0]
