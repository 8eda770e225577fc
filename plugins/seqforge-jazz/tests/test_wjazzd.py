"""Reader of the Weimar Jazz Database."""

import json
import lzma
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from seqforge import DataError, Source
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.wjazzd import WeimarReader

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
SOLOS = DATA / "wjazzd" / "wjazzd_456.json.xz"
TOOL = DATA.parent / "tools" / "make_wjazzd.py"
WITH_DATABASE = pytest.mark.skipif(
    not (SOLOS.is_file() and TOOL.is_file()), reason="no Weimar Jazz Database in SEQFORGE_TEST_DATA"
)

TABLES = """
CREATE TABLE composition_info (compid INTEGER, title TEXT);
CREATE TABLE solo_info (melid INTEGER, compid INTEGER, performer TEXT, title TEXT, titleaddon TEXT,
  solopart TEXT, instrument TEXT, avgtempo REAL, rhythmfeel TEXT, key TEXT, signature TEXT);
CREATE TABLE melody (eventid INTEGER PRIMARY KEY, melid INTEGER, onset REAL, pitch REAL, duration REAL, period INTEGER,
  division INTEGER, bar INTEGER, beat INTEGER, tatum INTEGER, beatdur REAL);
CREATE TABLE beats (melid INTEGER, bar INTEGER, beat INTEGER, chord TEXT);
INSERT INTO composition_info VALUES (1, 'Blue Bossa'), (2, 'So What');
"""
Row = tuple[int, int, int, int, float, float]
"""Bar, beat, tatum, division, seconds, pitch."""


class Solo:
    """A solo to be put into a database, with beats of half a second unless said otherwise."""

    def __init__(
        self,
        notes: Iterable[Row],
        chords: Iterable[tuple[int, int, str]] = (),
        *,
        composition: int = 1,
        signature: str | None = "4/4",
        period: int = 4,
        instrument: str | None = None,
        feel: str | None = None,
        key: str | None = None,
        beat_seconds: float | None = 0.5,
    ) -> None:
        self.row = (composition, "Someone", "Title", None, "1", instrument, 120.0, feel, key, signature)
        self.notes, self.chords, self.period, self.beat_seconds = list(notes), list(chords), period, beat_seconds


def database(folder: Path, *solos: Solo) -> Path:
    path = folder / "solos.db"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(TABLES)
        for number, solo in enumerate(solos, start=1):
            file.execute("INSERT INTO solo_info VALUES (?,?,?,?,?,?,?,?,?,?,?)", (number, *solo.row))
            for onset, (bar, beat, tatum, division, seconds, pitch) in enumerate(solo.notes):
                file.execute(
                    "INSERT INTO melody VALUES (NULL,?,?,?,?,?,?,?,?,?,?)",
                    (number, onset, pitch, seconds, solo.period, division, bar, beat, tatum, solo.beat_seconds),
                )
            file.executemany("INSERT INTO beats VALUES (?,?,?,?)", [(number, *chord) for chord in solo.chords])
        file.commit()
    return path


def read_one(folder: Path, solo: Solo) -> LeadSheet:
    (sheet,) = WeimarReader().read(database(folder, solo))
    assert isinstance(sheet, LeadSheet)
    return sheet


def test_starts_come_from_tatums_and_lengths_from_the_local_beat(tmp_path: Path) -> None:
    notes = [(1, 1, 1, 2, 0.125, 60.0), (1, 1, 2, 2, 0.1, 62.0), (1, 2, 2, 3, 0.06, 64.0), (1, 4, 3, 4, 0.25, 65.0)]
    assert read_one(tmp_path, Solo(notes)).notes == (
        Note(0, 3, 60),
        Note(6, 2, 62),
        Note(16, 1, 64),
        Note(42, 6, 65),
    )


