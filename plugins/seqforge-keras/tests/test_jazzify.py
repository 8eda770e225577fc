"""The functions of Jazzify's README, with Keras' default engine, and once with PyTorch as the engine."""

import subprocess
import sys

import numpy as np
import pytest

from seqforge import RequestError
from seqforge_keras import jazzify
from seqforge_keras.jazzify import adam, djmodel, keras, music_inference_model, one_hot, predict_and_sample

WINDOWS, STEPS, UNITS, VALUES = 12, 6, 8, 5


@pytest.fixture(scope="module")
def windows():
    """X and Y as Jazzify has them, of a melody that goes round: first input and last target are all zero."""
    inputs = np.zeros((WINDOWS, STEPS, VALUES), np.float32)
    targets = np.zeros((STEPS, WINDOWS, VALUES), np.float32)
    for window in range(WINDOWS):
        for step in range(1, STEPS):
            value = (window + step) % VALUES
            inputs[window, step, value] = targets[step - 1, window, value] = 1
    return inputs, targets


@pytest.fixture(scope="module")
def trained(windows):
    keras.utils.set_random_seed(1)
    model = djmodel(Tx=STEPS, n_a=UNITS, n_values=VALUES)
    model.compile(optimizer=adam(lr=0.03, decay=0.01), loss="categorical_crossentropy", metrics=["accuracy"])
    inputs, targets = windows
    history = model.fit([inputs, *zeros(WINDOWS)], list(targets), epochs=40, verbose=0)
    return model, history.history


def zeros(rows, units=UNITS):
    return np.zeros((rows, units), np.float32), np.zeros((rows, units), np.float32)


def layers(units=UNITS, values=VALUES):
    return keras.layers.LSTM(units, return_state=True), keras.layers.Dense(values, activation="softmax")


def test_the_model_has_the_documented_shapes_and_size():
    model = djmodel(Tx=30, n_a=64, n_values=78)
    assert [tensor.shape for tensor in model.inputs] == [(None, 30, 78), (None, 64), (None, 64)]
    assert [tensor.shape for tensor in model.outputs] == [(None, 78)] * 30
    assert model.count_params() == 41_678


def test_training_as_documented_lowers_the_loss_and_reports_accuracy_by_step(trained):
    history = trained[1]
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert history["step_05_accuracy"][-1] > 0.9
    assert history["step_06_accuracy"] == [0] * 40, "the last step has no target"
    assert len(history) == 1 + STEPS


def test_the_loss_is_the_sum_over_the_steps(trained, windows):
    inputs, targets = windows
    probabilities = np.stack(trained[0].predict([inputs, *zeros(WINDOWS)], verbose=0))
    by_hand = -(targets * np.log(probabilities)).sum(axis=-1).mean(axis=1).sum()
    reported = trained[0].evaluate([inputs, *zeros(WINDOWS)], list(targets), verbose=0, return_dict=True)
    assert reported["loss"] == pytest.approx(by_hand, rel=1e-5)
    right = (probabilities.argmax(axis=-1) == targets.argmax(axis=-1)).mean(axis=1)
    assert [reported[f"step_{step:02d}_accuracy"] for step in range(1, STEPS)] == pytest.approx(list(right[:-1]))


@pytest.mark.parametrize("metrics", ["accuracy", ["accuracy"] * STEPS, [["accuracy"]] * STEPS])
def test_a_loss_and_a_metric_for_each_output_are_the_same_as_one_for_all(windows, metrics):
    reported = []
    for loss, accuracy in (("categorical_crossentropy", ["accuracy"]), (["categorical_crossentropy"] * STEPS, metrics)):
        keras.utils.set_random_seed(3)
        model = djmodel(STEPS, UNITS, VALUES)
        model.compile(optimizer=adam(), loss=loss, metrics=accuracy)
        reported.append(model.fit([windows[0], *zeros(WINDOWS)], list(windows[1]), epochs=1, verbose=0).history)
    assert reported[0] == reported[1]


def test_windows_can_be_weighted(windows):
    inputs, targets = windows
    weights = np.arange(WINDOWS, dtype=np.float32)
    model = djmodel(STEPS, UNITS, VALUES)
    model.compile(optimizer=adam(), loss="categorical_crossentropy")
    probabilities = np.stack(model.predict([inputs, *zeros(WINDOWS)], verbose=0))
    by_hand = (-(targets * np.log(probabilities)).sum(axis=(0, 2)) * weights).mean()
    history = model.fit(
        [inputs, *zeros(WINDOWS)], list(targets), sample_weight=weights, batch_size=WINDOWS, epochs=1, verbose=0
    ).history
    assert history["loss"] == pytest.approx([by_hand], rel=1e-5)


