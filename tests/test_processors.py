"""Processors against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from seqforge.generation.processors import Temperature, TopK, TopP, softmax

NO_HISTORY = np.zeros((1, 0), np.int32)
ONE_CLASS = np.zeros(64, np.int32)


@st.composite
def logits(draw):
    """(B, V) float64 of which some, but no whole row, are minus infinity."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 12)))
    values = draw(arrays.arrays(np.float64, shape, elements=st.floats(-50, 50)))
    forbidden = draw(arrays.arrays(np.bool_, shape))
    forbidden[np.arange(shape[0]), draw(st.integers(0, shape[1] - 1))] = False
    return np.where(forbidden, -np.inf, values)


def apply(processor, values):
    before = values.copy()
    result = processor(values, NO_HISTORY, ONE_CLASS)
    assert np.array_equal(values, before), "the logits that came in were changed"
    return result


def every_processor():
    return st.one_of(
        st.floats(1e-320, 100, exclude_min=True).map(lambda value: Temperature(temperature=value)),
        st.integers(1, 20).map(lambda value: TopK(top_k=value)),
        st.floats(0, 1, exclude_min=True).map(lambda value: TopP(top_p=value)),
    )


@given(values=logits(), processor=every_processor())
def test_what_is_forbidden_stays_forbidden_and_something_stays_allowed(values, processor):
    result = apply(processor, values)
    assert result.shape == values.shape
    assert np.all(np.isneginf(result[np.isneginf(values)]))
    assert np.isfinite(result).any(axis=1).all()
    assert not np.isnan(result).any()


@given(values=logits(), processor=every_processor())
def test_the_most_likely_token_stays_the_most_likely(values, processor):
    result = apply(processor, values)
    assert np.array_equal(result.argmax(axis=1), values.argmax(axis=1))


@given(values=logits())
def test_probabilities_are_those_of_the_definition(values):
    expected = [[float(np.exp(x - max(row))) for x in row] for row in values.tolist()]
    expected = [[x / sum(row) for x in row] for row in expected]
    assert np.allclose(softmax(values), expected, rtol=1e-12, atol=0)


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


@given(values=logits(), top_k=st.integers(1, 14))
def test_top_k_keeps_the_k_most_likely_unchanged(values, top_k):
    for row, result in zip(values.tolist(), apply(TopK(top_k=top_k), values).tolist(), strict=True):
        kept = sorted(range(len(row)), key=lambda index: (-row[index], index))[:top_k]
        assert result == [row[index] if index in kept else -np.inf for index in range(len(row))]


def test_top_k_takes_the_first_of_equals():
    assert apply(TopK(top_k=2), np.array([[1.0, 1.0, 1.0]])).tolist() == [[1.0, 1.0, -np.inf]]


@given(values=logits(), top_p=st.floats(0, 1, exclude_min=True))
def test_top_p_keeps_the_smallest_set_that_reaches_p(values, top_p):
    result = apply(TopP(top_p=top_p), values)
    for row, after, share in zip(values, result, softmax(values), strict=True):
        kept = np.isfinite(after)
        assert np.array_equal(after[kept], row[kept])
        possible = np.isfinite(row)
        assert share[kept].sum() >= min(top_p, share[possible].sum()) - 1e-9
        if kept.sum() > 1:
            assert share[kept].sum() - share[kept].min() < top_p + 1e-9
        left_out = possible & ~kept
        if left_out.any():
            assert row[left_out].max() <= row[kept].min()


@pytest.mark.parametrize(
    ("top_p", "kept"), [(1e-12, "a"), (0.5, "a"), (0.51, "ab"), (0.75, "ab"), (0.76, "abc"), (1.0, "abcd")]
)
def test_top_p_at_its_limits(top_p, kept):
    values = np.log(np.array([[0.5, 0.25, 0.125, 0.125]]))
    result = apply(TopP(top_p=top_p), values)
    assert "".join(np.array(list("abcd"))[np.isfinite(result[0])]) == kept
