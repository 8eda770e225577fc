"""The conformance suite for metrics; what is special to yours is tested below it."""

from __future__ import annotations

import pytest
from seqforge.testing import MetricSuite

from my_plugin.codec import Rhythm
from my_plugin.metric import RhythmMetric


class TestConformance(MetricSuite):
    name = "my-plugin"
    source = "my-plugin"  # where its works come from: what --data takes


def test_hits_and_those_off_the_beat_are_counted() -> None:
    values = RhythmMetric().measure(Rhythm("x..x..x.x..x...."))
    assert values["density"] == pytest.approx(5 / 16)
    assert values["off_beat"] == pytest.approx(2 / 5)


def test_what_the_reference_does_is_less_surprising() -> None:
    metric = RhythmMetric()
    metric.fit([Rhythm("x...x...x...x...")] * 3, ["a", "b", "c"])
    usual, unusual = (metric.measure(Rhythm(steps))["surprise"] for steps in ("x..." * 4, ".x.x" * 4))
    assert usual < unusual