def test_a_gap_of_three_ticks_is_a_rest_and_shorter_ones_are_closed(tmp_path: Path) -> None:
    sheet = read_one(tmp_path, Solo([(1, 1, 1, 1, 9 / 24, 60), (1, 2, 1, 1, 10 / 24, 62), (1, 3, 1, 1, 0.5, 64)]))
    assert [note.duration for note in sheet.notes] == [9, 12, 12]


def test_overlaps_are_cut_and_one_note_stays_where_two_meet(tmp_path: Path) -> None:
    notes = [(1, 1, 1, 1, 3.0, 60), (1, 2, 1, 1, 0.5, 62), (1, 2, 1, 1, 0.5, 66)]
    assert read_one(tmp_path, Solo(notes)).notes == (Note(0, 12, 60), Note(12, 12, 66))


def test_pick_up_bars_have_no_chord_until_one_is_written(tmp_path: Path) -> None:
    sheet = read_one(tmp_path, Solo([(0, 4, 1, 1, 0.5, 60), (2, 1, 1, 1, 0.5, 62)], [(1, 1, "C-7"), (2, 3, "F79")]))
    assert sheet.chart.text == "N.C. | Cm7 | Cm7 F9"
    assert [note.start for note in sheet.notes] == [36, 96]


def test_a_solo_that_starts_late_has_its_chart_from_bar_one(tmp_path: Path) -> None:
    sheet = read_one(tmp_path, Solo([(3, 1, 1, 1, 0.5, 60)], [(-1, 1, "G7"), (1, 1, "Cj7")]))
    assert sheet.chart.text == "Cmaj7 | % | %"


def test_no_two_titles_are_alike_and_takes_share_their_group(tmp_path: Path) -> None:
    notes = [(1, 1, 1, 1, 0.5, 60)]
    works = list(WeimarReader().read(database(tmp_path, Solo(notes), Solo(notes), Solo(notes, composition=2))))
    assert [work.title for work in works] == [
        "Someone: Blue Bossa (1)",
        "Someone: Blue Bossa (1), solo 2",
        "Someone: So What (1)",
    ]
    assert [work.group for work in works] == ["blue bossa", "blue bossa", "so what"]


def test_what_the_database_says_beside_the_notes(tmp_path: Path) -> None:
    solo = Solo([(1, 1, 1, 1, 0.5, 70)], [(1, 1, "Bbj7")], instrument="tp", feel="LATIN", key="Bb-maj")
    sheet = read_one(tmp_path, solo)
    assert (sheet.title, sheet.group) == ("Someone: Blue Bossa (1)", "blue bossa")
    assert (sheet.instrument, sheet.key, sheet.tempo_bpm) == ("trumpet", "Bb", 120)
    assert (sheet.style, sheet.swing) == ("bossa", 0.5)
    assert "Weimar Jazz Database" in sheet.citation


@pytest.mark.parametrize(
    ("key", "name"), [("D-min", "Dm"), ("F#-dor", "F#m"), ("Ab-blues", "Ab"), (None, "Eb"), ("", "Eb")]
)
def test_keys_are_read_or_found_in_the_chords(tmp_path: Path, key: str | None, name: str) -> None:
    chords = [(1, 1, "Ebj7"), (2, 1, "F-7"), (2, 3, "Bb7"), (3, 1, "Ebj7")]
    sheet = read_one(tmp_path, Solo([(1, 1, 1, 1, 0.5, 60), (3, 1, 1, 1, 0.5, 60)], chords, key=key))
    assert sheet.key == name


