"""The conformance suite for processors; what is special to yours is tested below it."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from seqforge.testing import ProcessorSuite

from my_plugin.processor import EpsilonCutoff


class TestConformance(ProcessorSuite):
    name = "my-plugin"
    options = MappingProxyType({"epsilon": 0.2})  # that switch it on


def test_what_is_less_likely_than_epsilon_is_left_out() -> None:
    logits = np.log([[0.5, 0.3, 0.15, 0.05]])
    none = np.zeros((1, 0), np.int32)
    kept = EpsilonCutoff(epsilon=0.2)(logits, none, np.zeros(4, np.int32))
    assert np.isfinite(kept).tolist() == [[True, True, False, False]]
