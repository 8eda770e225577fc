"""The plugin's parts keep the promises of their kinds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import pytest

from seqforge.testing import CodecSuite, DatasetSuite, FormatSuite, MetricSuite, ReaderSuite
from seqforge_jazz.etudes import etudes
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.formats.musicxml import MusicXMLFormat

TABLES = """
CREATE TABLE composition_info (compid INTEGER, title TEXT);
CREATE TABLE solo_info (melid INTEGER, compid INTEGER, performer TEXT, title TEXT, titleaddon TEXT,
  solopart TEXT, instrument TEXT, avgtempo REAL, rhythmfeel TEXT, key TEXT, signature TEXT);
CREATE TABLE melody (eventid INTEGER PRIMARY KEY, melid INTEGER, onset REAL, pitch REAL, duration REAL, period INTEGER,
  division INTEGER, bar INTEGER, beat INTEGER, tatum INTEGER, beatdur REAL);
CREATE TABLE beats (melid INTEGER, bar INTEGER, beat INTEGER, chord TEXT);
INSERT INTO composition_info VALUES (1, 'Blue Bossa');
INSERT INTO solo_info VALUES (1, 1, 'Someone', 'Title', NULL, '1', 'ts', 120.0, 'SWING', 'C-min', '4/4');
INSERT INTO beats VALUES (1, 1, 1, 'C-7'), (1, 2, 1, 'F-7');
"""


class TestMelody(CodecSuite):
    name = "melody"
    source = "jazz-etudes"


class TestMelodyWithoutCorpus(CodecSuite):
    name = "melody"


class TestGrammar(CodecSuite):
    name = "grammar"
    source = "jazz-etudes"


class TestGrammarWithRests(TestGrammar):
    options = MappingProxyType({"rests": True})


class TestEtudes(DatasetSuite):
    name = "jazz-etudes"


class TestEtudesAsValues(DatasetSuite):
    name = "jazz-etudes"
    codec_name = "grammar"


class _ReaderSuite(ReaderSuite):
    """A suite with one file, which `write` makes."""

    @pytest.fixture(autouse=True)
    def one_file(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        if not type(self).files:
            path = tmp_path_factory.mktemp(self.name) / f"one{self.part().spec.suffixes[0]}"
            self.write(path)
            type(self).files = (path,)

    def write(self, path: Path) -> None:
        raise NotImplementedError


class TestMidiReader(_ReaderSuite):
    name = "midi"

    def write(self, path: Path) -> None:
        MidiFormat().write(etudes()[0], path)


class TestMusicXMLReader(_ReaderSuite):
    name = "musicxml"

    def write(self, path: Path) -> None:
        MusicXMLFormat().write(etudes()[0], path)


class TestABCReader(_ReaderSuite):
    name = "abc"

    def write(self, path: Path) -> None:
        tunes = files("seqforge_jazz").joinpath("data", "etudes.abc").read_text(encoding="utf-8").split("\nX:")
        path.write_text("\nX:".join(tunes[:2]), encoding="utf-8")


class TestWeimarReader(_ReaderSuite):
    name = "wjazzd"

    def write(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            database.executescript(TABLES)
            for number in range(16):
                values = (number, 60 + number % 7, number // 4 + 1, number % 4 + 1)
                database.execute("INSERT INTO melody VALUES (NULL, 1, ?, ?, 0.25, 4, 2, ?, ?, 1, 0.5)", values)
            database.commit()


class TestMidiFormat(FormatSuite):
    name = "mid"
    source = "jazz-etudes"


class TestMidiFormatOfGeneratedWorks(FormatSuite):
    name = "mid"


class TestMusicXMLFormat(FormatSuite):
    name = "musicxml"
    source = "jazz-etudes"


class TestMusicXMLFormatOfGeneratedWorks(FormatSuite):
    name = "musicxml"


class TestSVGFormat(FormatSuite):
    name = "svg"
    source = "jazz-etudes"
    options = MappingProxyType({"pitch": "written"})


class TestWavFormat(FormatSuite):
    name = "wav"
    source = "jazz-etudes"


@pytest.mark.skipif(find_spec("soundfile") is None, reason="soundfile is not installed")
class TestMp3Format(FormatSuite):
    name = "mp3"
    source = "jazz-etudes"


class TestMelodyMetric(MetricSuite):
    name = "melody"
    source = "jazz-etudes"


class TestRhythmMetric(MetricSuite):
    name = "rhythm"
    source = "jazz-etudes"


class TestHarmonyMetric(MetricSuite):
    name = "harmony"
    source = "jazz-etudes"


class TestSurpriseMetric(MetricSuite):
    name = "surprise"
    source = "jazz-etudes"


class TestSurpriseMetricOfValues(MetricSuite):
    name = "surprise"
    codec_name = "grammar"
    source = "jazz-etudes"


class TestMelodyMetricOfRandomWorks(MetricSuite):
    name = "melody"
