"""Penalties against their definitions."""

import math
from types import MappingProxyType

import numpy as np
import pytest
from draws import LOGITS, apply, assert_frequencies, frequencies, histories, logits, normalised
from hypothesis import given
from hypothesis import strategies as st

from seqforge.generation.penalties import NoRepeatNgram, RepetitionPenalty
from seqforge.testing import ProcessorSuite

HISTORY = (3, 1, 6, 3, 0, 3)
SYMBOLS = 7


class TestRepetitionPenalty(ProcessorSuite):
    name = "repetition-penalty"
    options = MappingProxyType({"repetition_penalty": 1.4, "repetition_window": 3})


class TestNoRepeatNgram(ProcessorSuite):
    name = "no-repeat-ngram"
    options = MappingProxyType({"no_repeat_ngram": 2})


class TestNoRepeatedToken(ProcessorSuite):
    name = "no-repeat-ngram"
    options = MappingProxyType({"no_repeat_ngram": 1})


@pytest.mark.parametrize(("penalty", "window"), [(1.3, 0), (1.3, 2), (5.0, 4), (0.7, 0)])
def test_draws_under_a_repetition_penalty_are_those_of_the_definition(penalty, window):
    came = set(HISTORY[-window:] if window else HISTORY)
    scores = [
        logit if token not in came else logit / penalty if logit > 0 else logit * penalty
        for token, logit in enumerate(LOGITS)
    ]
    processor = RepetitionPenalty(repetition_penalty=penalty, repetition_window=window)
    assert_frequencies(frequencies(processor, HISTORY), normalised([math.exp(score) for score in scores]))


@given(values=logits(size=SYMBOLS), penalty=st.floats(1, 10), window=st.integers(0, 14), data=st.data())
def test_a_repetition_penalty_lowers_what_came_and_nothing_else(values, penalty, window, data):
    history = data.draw(histories(len(values), SYMBOLS))
    processor = RepetitionPenalty(repetition_penalty=penalty, repetition_window=window)
    for row, after, past in zip(values, apply(processor, values, history), history.tolist(), strict=True):
        came = np.isin(np.arange(SYMBOLS), past[-window:] if window else past)
        assert np.array_equal(after[~came], row[~came])
        assert np.all(after[came] <= row[came])


@pytest.mark.parametrize(("size", "history", "forbidden"), [
    (1, (3, 0, 3), {0, 3}),
    (2, (3, 1, 6, 3, 0, 3), {0, 1}),
    (3, (3, 1, 6, 0, 3, 1), {6}),
    (4, (3, 1, 6, 0, 3, 1, 6), {0}),
    (3, (3, 1, 6, 0, 1, 3), set()),
    (3, (3, 3, 3), {3}),
    (4, (3, 3, 3), set()),
])  # fmt: skip
def test_draws_without_repeated_ngrams_are_those_of_the_definition(size, history, forbidden):
    weights = [0.0 if token in forbidden else math.exp(logit) for token, logit in enumerate(LOGITS)]
    assert_frequencies(frequencies(NoRepeatNgram(no_repeat_ngram=size), history), normalised(weights))


@given(values=logits(size=SYMBOLS), size=st.integers(1, 4), data=st.data())
def test_no_ngram_comes_twice_unless_nothing_else_is_left(values, size, data):
    history = data.draw(histories(len(values), SYMBOLS))
    result = apply(NoRepeatNgram(no_repeat_ngram=size), values, history)
    for row, after, past in zip(values.tolist(), result.tolist(), history.tolist(), strict=True):
        if -1 in past:  # the sequence is done
            continue
        known = {tuple(past[start : start + size]) for start in range(len(past) - size + 1)}
        repeats = [(*past[len(past) - size + 1 :], token)[-size:] in known for token in range(SYMBOLS)]
        wanted = [-math.inf if repeat else logit for logit, repeat in zip(row, repeats, strict=True)]
        assert after == (wanted if max(wanted) > -math.inf else row)


def test_a_row_that_would_be_empty_stays_as_it_is():
    values = np.array([[-np.inf, 1.0, 2.0], [0.0, 1.0, 2.0]])
    history = np.array([[1, 2, 2, 1], [1, 2, 2, 1]], np.int32)
    result = apply(NoRepeatNgram(no_repeat_ngram=1), values, history)
    assert result.tolist() == [[-np.inf, 1.0, 2.0], [0.0, -np.inf, -np.inf]]


@pytest.mark.parametrize(
    "processor", [RepetitionPenalty(repetition_penalty=2.0), NoRepeatNgram(no_repeat_ngram=1)], ids=["penalty", "ngram"]
)
def test_the_end_of_a_row_that_is_done_is_no_symbol(processor):
    values = np.array([[2.0, 1.0, 3.0]])
    assert apply(processor, values, np.array([[-1, -1]], np.int32)).tolist() == values.tolist()