@pytest.mark.parametrize(
    ("solo", "reason"),
    [
        (Solo([]), "no notes"),
        (Solo([(1, 1, 1, 1, 0.5, 60)], signature="5/4", period=5), "the meter is 5/4; allowed: 3/4 or 4/4"),
        (Solo([(1, 1, 1, 1, 0.5, 60)], signature="4/4", period=3), "the meter is 3/4 and 4/4"),
        (Solo([(1, 1, 1, 1, 0.5, 60)], [(1, 3, "Cwhat")]), "bar 1, beat 3: chord 'Cwhat'"),
        (Solo([(1, 1, 1, 1, 0.5, 60)], beat_seconds=None), "is missing or impossible"),
        (Solo([(1, 1, 1, 0, 0.5, 60)]), "is missing or impossible"),
        (Solo([(1, 1, 1, 1, 0.5, 60), (3000, 1, 1, 1, 0.5, 60)]), "3000 bars"),
        (Solo([(1, 1, 1, 1, 0.5, 140)]), "pitch 0 to 127"),
        (Solo([(1, -9, 1, 1, 0.5, 60)]), "is missing or impossible"),
    ],
)
def test_a_solo_that_fails_is_named_and_the_others_go_on(tmp_path: Path, solo: Solo, reason: str) -> None:
    good = Solo([(1, 1, 1, 1, 0.5, 60)], composition=2)
    failed, fine = WeimarReader().read(database(tmp_path, solo, good))
    assert isinstance(failed, Source)
    assert (failed.name, failed.pieces) == ("Someone: Blue Bossa (1)", 0)
    assert reason in failed.reason
    assert "\n" not in failed.reason
    assert isinstance(fine, LeadSheet)


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\x00" + bytes(200)])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "solos.db"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a Weimar Jazz Database") as caught:
        list(WeimarReader().read(path))
    assert path.read_bytes() == content
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a Weimar Jazz Database"):
        list(WeimarReader().read(tmp_path / "nothing.db"))
    assert not (tmp_path / "nothing.db").exists()


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no solos"):
        list(WeimarReader().read(database(tmp_path)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[LeadSheet | Source]:
    path = tmp_path_factory.mktemp("wjazzd") / "wjazzd.db"
    subprocess.run([sys.executable, str(TOOL), str(path)], check=True, capture_output=True)
    start = time.perf_counter()
    works = list(WeimarReader().read(path))
    assert time.perf_counter() - start < 20, "numbers: about 1 s on an idle core"
    return works


@WITH_DATABASE
def test_all_solos_in_three_or_four_four_are_read(whole: list[LeadSheet | Source]) -> None:
    source = json.loads(lzma.decompress(SOLOS.read_bytes()))
    periods = [max(beat[1] for beat in solo["beats"]) for solo in source]
    assert [isinstance(work, LeadSheet) for work in whole] == [period in (3, 4) for period in periods]
    assert {work.reason.split(";")[0] for work in whole if isinstance(work, Source)} == {
        f"the meter is {period}/4" for period in periods if period not in (3, 4)
    }


@WITH_DATABASE
def test_positions_and_pitches_are_those_of_the_source(whole: list[LeadSheet | Source]) -> None:
    """Counted from the end of the chart's pick-up, on the grid of 1/12 quarter; colliding notes apart."""
    source = json.loads(lzma.decompress(SOLOS.read_bytes()))
    lost = total = 0
    for solo, work in zip(source, whole, strict=True):
        if isinstance(work, Source):
            continue
        first = min(1, *(note[0] for note in solo["notes"]))
        beats = work.chart.beats_per_bar
        places = Counter(
            (((bar - first) * beats + beat - 1) * 12 + round((tatum - 1) * 12 / division), pitch)
            for bar, beat, tatum, division, _, _, pitch in solo["notes"]
        )
        read = Counter((note.start, note.pitch) for note in work.notes)
        assert read <= places
        total += len(solo["notes"])
        lost += len(solo["notes"]) - len(work.notes)
    assert lost / total < 0.002


@WITH_DATABASE
def test_every_work_is_whole(whole: list[LeadSheet | Source]) -> None:
    sheets = [work for work in whole if isinstance(work, LeadSheet)]
    assert len({sheet.title for sheet in sheets}) == len(sheets)
    assert len({sheet.group for sheet in sheets}) < len(sheets)
    for sheet in sheets:
        assert sheet.instrument in INSTRUMENTS
        assert all(after.start - before.end not in (1, 2) for before, after in pairwise(sheet.notes))
