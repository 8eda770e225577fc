"""The temperature, what holds for every processor, and their order, against the definitions."""

import math
from types import MappingProxyType

import numpy as np
import pytest
from draws import (
    DRAWS,
    LOGITS,
    NO_HISTORY,
    ONE_CLASS,
    apply,
    assert_frequencies,
    frequencies,
    histories,
    logits,
    normalised,
)
from hypothesis import given
from hypothesis import strategies as st

from seqforge.errors import OutOfRange, UnknownName
from seqforge.generation.penalties import NoRepeatNgram, RepetitionPenalty
from seqforge.generation.processors import ClassTemperature, Temperature, log_softmax, softmax
from seqforge.generation.samplers import Draw
from seqforge.generation.truncations import MinP, TopK, TopP, Typical
from seqforge.interfaces import Vocabulary
from seqforge.session.strategy import make_strategy, sampling_settings
from seqforge.testing import ProcessorSuite

CLASSES = ("pitch", "pitch", "duration", "duration", "pitch", "rest", "rest")
VOCABULARY = Vocabulary(tuple("abcdefg"), CLASSES)


class TestClassTemperature(ProcessorSuite):
    name = "class-temperature"
    options = MappingProxyType({"class_temperature": "pitch=0.5,duration=2"})


class TestTinyClassTemperature(ProcessorSuite):
    name = "class-temperature"
    options = MappingProxyType({"class_temperature": "pitch=1e-320"})


def class_temperature(text):
    return ClassTemperature(class_temperature=text).with_vocabulary(VOCABULARY)


def built(kind, option, values):
    return values.map(lambda value: kind(**{option: value}))


TEMPERATURES = st.floats(1e-320, 100, exclude_min=True)
SHARES = st.floats(0, 1, exclude_min=True)
THAT_KEEP_THE_ORDER = st.one_of(
    built(Temperature, "temperature", TEMPERATURES),
    built(TopK, "top_k", st.integers(1, 20)),
    built(TopP, "top_p", SHARES),
    built(MinP, "min_p", st.floats(0, 1)),
)
OF_SEVEN_SYMBOLS = st.one_of(
    THAT_KEEP_THE_ORDER,
    built(Typical, "typical_p", SHARES),
    st.builds(lambda a, b: class_temperature(f"pitch={a},duration={b}"), TEMPERATURES, TEMPERATURES),
    st.builds(
        lambda penalty, window: RepetitionPenalty(repetition_penalty=penalty, repetition_window=window),
        st.floats(0.1, 10),
        st.integers(0, 5),
    ),
    built(NoRepeatNgram, "no_repeat_ngram", st.integers(0, 4)),
)


@given(values=logits(size=7), processor=OF_SEVEN_SYMBOLS, data=st.data())
def test_what_is_forbidden_stays_forbidden_and_something_stays_allowed(values, processor, data):
    result = apply(processor, values, data.draw(histories(len(values), 7)))
    assert result.shape == values.shape
    assert np.all(np.isneginf(result[np.isneginf(values)]))
    assert np.isfinite(result).any(axis=1).all()
    assert not np.isnan(result).any()
    assert not np.isposinf(result).any()


@given(values=logits(size=7), processors=st.lists(OF_SEVEN_SYMBOLS, max_size=6), data=st.data())
def test_what_is_forbidden_is_not_drawn_whatever_the_processors(values, processors, data):
    history = data.draw(histories(len(values), 7))
    result = values
    for processor in processors:
        result = apply(processor, result, history)
    for uniform in (0.0, 0.5, 1 - 2.0**-53):
        chosen = Draw()(result, np.full(len(values), uniform))
        assert np.isfinite(values[np.arange(len(values)), chosen]).all()


@given(values=logits(), processor=THAT_KEEP_THE_ORDER)
def test_the_most_likely_token_stays_the_most_likely(values, processor):
    result = apply(processor, values)
    assert np.array_equal(result.argmax(axis=1), values.argmax(axis=1))


@given(values=logits())
def test_probabilities_are_those_of_the_definition(values):
    expected = [[math.exp(x - max(row)) for x in row] for row in values.tolist()]
    expected = [[x / sum(row) for x in row] for row in expected]
    assert np.allclose(softmax(values), expected, rtol=1e-12, atol=0)
    assert np.allclose(np.exp(log_softmax(values)), expected, rtol=1e-12, atol=0)


@given(values=logits(), temperature=st.floats(0.05, 100))
def test_temperature_divides_the_logits(values, temperature):
    result = softmax(apply(Temperature(temperature=temperature), values))
    powers = softmax(values) ** (1 / temperature)
    assert np.allclose(result, powers / powers.sum(axis=1, keepdims=True), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("temperature", [1e-3, 1e-30, 1e-300, 5e-324])
def test_a_tiny_temperature_leaves_the_most_likely_token_alone(temperature):
    values = np.array([[1.0, 3.0, 2.999, -np.inf, -1e9]])
    probabilities = softmax(apply(Temperature(temperature=temperature), values))
    expected = [0, 1, 0, 0, 0] if temperature < 1e-3 else [0, 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1)), 0, 0]
    assert np.allclose(probabilities, [expected])