def test_a_regularizer_counts_once(windows):
    lstm = keras.layers.LSTM(UNITS, return_state=True)
    dense = keras.layers.Dense(VALUES, activation="softmax", bias_regularizer=keras.regularizers.L1(0.5))
    model = djmodel(STEPS, lstm, dense)
    model.compile(loss="categorical_crossentropy")
    dense.set_weights([np.zeros((UNITS, VALUES)), np.ones(VALUES)])
    loss = model.evaluate([windows[0], *zeros(WINDOWS)], list(windows[1]), verbose=0)
    assert loss == pytest.approx((STEPS - 1) * np.log(VALUES) + 0.5 * VALUES, rel=1e-5)


def test_an_all_zero_target_trains_nothing(windows):
    model = djmodel(STEPS, UNITS, VALUES)
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="categorical_crossentropy")
    before = model.get_weights()
    nothing = [np.zeros((WINDOWS, VALUES), np.float32)] * STEPS
    history = model.fit([windows[0], *zeros(WINDOWS)], nothing, epochs=1, verbose=0).history
    assert history["loss"] == [0]
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_both_forms_of_djmodel_compute_what_the_unrolled_original_does(windows):
    lstm, dense = layers()
    model = djmodel(STEPS, lstm, dense, keras.layers.Reshape((1, VALUES)))
    inputs = windows[0]
    fast = model.predict([inputs, *zeros(WINDOWS)], verbose=0)
    hidden, memory = zeros(WINDOWS)
    for step in range(STEPS):
        hidden, _, memory = lstm(inputs[:, step : step + 1], initial_state=[hidden, memory])
        np.testing.assert_allclose(fast[step], keras.ops.convert_to_numpy(dense(hidden)), atol=1e-6)
    other = djmodel(Tx=STEPS, n_a=UNITS, n_values=VALUES)
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(np.stack(fast), np.stack(other.predict([inputs, *zeros(WINDOWS)], verbose=0)))


