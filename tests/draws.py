"""Rows of logits, what a processor makes of them, and whether tokens come as often as probabilities say."""

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from seqforge.generation.samplers import Draw

LOGITS = (1.2, -0.3, 0.4, 2.0, -math.inf, -1.0, 0.9)
DRAWS = 100_000
NO_HISTORY = np.zeros((1, 0), np.int32)
ONE_CLASS = np.zeros(64, np.int32)
FEWEST_EXPECTED = 5
NORMAL_QUANTILE = 3.7190  # above it lies 1 in 10,000


@st.composite
def logits(draw, size=None):
    """(B, V) float64 of which some, but no whole row, are minus infinity."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 12) if size is None else st.just(size)))
    values = draw(arrays.arrays(np.float64, shape, elements=st.floats(-50, 50)))
    forbidden = draw(arrays.arrays(np.bool_, shape))
    forbidden[np.arange(shape[0]), draw(st.integers(0, shape[1] - 1))] = False
    return np.where(forbidden, -np.inf, values)


@st.composite
def histories(draw, rows, symbols):
    """(rows, T) int32: tokens, or NONE from some step on."""
    steps = draw(st.integers(0, 12))
    history = draw(arrays.arrays(np.int32, (rows, steps), elements=st.integers(0, symbols - 1)))
    for row in range(rows):
        history[row, draw(st.integers(0, steps)) :] = -1
    return history


def apply(processor, values, history=NO_HISTORY):
    before = values.copy()
    result = processor(values, history, ONE_CLASS)
    assert np.array_equal(values, before), "the logits that came in were changed"
    return result


def normalised(weights):
    return [weight / sum(weights) for weight in weights]


def frequencies(processor, history=()):
    """How often each token comes in 100,000 draws from what the processor makes of LOGITS."""
    rows = np.broadcast_to(np.array(LOGITS), (DRAWS, len(LOGITS)))
    past = np.broadcast_to(np.array(history, np.int32), (DRAWS, len(history)))
    changed = processor(rows, past, np.zeros(len(LOGITS), np.int32))
    return np.bincount(Draw()(changed, np.random.default_rng(70).random(DRAWS)), minlength=len(LOGITS))


def assert_frequencies(counts, probabilities):
    """A chi-square test (Pearson 1900): such counts, or worse ones, come from these probabilities 1 time in 10,000.

    What has no probability must not have come at all. Values that are expected less than five times are one class.
    """
    counts, probabilities = np.asarray(counts), np.asarray(probabilities)
    assert math.isclose(probabilities.sum(), 1, rel_tol=1e-9)
    assert counts[probabilities == 0].sum() == 0, "something came that can't"
    expected = probabilities * counts.sum()
    often = expected >= FEWEST_EXPECTED
    found, expected = np.append(counts[often], counts[~often].sum()), np.append(expected[often], expected[~often].sum())
    if expected[-1] < FEWEST_EXPECTED:
        found, expected = found[:-1], expected[:-1]
    degrees = len(found) - 1
    assert degrees > 0, "one value alone tells nothing"
    statistic = ((found - expected) ** 2 / expected).sum()
    assert statistic < _largest_statistic(degrees), f"{found} were found, {expected.round(1)} expected"


def _largest_statistic(degrees):
    """The chi-square distribution's quantile, by the approximation of Wilson and Hilferty (1931)."""
    part = 2 / (9 * degrees)
    return degrees * (1 - part + NORMAL_QUANTILE * math.sqrt(part)) ** 3
