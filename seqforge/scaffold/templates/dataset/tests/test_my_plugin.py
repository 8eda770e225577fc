"""The conformance suites for data sets and codecs; what is special to yours is tested below them."""

from __future__ import annotations

from seqforge.testing import CodecSuite, DatasetSuite

from my_plugin.codec import RhythmCodec
from my_plugin.dataset import Rhythms


class TestConformance(DatasetSuite):
    name = "my-plugin"


class TestCodec(CodecSuite):
    name = "my-plugin"
    source = "my-plugin"  # what --data takes: a data set, a file, a folder


def test_every_row_of_the_file_is_used() -> None:
    dataset = Rhythms(codec=RhythmCodec(), bars=2)
    assert all(len(piece.tokens) == 32 for piece in dataset.pieces())
    assert not dataset.audit().dropped
