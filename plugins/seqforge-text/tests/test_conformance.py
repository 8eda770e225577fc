"""The plugin's parts keep the promises of their kinds."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from seqforge.testing import CodecSuite, DatasetSuite, FormatSuite, MetricSuite, ReaderSuite


class TestCharacters(CodecSuite):
    name = "characters"
    source = "lighthouse-log"


class TestCharactersWithoutCorpus(CodecSuite):
    name = "characters"


class TestSmallLettersThatAreNotRare(CodecSuite):
    name = "characters"
    source = "lighthouse-log"
    options = MappingProxyType({"lowercase": True, "min_count": 50})


class TestLog(DatasetSuite):
    name = "lighthouse-log"


class TestReader(ReaderSuite):
    name = "text"

    @pytest.fixture(autouse=True)
    def two_files(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        if not type(self).files:
            folder: Path = tmp_path_factory.mktemp("texts")
            for name, text in (("one.txt", "Ein Käse,\nzwei Käse.\n"), ("two.md", "# Two\n\nAnd so on.\n")):
                (folder / name).write_text(text, encoding="utf-8")
            type(self).files = (folder / "one.txt", folder / "two.md")


class TestFormat(FormatSuite):
    name = "txt"
    source = "lighthouse-log"


class TestFormatOfRandomWorks(FormatSuite):
    name = "txt"


class TestWords(MetricSuite):
    name = "words"
    source = "lighthouse-log"


class TestWordsOfRandomWorks(MetricSuite):
    name = "words"
