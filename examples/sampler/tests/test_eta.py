"""The promises of seqforge's processors, and the formula by an example worked out by hand."""

from typing import ClassVar

import numpy as np
import pytest

from seqforge.testing import ProcessorSuite
from seqforge_eta.processor import Eta


class TestEta(ProcessorSuite):
    name = "eta"
    options: ClassVar = {"eta": 0.1}


def kept(chances, eta):
    with np.errstate(divide="ignore"):
        logits = np.log(np.array([chances]))
    nothing = np.zeros((1, 0), np.int32)
    return np.isfinite(Eta(eta=eta)(logits, nothing, np.zeros(len(chances), np.int32))[0]).tolist()


@pytest.mark.parametrize(
    ("chances", "eta", "expected"),
    [
        # the entropy of four equal ones is log 4: the threshold is 0.3 / 4 = 0.075
        ([0.25, 0.25, 0.25, 0.25], 0.09, [True, True, True, True]),
        # it is 0.553 here, exp(-0.553) 0.575: the threshold is min(0.09, 0.173)
        ([0.85, 0.1, 0.025, 0.025], 0.09, [True, True, False, False]),
        # log 2 + 0.1 log 25 is 1.015, exp(-1.015) 0.3624: the threshold is min(0.16, 0.145)
        ([0.45, 0.45, 0.05, 0.05], 0.16, [True, True, False, False]),
        ([0.5, 0.5, 0.0, 0.0], 1.0, [True, True, False, False]),
        ([0.9, 0.1, 0.0, 0.0], 1.0, [True, False, False, False]),
        ([0.97, 0.01, 0.01, 0.01], 0.0, [True, True, True, True]),
    ],
)
def test_what_is_kept(chances, eta, expected):
    assert kept(chances, eta) == expected


def test_where_much_is_open_less_likely_tokens_stay():
    """A hundred tokens of 0.01 each stay under eta = 0.1, and one of 0.01 beside a certain one does not."""
    assert all(kept([0.01] * 100, 0.1))
    assert kept([0.98, 0.01, 0.01], 0.1) == [True, False, False]
