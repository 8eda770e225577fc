"""Readers of MusicXML and ABC: files as they are found, and files that are no use."""

import os
import pickle
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforge import DataError, Source
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.musicxml_abc import ABCReader, MusicXMLReader

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
LEAD_SHEETS = sorted((DATA / "leadsheets").glob("*.mxl"))
WITH_LEAD_SHEETS = pytest.mark.skipif(not LEAD_SHEETS, reason="no lead sheets in SEQFORGE_TEST_DATA")
BARS_PLAYED = {"Do_It_Again": 64, "Love_Me_or_Leave_Me": 64, "Mean_to_Me": 65, "Down_by_the_Riverside": 49}
"""Counted by hand from the repeats and endings on paper."""


def raw_score(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if "META-INF" not in name)
        return ElementTree.fromstring(archive.read(name))


def raw_events(root: ElementTree.Element) -> Iterator[tuple[str, Fraction, ElementTree.Element]]:
    """Notes and harmonies of a score without repeats, each with its place in quarters from the first bar line."""
    now = Fraction(0)
    for measure in root.iter("measure"):
        for element in measure:
            if element.tag in ("note", "harmony"):
                yield element.tag, now, element
            if element.tag == "note" and element.find("chord") is None:
                now += Fraction(int(element.findtext("duration")), 10080)


def raw_notes(root: ElementTree.Element) -> list[tuple[Fraction, int]]:
    notes = []
    for tag, now, element in raw_events(root):
        if tag == "note" and element.find("pitch") is not None and element.find("tie[@type='stop']") is None:
            step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[element.findtext("pitch/step")]
            octave, alter = int(element.findtext("pitch/octave")), int(element.findtext("pitch/alter") or 0)
            notes.append((now, 12 * (octave + 1) + step + alter))
    return notes


