"""The conformance suites for codecs and data sets; what is special to yours is tested below them."""

from __future__ import annotations

import pytest
from seqforge import DataError
from seqforge.testing import CodecSuite, DatasetSuite

from my_plugin.codec import Rhythm, RhythmCodec


class TestConformance(CodecSuite):
    name = "my-plugin"
    source = "my-plugin"  # what --data takes: a data set, a file, a folder


class TestData(DatasetSuite):
    name = "my-plugin"


@pytest.mark.parametrize(
    ("steps", "reason"),
    [("x..x", "not whole bars"), ("", "not whole bars"), ("x..o" * 4, "'o' is no step")],
)
def test_what_is_no_rhythm_is_refused_with_the_reason(steps: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        RhythmCodec().encode(Rhythm(steps))
