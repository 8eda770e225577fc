"""The promises of seqforge's readers, codecs, data sets and formats, and what is peculiar to knitting."""

from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from seqforge import DataError, Source
from seqforge.testing import CodecSuite, DatasetSuite, FormatSuite, ReaderSuite
from seqforge_knitting.codec import StitchCodec
from seqforge_knitting.files import ChartFile, SwatchFile, SwatchReader
from seqforge_knitting.swatch import Swatch

SWATCHES = Path(str(files("seqforge_knitting").joinpath("data", "swatches.csv")))
HEADER = "family,name,row,stitches\n"


class TestReader(ReaderSuite):
    name = "swatch-csv"
    files: ClassVar = (SWATCHES,)


class TestCodec(CodecSuite):
    name = "stitches"
    source = "swatches"


class TestDataset(DatasetSuite):
    name = "swatches"


class TestSwatchFormat(FormatSuite):
    name = "swatch-csv"
    source = "swatches"


class TestChartFormat(FormatSuite):
    name = "swatch-chart"
    source = "swatches"


def read(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return list(SwatchReader().read(path))


def test_rows_are_read_from_the_bottom_up(tmp_path):
    (swatch,) = read(tmp_path, HEADER + "Lace,Tiny,2,k4\nLace,Tiny,1,k1 YO ssk p\n")
    assert swatch == Swatch("Tiny", "Lace", (("k", "yo", "ssk", "p"), ("k", "k", "k", "k")))
    assert swatch.chart() == "....\n.o\\-"
    assert swatch.written() == ["k1 yo ssk p1", "k4"]


def test_the_family_may_be_missing(tmp_path):
    (swatch,) = read(tmp_path, "name,row,stitches\nGarter,1,k2\nGarter,2,p2\n")
    assert swatch.family == "Garter"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("A,A,1,k4\nA,A,2,k3\n", "A: row 2 has 3 stitches, and row 1 has 4"),
        ("A,A,1,k4\nA,A,2,k3 yo\n", "row 2 makes it 1 wider: balance yo and decreases"),
        ("A,A,1,k2 bobble\n", "row 1 has the stitch 'bobble'; allowed: k, p, yo, k2tog, ssk"),
    ],
)
def test_what_can_not_be_knitted_is_named(tmp_path, lines, reason):
    (swatch,) = read(tmp_path, HEADER + lines)
    with pytest.raises(DataError, match=reason):
        StitchCodec().encode(swatch)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("A,A,1,k4\nA,A,3,k4\n", "its rows are 1, 3; needed: each number from 1 on, once"),
        ("A,A,1,k4\nA,A,,k4\n", "its rows are 1, ; needed: each number from 1 on, once"),
        ("A,A,1,k999\n", "'k999' is no number of stitches from 1 to 500"),
    ],
)
def test_the_others_of_a_file_are_read(tmp_path, lines, reason):
    dropped, swatch = read(tmp_path, HEADER + lines + "B,Plain,1,k2\n")
    assert dropped == Source("A", 0, reason)
    assert swatch.name == "Plain"


def test_a_file_without_the_columns_says_which(tmp_path):
    with pytest.raises(DataError, match="it has no column 'stitches'; needed: name, row, stitches"):
        read(tmp_path, "name,row\nA,1\n")


def test_the_context_is_what_lies_around():
    piece = StitchCodec().encode(Swatch("A", "A", (("p", "k", "yo", "k2tog"), ("k", "p", "p", "k"), ("k",) * 4)))
    names = [field.name for field in StitchCodec.context_fields]
    context = dict(zip(names, piece.context[2 * 4 + 1].tolist(), strict=True))  # row 3, the second stitch
    assert context == {"below left": 1, "below": 2, "below right": 2, "two below": 1, "two left": 0, "side": 0}
    assert piece.context[0].tolist() == [0, 0, 0, 0, 0, 0]


def test_a_row_can_always_be_brought_back_to_its_width():
    guides = StitchCodec().guides([{"width": 4, "rows": 2}])
    for token, allowed in ((2, "k p yo k2tog ssk"), (2, "k p yo k2tog ssk"), (3, "k2tog ssk"), (4, "k2tog ssk")):
        symbols = np.array(["k", "p", "yo", "k2tog", "ssk"])[guides.allowed()[0]]
        assert " ".join(symbols) == allowed
        guides.accept(np.array([token], np.int32))
    assert guides.allowed()[0].all(), "the next row begins anew"


def test_files_are_read_again(tmp_path):
    for swatch in SwatchReader().read(SWATCHES):
        SwatchFile().write(swatch, tmp_path / "one.csv")
        assert list(SwatchReader().read(tmp_path / "one.csv")) == [swatch]


def test_a_chart_says_what_to_knit(tmp_path):
    ChartFile().write(Swatch("Tiny", "Lace", (("k", "yo", "ssk", "p"), ("k",) * 4)), tmp_path / "tiny.txt")
    assert (tmp_path / "tiny.txt").read_text(encoding="utf-8") == (
        "Tiny\n\n....\n.o\\-\n\nAs seen from the right side: . k, - p, o yo, / k2tog, \\ ssk\n\n"
        "Row 1: k1 yo ssk p1\nRow 2: k4\n"
    )