def raw_chords(root: ElementTree.Element) -> list[tuple[int, str]]:
    """The beat and the fields of every change, the first of those at one place."""
    places: dict[Fraction, str] = {}
    for tag, now, element in raw_events(root):
        if tag == "harmony":
            texts = [f"{field.tag}={(field.text or '').strip()}" for field in element.iter() if field.tag != "offset"]
            places.setdefault(now, " ".join(texts))
    beats: dict[int, str] = {}
    for now, fields in sorted(places.items()):
        beats[-(-now // 1)] = fields
    return [next(group) for _, group in groupby(beats.items(), key=lambda item: item[1])]


@WITH_LEAD_SHEETS
def test_all_lead_sheets_are_read() -> None:
    sheets = [sheet for path in LEAD_SHEETS for sheet in MusicXMLReader().read(path)]
    assert len(sheets) == len(LEAD_SHEETS) == 16
    assert all(sheet.notes and len(sheet.chart.changes) > 10 for sheet in sheets)
    assert len({sheet.title for sheet in sheets}) == 16


@pytest.mark.parametrize("path", LEAD_SHEETS, ids=lambda path: path.stem)
def test_notes_and_chords_of_a_lead_sheet_are_those_of_its_xml(path: Path) -> None:
    root = raw_score(path)
    (sheet,) = MusicXMLReader().read(path)
    if root.find(".//repeat") is not None:
        assert len(sheet.notes) > len(raw_notes(root))
        return
    assert [(Fraction(note.start, 12), note.pitch) for note in sheet.notes] == raw_notes(root)
    sounding = [change for change in sheet.chart.changes if change.chord.root is not None]
    assert [change.tick // 12 for change in sounding] == [beat for beat, _ in raw_chords(root)]


@pytest.mark.parametrize("path", [path for path in LEAD_SHEETS if path.stem in BARS_PLAYED], ids=lambda path: path.stem)
def test_repeats_and_endings_are_played_out(path: Path) -> None:
    (sheet,) = MusicXMLReader().read(path)
    assert sheet.chart.bars == BARS_PLAYED[path.stem]


def music_xml(bars: str, attributes: str = "", head: str = "") -> str:
    """A score of one part; `bars` are written as measures' contents, divided by `|`."""
    first = f"<attributes><divisions>12</divisions>{attributes}</attributes>"
    measures = "".join(
        f'<measure number="{number}">{first if number == 1 else ""}{bar}</measure>'
        for number, bar in enumerate(bars.split("|"), start=1)
    )
    parts = '<part-list><score-part id="P1"><part-name>Tenor Saxophone</part-name></score-part></part-list>'
    return f'{head}<score-partwise>{parts}<part id="P1">{measures}</part></score-partwise>'


def note_xml(step: str, duration: int, more: str = "") -> str:
    return f"<note>{more}<pitch><step>{step}</step><octave>4</octave></pitch><duration>{duration}</duration></note>"


def read_xml(folder: Path, text: str) -> LeadSheet:
    path = folder / "tune.musicxml"
    path.write_text(text, encoding="utf-8")
    (sheet,) = MusicXMLReader().read(path)
    return sheet


def read_abc(folder: Path, text: str) -> list[LeadSheet | Source]:
    path = folder / "tune.abc"
    path.write_text(text, encoding="utf-8")
    return list(ABCReader().read(path))


def test_a_transposing_part_is_read_as_it_sounds(tmp_path: Path) -> None:
    move = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic><octave-change>-1</octave-change></transpose>"
    chord = "<harmony><root><root-step>D</root-step></root><kind>minor-seventh</kind></harmony>"
    written = read_xml(tmp_path, music_xml(chord + note_xml("D", 48)))
    sounding = read_xml(tmp_path, music_xml(chord + note_xml("D", 48), move))
    assert (written.notes[0].pitch, written.chart.text) == (62, "Dm7")
    assert (sounding.notes[0].pitch, sounding.chart.text) == (48, "Cm7")


def test_the_top_of_chords_is_the_line_and_grace_notes_are_left_out(tmp_path: Path) -> None:
    grace = note_xml("B", 0).replace("<duration>0</duration>", "").replace("<note>", "<note><grace/>")
    text = music_xml(note_xml("C", 24) + note_xml("E", 24, "<chord/>") + grace + note_xml("D", 24))
    assert read_xml(tmp_path, text).notes == (Note(0, 24, 64), Note(24, 24, 62))


def test_a_short_first_bar_is_a_pick_up_and_two_halves_are_joined(tmp_path: Path) -> None:
    text = music_xml("|".join(note_xml("C", ticks) for ticks in (12, 48, 36, 12, 24)))
    sheet = read_xml(tmp_path, text)
    assert [note.start for note in sheet.notes] == [36, 48, 96, 132, 144]
    assert sheet.chart.bars == 4


def test_bars_of_two_quarters_are_halves(tmp_path: Path) -> None:
    sheet = read_xml(tmp_path, music_xml("|".join([note_xml("C", 24)] * 3), meter_xml(2)))
    assert (sheet.chart.beats_per_bar, sheet.chart.bars) == (4, 2)
    assert [note.start for note in sheet.notes] == [0, 24, 48]


def test_of_chords_at_one_place_the_first_counts_and_off_beats_count_from_the_next(tmp_path: Path) -> None:
    chords = [
        f"<harmony><root><root-step>{root}</root-step></root><kind>major</kind></harmony>" for root in ("C", "D", "E")
    ]
    text = music_xml(chords[0] + chords[1] + note_xml("C", 18) + chords[2] + note_xml("C", 30))
    assert read_xml(tmp_path, text).chart.text == "C E"


def meter_xml(beats: int, beat_type: int = 4) -> str:
    return f"<time><beats>{beats}</beats><beat-type>{beat_type}</beat-type></time>"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a MusicXML file"),
        ("no xml", "not a MusicXML file"),
        ("<html/>", "the root is <html>"),
        (music_xml("<note><rest/><duration>48</duration></note>"), "no notes"),
        (music_xml(note_xml("C", 60), meter_xml(4)), "bar 1 lasts 5 quarters; allowed: 4"),
        (music_xml(note_xml("C", 60), meter_xml(5)), "the meter is 5/4; allowed"),
        (music_xml(note_xml("C", 36), meter_xml(6, 8)), "the meter is 6/8; allowed"),
        (
            music_xml(f"{note_xml('C', 48)}|<attributes>{meter_xml(3)}</attributes>{note_xml('C', 36)}", meter_xml(4)),
            "the meter is 3/4 and 4/4",
        ),
        (
            music_xml(
                f"<harmony><root><root-step>C</root-step></root><kind>Tristan</kind></harmony>{note_xml('C', 48)}"
            ),
            "chord 'CTristan'",
        ),
        (
            music_xml(note_xml("C", 48), head='<!DOCTYPE a [<!ENTITY b "c">]>').replace("Tenor", "&b;"),
            "not a MusicXML file",
        ),
    ],
)
def test_a_useless_score_is_one_line_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_xml(tmp_path, text)
    assert "tune.musicxml" in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda data: b"PK\x03\x04" + data)))
