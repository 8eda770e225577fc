"""The conformance suites for readers and codecs; what is special to yours is tested below them."""

from __future__ import annotations

from pathlib import Path

from seqforge import Source
from seqforge.testing import CodecSuite, ReaderSuite

from my_plugin.codec import Rhythm
from my_plugin.reader import RhythmReader

FILE = Path(__file__).parents[1] / "examples" / "some.rhythms"


class TestConformance(ReaderSuite):
    name = "my-plugin"
    files = (FILE,)  # that it should read


class TestCodec(CodecSuite):
    name = "my-plugin"
    source = str(FILE)  # what --data takes: a data set, a file, a folder


def test_a_line_that_is_no_rhythm_is_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "mixed.rhythms"
    path.write_text("# a remark\nlantern: x..x..x.x...x...\nlantern: x..\nx...\n")
    first, *others = RhythmReader(repeat=1).read(path)
    assert first == Rhythm("x..x..x.x...x...", name="mixed:2", group="lantern")
    assert [(source.name, bool(source.reason)) for source in others if isinstance(source, Source)] == [
        ("mixed.rhythms line 3", True),
        ("mixed.rhythms line 4", True),
    ]
