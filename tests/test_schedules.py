"""Learning rates against their closed formulas."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.training.schedules import SCHEDULES, Schedule


@given(
    name=st.sampled_from(sorted(SCHEDULES)),
    rate=st.floats(1e-6, 10),
    steps=st.integers(1, 500),
    warmup=st.integers(0, 100),
    decay=st.floats(0, 2),
)
def test_rates_stay_between_zero_and_the_highest(name, rate, steps, warmup, decay):
    schedule = Schedule(name=name, learning_rate=rate, steps=steps, warmup_steps=warmup, decay=decay)
    rates = [schedule(step) for step in range(steps)]
    assert all(0 < value <= rate * (1 + 1e-12) for value in rates)
    rising, falling = rates[: warmup + 1], rates[warmup:]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)


def expected_rate(name, step, *, rate, steps, warmup, decay):
    if step < warmup:
        return rate * (step + 1) / warmup
    if name == "inverse":
        return rate / (1 + decay * (step - warmup))
    if name == "cosine":
        share = (step - warmup) / (steps - warmup)
        return rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * share)))
    return rate


@pytest.mark.parametrize("name", sorted(SCHEDULES))
@pytest.mark.parametrize("warmup", [0, 7])
def test_rates_are_those_of_the_formula(name, warmup):
    values = {"rate": 0.01, "steps": 40, "warmup": warmup, "decay": 0.05}
    schedule = Schedule(name=name, learning_rate=0.01, steps=40, warmup_steps=warmup, decay=0.05)
    for step in range(40):
        assert schedule(step) == pytest.approx(expected_rate(name, step, **values), rel=1e-12)