def test_the_documented_inference_model_shares_the_trained_weights(trained, windows):
    model = trained[0]
    solo = music_inference_model(Tx=2 * STEPS, n_a=UNITS, n_values=VALUES, model=model)
    assert [tensor.shape for tensor in solo.inputs] == [(None, 1, VALUES), (None, UNITS), (None, UNITS)]
    assert len(solo.outputs) == 2 * STEPS
    _, indices = predict_and_sample(solo)
    assert indices[0, 0] == model.predict([windows[0], *zeros(WINDOWS)], verbose=0)[0][0].argmax()
    # fed with its own solo, the trained model guesses each value of it
    fed = np.zeros((1, STEPS, VALUES), np.float32)
    fed[0, range(1, STEPS), indices[: STEPS - 1, 0]] = 1
    again = np.argmax(model.predict([fed, *zeros(1)], verbose=0), axis=-1)
    np.testing.assert_array_equal(again, indices[:STEPS])
    model.optimizer.apply([keras.ops.ones_like(weight) for weight in model.trainable_variables])
    for shared, weight in zip(solo.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(shared, weight)


def test_without_a_model_it_warns_that_nothing_is_trained():
    with pytest.warns(UserWarning, match="model=model"):
        solo = music_inference_model(Tx=7, n_a=UNITS, n_values=VALUES)
    assert len(solo.outputs) == 7
    assert predict_and_sample(solo)[0].shape == (7, VALUES)


@pytest.mark.parametrize(
    ("arguments", "named", "steps"),
    [
        ((), {}, 100),
        ((9,), {}, 9),
        ((), {"Ty": 9}, 9),
        ((VALUES, UNITS, 9), {}, 9),
        ((VALUES, UNITS), {}, 100),
        ((), {"n_values": VALUES, "n_a": UNITS, "Ty": 9}, 9),
        (("reshaper",), {"Ty": 9}, 9),
        (("reshaper", 9), {}, 9),
        ((), {"reshaper": "reshaper", "Ty": 9}, 9),
    ],
)
def test_the_assignments_forms_are_accepted(arguments, named, steps):
    reshaper = keras.layers.Reshape((1, VALUES))
    arguments = [reshaper if argument == "reshaper" else argument for argument in arguments]
    named = {name: reshaper if value == "reshaper" else value for name, value in named.items()}
    lstm, dense = layers()
    djmodel(Tx=STEPS, LSTM_cell=lstm, densor=dense, reshaper=reshaper)
    solo = music_inference_model(lstm, dense, *arguments, **named)
    assert len(solo.outputs) == steps
    assert solo.count_params() == 4 * UNITS * (VALUES + UNITS + 1) + VALUES * (UNITS + 1)


def test_a_model_written_by_hand_lends_its_weights(windows):
    lstm, dense = layers()
    notes, a0, c0 = keras.Input((STEPS, VALUES)), keras.Input((UNITS,)), keras.Input((UNITS,))
    hidden, memory, outputs = a0, c0, []
    for step in range(STEPS):
        hidden, _, memory = lstm(notes[:, step : step + 1], initial_state=[hidden, memory])
        outputs.append(dense(hidden))
    model = keras.Model([notes, a0, c0], outputs)
    solo = music_inference_model(Ty=3, model=model)
    first = model.predict([windows[0], *zeros(WINDOWS)], verbose=0)[0][0].argmax()
    assert predict_and_sample(solo)[1][0, 0] == first


def test_results_are_the_indices_one_hot(trained):
    solo = music_inference_model(Ty=8, model=trained[0])
    x0 = np.zeros((1, 1, VALUES))
    results, indices = predict_and_sample(solo, x0, *zeros(1))
    assert results.shape == (8, VALUES)
    assert indices.shape == (8, 1)
    np.testing.assert_array_equal(results, np.eye(VALUES)[indices[:, 0]])
    np.testing.assert_array_equal(indices, predict_and_sample(solo, x0, *zeros(WINDOWS))[1])
    several = np.eye(VALUES)[:3, None]
    results, indices = predict_and_sample(solo, several)
    assert (results.shape, indices.shape) == ((8, 3, VALUES), (8, 3))
    np.testing.assert_array_equal(indices[:, 1:2], predict_and_sample(solo, several[1:2])[1])


def test_one_hot_takes_probabilities_and_indices():
    likeliest = keras.ops.convert_to_numpy(one_hot(np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], np.float32), 3))
    np.testing.assert_array_equal(likeliest, [[[0, 1, 0]], [[1, 0, 0]]])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(one_hot(np.array([2, 0]), 3)), [[0, 0, 1], [1, 0, 0]])
    assert one_hot(np.zeros((1, 78), np.float32)).shape == (1, 1, 78)


def test_adam_divides_the_rate_as_decay_did():
    rate = adam(lr=0.01, decay=0.01)._learning_rate
    assert [float(rate(update)) for update in (0, 1, 100)] == pytest.approx([0.01, 0.01 / 1.01, 0.005])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras reading its own variables
def test_a_saved_model_is_read_again(trained, windows, tmp_path):
    trained[0].save(tmp_path / "model.keras")
    read = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [windows[0], *zeros(WINDOWS)]
    np.testing.assert_array_equal(trained[0].predict(inputs, verbose=0), read.predict(inputs, verbose=0))
    read.fit(inputs, list(windows[1]), epochs=1, verbose=0)


@pytest.mark.parametrize(
    ("request_it", "words"),
    [
        (lambda model: djmodel(2, 2, 2).compile(loss=["mse", "mae"]), "different losses"),
        (lambda model: music_inference_model(n_values=78, model=model), "n_values = 78 does not fit"),
        (lambda model: music_inference_model(n_a=64, model=model), "n_a = 64 does not fit"),
        (lambda model: music_inference_model(*layers(), 1, 2, 3, 4), "4 numbers after the layers"),
        (lambda model: music_inference_model(model=keras.Sequential([layers()[1]])), "0 LSTM and 1 Dense"),
        (
            lambda model: predict_and_sample(music_inference_model(Ty=2, model=model), np.zeros((1, 1, 78))),
            r"\(1, 1, 78\); this inference model needs \(1, 1, 5\)",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(trained, request_it, words):
    with pytest.raises(RequestError, match=words) as caught:
        request_it(trained[0])
    assert "\n" not in str(caught.value)


def test_importing_the_package_imports_no_framework():
    code = "import sys, seqforge_keras; assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_public_names_exist():
    assert all(hasattr(jazzify, name) for name in jazzify.__all__)
