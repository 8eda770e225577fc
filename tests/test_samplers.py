"""Samplers against their definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqforge.generation.processors import softmax
from seqforge.generation.samplers import Draw, Greedy

ROWS = st.lists(st.one_of(st.floats(-30, 30), st.just(-np.inf)), min_size=1, max_size=9).filter(
    lambda row: max(row) > -np.inf
)
UNIFORM = st.floats(0, 1, exclude_max=True)
LARGEST = 1 - 2.0**-53


def draw(row, uniform):
    return Draw()(np.array([row]), np.array([uniform])).tolist()[0]


@given(row=ROWS, uniform=UNIFORM)
def test_a_draw_is_the_inverse_of_the_cumulated_distribution(row, uniform):
    token = draw(row, uniform)
    cumulated = np.concatenate([[0], np.cumsum(softmax(np.array(row)))])
    assert cumulated[token] - 1e-12 <= uniform <= cumulated[token + 1] + 1e-12
    assert row[token] > -np.inf


@given(row=ROWS, uniform=st.sampled_from([0.0, 2.0**-53, LARGEST]))
def test_the_ends_of_the_interval_never_give_what_is_forbidden(row, uniform):
    row = [-np.inf, *row, -np.inf]
    assert row[draw(row, uniform)] > -np.inf


@given(rows=st.lists(st.tuples(st.lists(st.floats(-30, 30), min_size=4, max_size=4), UNIFORM), min_size=1, max_size=6))
def test_rows_know_nothing_of_one_another(rows):
    together = Draw()(np.array([row for row, _ in rows]), np.array([uniform for _, uniform in rows]))
    assert together.dtype == np.int32
    assert together.tolist() == [draw(row, uniform) for row, uniform in rows]


def test_frequencies_of_many_draws_are_the_probabilities():
    probabilities = np.array([0.4, 0.3, 0.0, 0.15, 0.1, 0.045, 0.005])
    count = 100_000
    uniform = np.random.default_rng(7).random(count)
    with np.errstate(divide="ignore"):
        logits = np.broadcast_to(np.log(probabilities), (count, len(probabilities)))
    found = np.bincount(Draw()(logits, uniform), minlength=len(probabilities))
    possible = probabilities > 0
    expected = count * probabilities[possible]
    assert found[~possible].sum() == 0
    statistic = float(((found[possible] - expected) ** 2 / expected).sum())
    assert statistic < 20.5  # of the chi-square distribution with 5 degrees of freedom, 0.1 % lie above


@given(row=ROWS, uniform=UNIFORM)
def test_greedy_takes_the_first_of_the_most_likely(row, uniform):
    assert Greedy()(np.array([row]), np.array([uniform])).tolist() == [row.index(max(row))]