def test_a_tiny_temperature_shares_between_equals():
    probabilities = softmax(apply(Temperature(temperature=1e-300), np.array([[2.0, 2.0, 1.0]])))
    assert probabilities.tolist() == [[0.5, 0.5, 0.0]]


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_draws_under_a_temperature_are_those_of_the_definition(temperature):
    weights = [math.exp(logit) ** (1 / temperature) for logit in LOGITS]
    assert_frequencies(frequencies(Temperature(temperature=temperature)), normalised(weights))


def test_draws_under_temperatures_of_classes_are_those_of_the_definition():
    temperatures = {"pitch": 0.5, "duration": 3.0, "rest": 1.0}
    shares = normalised([math.exp(logit) for logit in LOGITS])
    weights = [share ** (1 / temperatures[name]) for share, name in zip(shares, CLASSES, strict=True)]
    assert_frequencies(frequencies(class_temperature("pitch=0.5, duration=3")), normalised(weights))


@given(values=logits(size=7), temperature=st.floats(0.05, 100))
def test_one_temperature_for_every_class_is_the_temperature(values, temperature):
    text = ",".join(f"{name}={temperature}" for name in set(CLASSES))
    expected = softmax(apply(Temperature(temperature=temperature), values))
    assert np.allclose(softmax(apply(class_temperature(text), values)), expected, rtol=1e-9, atol=1e-300)


@given(values=logits(size=7), shift=st.floats(-1000, 1000))
def test_a_constant_in_the_logits_weighs_no_class(values, shift):
    processor = class_temperature("pitch=0.5,duration=2")
    assert np.allclose(softmax(processor(values + shift, NO_HISTORY, ONE_CLASS)), softmax(apply(processor, values)))


def test_a_temperature_of_one_class_leaves_rows_of_another_alone():
    values = np.where(np.array(CLASSES) == "duration", np.array(LOGITS), -np.inf)[None]
    assert np.allclose(softmax(apply(class_temperature("pitch=0.1"), values)), softmax(values))


def test_a_class_that_is_not_there_is_an_error_with_those_that_are():
    with pytest.raises(UnknownName, match=r"'pich'; did you mean 'pitch'.*known: duration, pitch, rest"):
        class_temperature("pich=0.9")


@pytest.mark.parametrize(
    "text",
    ["pitch", "pitch=", "=1", "pitch=warm", "pitch=0", "pitch=-1", "pitch=nan", "rest=101", "rest=1,", "rest=1,rest=2"],
)
def test_what_says_no_temperatures_is_refused_before_a_model_is_asked(registry, text):
    with pytest.raises(OutOfRange, match=r"class_temperature is .*such as pitch=0.9,duration=1.1"):
        sampling_settings(registry, {"class_temperature": text}, "--")


def test_processors_that_ask_for_it_get_the_vocabulary(registry):
    values = {"class_temperature": "duration=0.25", "fresh_letter": True}
    strategy = make_strategy(registry, sampling_settings(registry, values, "--"), VOCABULARY)
    changed = np.array([LOGITS])
    for processor in strategy.processors:
        changed = processor(changed, NO_HISTORY, ONE_CLASS)
    assert np.allclose(softmax(changed), softmax(apply(class_temperature("duration=0.25"), np.array([LOGITS]))))
    with pytest.raises(UnknownName, match="duration"):
        make_strategy(registry, sampling_settings(registry, values, "--"), Vocabulary(("a",), ("letter",)))


def test_all_together_are_applied_in_the_documented_order(registry):
    """Penalties, temperature, truncations: written out, and not commutative with these numbers."""
    values = {"repetition_penalty": 1.5, "no_repeat_ngram": 2, "temperature": 1.5, "top_k": 4, "top_p": 0.8}
    history = [3, 5, 0, 3]
    weights = dict(enumerate(LOGITS))
    for token in (0, 3, 5):
        weights[token] = weights[token] / 1.5 if weights[token] > 0 else weights[token] * 1.5
    weights[5] = -math.inf  # 3, 5 was there
    weights = {token: math.exp(weight / 1.5) for token, weight in weights.items()}
    kept = sorted(weights, key=weights.__getitem__, reverse=True)[:4]
    total, before, nucleus = sum(weights[token] for token in kept), 0.0, []
    for token in kept:
        if before < 0.8:
            nucleus.append(token)
        before += weights[token] / total
    assert len(nucleus) == 3
    strategy = make_strategy(registry, sampling_settings(registry, values, "--"), VOCABULARY)
    rows = np.tile(np.array(LOGITS), (DRAWS, 1))
    past = np.tile(np.array(history, np.int32), (DRAWS, 1))
    for processor in strategy.processors:
        rows = processor(rows, past, np.zeros(7, np.int32))
    chosen = strategy.sampler(rows, np.random.default_rng(71).random(DRAWS))
    expected = normalised([weights[token] if token in nucleus else 0.0 for token in range(7)])
    assert_frequencies(np.bincount(chosen, minlength=7), expected)
