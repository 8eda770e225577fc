"""Truncations against their definitions."""

import math
from types import MappingProxyType

import numpy as np
import pytest
from draws import LOGITS, apply, assert_frequencies, frequencies, logits, normalised
from hypothesis import given
from hypothesis import strategies as st

from seqforge.generation.processors import softmax
from seqforge.generation.truncations import MinP, TopK, TopP, Typical
from seqforge.testing import ProcessorSuite

SHARES = normalised([math.exp(logit) for logit in LOGITS])
FALLING = sorted(range(len(SHARES)), key=lambda token: -SHARES[token])


class TestMinP(ProcessorSuite):
    name = "min-p"
    options = MappingProxyType({"min_p": 0.2})


class TestTypical(ProcessorSuite):
    name = "typical"
    options = MappingProxyType({"typical_p": 0.4})


def until(order, share):
    """The first tokens of the order that together have the share."""
    kept, total = [], 0.0
    for token in order:
        if total < share:
            kept.append(token)
        total += SHARES[token]
    return kept


def assert_only(processor, kept):
    """Draws are those of the distribution without what is not kept."""
    assert 1 < len(kept) < 6, "this would test nothing"
    expected = normalised([share if token in kept else 0.0 for token, share in enumerate(SHARES)])
    assert_frequencies(frequencies(processor), expected)


@pytest.mark.parametrize("top_k", [2, 5])
def test_draws_under_top_k_are_those_of_the_definition(top_k):
    assert_only(TopK(top_k=top_k), FALLING[:top_k])


@pytest.mark.parametrize("top_p", [0.5, 0.9])
def test_draws_under_top_p_are_those_of_the_definition(top_p):
    assert_only(TopP(top_p=top_p), until(FALLING, top_p))


@pytest.mark.parametrize("min_p", [0.1, 0.3])
def test_draws_under_min_p_are_those_of_the_definition(min_p):
    assert_only(MinP(min_p=min_p), [token for token, share in enumerate(SHARES) if share >= min_p * max(SHARES)])


@pytest.mark.parametrize("typical_p", [0.3, 0.7])
def test_draws_under_typical_sampling_are_those_of_the_definition(typical_p):
    entropy = -sum(share * math.log(share) for share in SHARES if share)
    distance = [abs(-math.log(share) - entropy) if share else math.inf for share in SHARES]
    order = sorted(range(len(SHARES)), key=distance.__getitem__)
    assert order != FALLING
    assert_only(Typical(typical_p=typical_p), until(order, typical_p))


@given(values=logits(), top_k=st.integers(1, 14))
def test_top_k_keeps_the_k_most_likely_unchanged(values, top_k):
    for row, result in zip(values.tolist(), apply(TopK(top_k=top_k), values).tolist(), strict=True):
        kept = sorted(range(len(row)), key=lambda index: (-row[index], index))[:top_k]
        assert result == [row[index] if index in kept else -np.inf for index in range(len(row))]


def test_top_k_takes_the_first_of_equals():
    assert apply(TopK(top_k=2), np.array([[1.0, 1.0, 1.0]])).tolist() == [[1.0, 1.0, -np.inf]]
    assert apply(TopK(top_k=2), np.array([[1.0, 0.0, 2.0, 1.0]])).tolist() == [[1.0, -np.inf, 2.0, -np.inf]]


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


@given(values=logits(), min_p=st.floats(0, 1))
def test_min_p_keeps_what_has_the_share_of_the_most_likely(values, min_p):
    result = apply(MinP(min_p=min_p), values)
    for row, after, share in zip(values, result, softmax(values), strict=True):
        kept = np.isfinite(after)
        assert np.array_equal(after[kept], row[kept])
        assert kept[row == row.max()].all()
        assert kept[(share > min_p * share.max() * (1 + 1e-9)) & (share > 0)].all()
        assert not kept[share < min_p * share.max() * (1 - 1e-9)].any()


@pytest.mark.parametrize(("min_p", "kept"), [(0.0, "abcd"), (0.2, "abcd"), (0.3, "ab"), (0.6, "a"), (1.0, "a")])
def test_min_p_at_its_limits(min_p, kept):
    values = np.log(np.array([[0.5, 0.25, 0.125, 0.125]]))
    result = apply(MinP(min_p=min_p), values)
    assert "".join(np.array(list("abcd"))[np.isfinite(result[0])]) == kept


def test_typical_sampling_may_leave_the_most_likely_out():
    """Among forty-eight tokens with a 64th each, one with a quarter tells too little to be typical."""
    (result,) = apply(Typical(typical_p=0.249), np.log(np.array([[1 / 64] * 10 + [1 / 4] + [1 / 64] * 38])))
    assert np.flatnonzero(np.isfinite(result)).tolist() == [*range(10), *range(11, 17)]


def test_typical_sampling_takes_the_first_of_equals():
    result = apply(Typical(typical_p=0.5), np.zeros((1, 4)))
    assert np.isfinite(result).tolist() == [[True, True, False, False]]
