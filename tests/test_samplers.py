"""Samplers against their definitions."""

from pathlib import Path

import numpy as np
import pytest
from draws import assert_frequencies
from hypothesis import given
from hypothesis import strategies as st

from seqforge.generation.processors import softmax
from seqforge.generation.samplers import Draw, Greedy
from seqforge.plugins import Registry

ROWS = st.lists(st.one_of(st.floats(-30, 30), st.just(-np.inf)), min_size=1, max_size=9).filter(
    lambda row: max(row) > -np.inf
)
UNIFORM = st.floats(0, 1, exclude_max=True)
LARGEST = 1 - 2.0**-53
DOCUMENTATION = (Path(__file__).parents[1] / "docs" / "sampling.md").read_text(encoding="utf-8")
OF_THE_CORE = [part.spec for part in Registry.installed().parts("samplers") if part.distribution == "seqforge-core"]


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
    assert_frequencies(np.bincount(Draw()(logits, uniform), minlength=len(probabilities)), probabilities)


@given(row=ROWS, uniform=UNIFORM)
def test_greedy_takes_the_first_of_the_most_likely(row, uniform):
    assert Greedy()(np.array([row]), np.array([uniform])).tolist() == [row.index(max(row))]


@pytest.mark.parametrize("spec", OF_THE_CORE, ids=lambda spec: spec.name)
def test_the_documentation_has_every_part_with_its_options_and_their_defaults(spec):
    (line,) = (line for line in DOCUMENTATION.splitlines() if line.startswith(f"| `{spec.name}` |"))
    for option in spec.options:
        assert f"`{option.name}` ({option.default if option.default != '' else 'none'})" in line
    assert len(spec.options) == line.count("(", 0, line.index("|", line.index("|", 2) + 1))