def test_any_bytes_are_refused_with_a_data_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "tune.mxl"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"tune\.mxl: not a MusicXML file"):
        list(MusicXMLReader().read(path))


def test_a_compressed_score_with_altered_bytes_is_refused_or_read(tmp_path: Path) -> None:
    """Wherever a byte is wrong: in the archive's own tables, in its checksums, or amid what is compressed."""
    path = tmp_path / "tune.mxl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tune.xml", "<score-partwise>" + "".join(map(chr, range(97, 123))) * 9 + "</score-partwise>")
    content = path.read_bytes()
    refused = 0
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
        try:
            list(MusicXMLReader().read(path))
        except DataError:
            refused += 1
    assert refused > len(content) // 2


def test_an_archive_without_a_score_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tune.mxl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(DataError, match="no score in the archive"):
        list(MusicXMLReader().read(path))


def test_no_pickle_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Music21 caches scores as pickles in a folder that others can write to."""

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("a pickle was read")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    for _ in range(2):
        assert read_xml(tmp_path, music_xml(note_xml("C", 48))).notes
        assert read_abc(tmp_path, "X:1\nL:1/4\nK:C\nC4|\n")


HEAD = "X:1\nT:Tune\nM:4/4\nL:1/4\nQ:1/4=132\nK:F\n"


def test_abc_chords_that_music21_drops_are_kept(tmp_path: Path) -> None:
    symbols = ("C6/9", "G7alt", "Cj7", "AbΔ7", "Bø", "Cmaj9", "Bb7", "F-7")
    tune = HEAD + " | ".join(f'"{symbol}"C4' for symbol in symbols) + " |]\n"
    (sheet,) = read_abc(tmp_path, tune)
    assert [chord.symbol for _, _, chord in sheet.chart.spans()] == [
        "C6/9", "G7alt", "Cmaj7", "Abmaj7", "Bm7b5", "Cmaj9", "Bb7", "Fm7"
    ]  # fmt: skip
    assert (sheet.title, sheet.key, sheet.tempo_bpm) == ("Tune", "F", 132)


def test_abc_notes_have_their_accidentals_ties_triplets_and_pick_up(tmp_path: Path) -> None:
    (sheet,) = read_abc(tmp_path, HEAD + '"^slowly"z/C/ | "F"B =B B (3C/D/E/ | "(C7)"_e2- e z |]\n')
    assert sheet.notes == (
        Note(42, 6, 60), Note(48, 12, 70), Note(60, 12, 71), Note(72, 12, 71),
        Note(84, 4, 60), Note(88, 4, 62), Note(92, 4, 64), Note(96, 36, 75),
    )  # fmt: skip
    assert sheet.chart.text == "N.C. | F | C7"


@pytest.mark.parametrize(
    ("body", "played"),
    [
        ("C4 | D4 | E4 :| F4 |]", "CDECDEF"),
        ("C4 | D4 |: E4 | F4 :| G4 |]", "CDEFEFG"),
        ("|: C4 | D4 |1 E4 :|2 F4 || G4 |]", "CDECDFG"),
        ("|: C4 |1 D4 | E4 :|2 F4 | G4 |: A4 :| B4 |]", "CDECFGAAB"),
        ("|: C4 |1 D4 :|2 E4 :: F4 :|", "CDCEFF"),
        ("C4 | D4 |]", "CD"),
        ("C4 |]", "C"),
    ],
)
def test_abc_repeats_are_played_out(tmp_path: Path, body: str, played: str) -> None:
    (sheet,) = read_abc(tmp_path, HEAD.replace("K:F", "K:C") + body + "\n")
    names = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A", 71: "B"}
    assert "".join(names[note.pitch] for note in sheet.notes) == played
    assert sheet.chart.bars == len(played)


def test_tunes_of_one_file_stand_for_themselves(tmp_path: Path) -> None:
    good, bad = HEAD + '"F"C4 |]\n', HEAD.replace("X:1", "X:2") + '"Fwhat"C4 |]\n'
    first, second = read_abc(tmp_path, good + "\n" + bad)
    assert isinstance(first, LeadSheet)
    assert isinstance(second, Source)
    assert (second.name, second.pieces) == ("tune.abc, tune 2", 0)
    assert "Fwhat" in second.reason
    with pytest.raises(DataError, match="Fwhat"):
        read_abc(tmp_path, bad)
