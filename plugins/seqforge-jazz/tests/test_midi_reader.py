"""Reader of MIDI files: which track, which chords, which stretch."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import mido
import pytest

from seqforge import DataError, OutOfRange, RequestError, Source
from seqforge_jazz.charts import Chart
from seqforge_jazz.etudes import etudes
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.midi import MidiReader

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
METHENY = DATA / "metheny" / "original_metheny.mid"
PULSES = 480
MELODY = [(beat, beat + 0.5, 60 + beat % 7) for beat in range(16)]
CHORDS = [
    (beat, beat + 2, pitch) for beat in range(0, 16, 2) for pitch in ((53, 57, 60, 64), (55, 59, 62, 65))[beat % 4 // 2]
]

Notes = Iterable[tuple[float, float, int]]
"""Start and end in quarters, pitch."""


def track(
    notes: Notes = (), *, name: str = "", channel: int = 0, program: int = 0, metas: Iterable = ()
) -> mido.MidiTrack:
    """A track; `metas` are (quarter, message)."""
    events = [(round(quarter * PULSES), 0, message) for quarter, message in metas]
    if name:
        events.append((0, 0, mido.MetaMessage("track_name", name=name)))
    events.append((0, 1, mido.Message("program_change", channel=channel, program=program)))
    for start, end, pitch in notes:
        events.append((round(start * PULSES), 3, mido.Message("note_on", note=pitch, velocity=80, channel=channel)))
        events.append((round(end * PULSES), 2, mido.Message("note_off", note=pitch, channel=channel)))
    written, now = mido.MidiTrack(), 0
    for pulse, _, message in sorted(events, key=lambda event: event[:2]):
        written.append(message.copy(time=pulse - now))
        now = pulse
    return written


def save(folder: Path, *tracks: mido.MidiTrack, name: str = "tune.mid", kind: int = 1) -> Path:
    file = mido.MidiFile(type=kind, ticks_per_beat=PULSES, charset="utf-8")
    file.tracks.extend(tracks)
    file.save(folder / name)
    return folder / name


def read(path: Path, **options: object) -> tuple[LeadSheet, str]:
    """The lead sheet, and what the reader says of the file."""
    source, sheet = MidiReader(**options).read(path)
    assert isinstance(source, Source)
    assert not source.reason
    assert isinstance(sheet, LeadSheet)
    return sheet, "\n".join(source.notes)


def meter(numerator: int, denominator: int = 4) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)


def tempo(bpm: float) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))


def test_melody_and_chords_are_found_and_named(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        track(metas=[(0, tempo(100))], name="A title"),
        track(CHORDS, name="Keys"),
        track(MELODY, name="Sax", channel=1, program=66),
        track([(beat, beat + 1, 36) for beat in range(32)], name="Bass", channel=2, program=33),
        track([(beat / 4, beat / 4 + 0.1, 42) for beat in range(64)], name="Kit", channel=9),
    )
    sheet, notes = read(path)
    assert "melody: track 1 'Sax'" in notes
    assert "data.melody_track" in notes
    assert "chords: inferred from track 0 'Keys'" in notes
    assert "data.chord_track" in notes
    assert [note.pitch for note in sheet.notes] == [pitch for _, _, pitch in MELODY]
    assert [note.start for note in sheet.notes] == [beat * 12 for beat in range(16)]
    assert (sheet.tempo_bpm, sheet.instrument, sheet.title, sheet.chart.bars) == (100.0, "tenor-sax", "tune", 4)
    assert len(sheet.accompaniment) == 8
    assert sheet.accompaniment[1].start == 24
    assert sorted(sheet.accompaniment[1].pitches) == [55, 59, 62, 65]


def test_chords_are_inferred(tmp_path: Path) -> None:
    path = save(tmp_path, track(CHORDS, name="Keys"), track(MELODY, channel=1))
    assert read(path)[0].chart == Chart.parse("Fmaj7 G7 | % | % | %")
    bare, notes = read(path, infer_chords=False)
    assert bare.chart == Chart.parse("N.C. | % | % | %")
    assert bare.accompaniment
    assert "without names" in notes


@pytest.mark.parametrize(
    ("pitches", "symbol"),
    [
        ((48, 52, 55), "C"),
        ((50, 53, 57, 60), "Dm7"),
        ((46, 50, 53, 57), "Bbmaj7"),
        ((47, 50, 53, 57), "Bm7b5"),
        ((43, 53, 59, 62), "G7"),
        ((45, 48, 52), "Am"),
    ],
)
def test_common_chords_are_recognised(tmp_path: Path, pitches: Sequence[int], symbol: str) -> None:
    path = save(tmp_path, track([(0, 4, pitch) for pitch in pitches]), track(MELODY[:4], channel=1))
    assert read(path)[0].chart == Chart.parse(symbol)


@pytest.mark.parametrize("wanted", [0, "0", "Flute", "flute", "flu"])
def test_an_option_names_the_track(tmp_path: Path, wanted: object) -> None:
    flute = [(0, 1, 90), (1, 2, 91)]
    path = save(tmp_path, track(flute, name="Flute"), track(MELODY, name="Sax", channel=1))
    sheet, notes = read(path, melody_track=wanted)
    assert [note.pitch for note in sheet.notes] == [90, 91]
    assert "set by data.melody_track" in notes


@pytest.mark.parametrize("wanted", ["7", "Tuba", "-1", "x" * 500, "\x1b[2J"])
def test_a_track_that_is_not_there_is_an_error_that_lists_those_that_are(tmp_path: Path, wanted: str) -> None:
    path = save(tmp_path, track(MELODY, name="Sax"), track(CHORDS, name="Keys", channel=1))
    with pytest.raises(DataError, match=r"data.chord_track is .*0 'Sax', 1 'Keys'") as raised:
        read(path, chord_track=wanted)
    assert str(raised.value).isprintable()


def test_a_track_called_melody_is_the_melody(tmp_path: Path) -> None:
    path = save(tmp_path, track(MELODY * 2, name="Sax"), track([(0, 4, 72)], name="Melody", channel=1))
    sheet, notes = read(path)
    assert [note.pitch for note in sheet.notes] == [72]
    assert "called so" in notes


def test_channels_are_tracks_in_a_file_of_one_track(tmp_path: Path) -> None:
    both = mido.merge_tracks([track(CHORDS), track(MELODY, channel=3)])
    sheet, notes = read(save(tmp_path, both, kind=0))
    assert "melody: track 1" in notes
    assert len(sheet.accompaniment) == 8


def test_names_in_the_file_come_before_what_is_played(tmp_path: Path) -> None:
    names = [(0, mido.MetaMessage("marker", text="Dm7")), (8, mido.MetaMessage("marker", text="G7(b9)"))]
    path = save(tmp_path, track(metas=names), track(CHORDS), track(MELODY, channel=1))
    sheet, notes = read(path)
    assert sheet.chart == Chart.parse("Dm7 | % | G7(b9) | %")
    assert not sheet.accompaniment
    assert "names in the file (marker)" in notes
    asked, notes = read(path, chord_track="0")
    assert asked.chart == Chart.parse("Fmaj7 G7 | % | % | %")
    written, notes = read(path, chords="C7 | F7")
    assert written.chart == Chart.parse("C7 | F7 | C7 | F7")
    assert "data.chords" in notes


def test_names_of_sections_are_no_chords(tmp_path: Path) -> None:
    names = [(4 * index, mido.MetaMessage("marker", text=text)) for index, text in enumerate("AABA")]
    assert "inferred" in read(save(tmp_path, track(metas=names), track(CHORDS), track(MELODY, channel=1)))[1]


def test_one_track_without_chords_says_which_option_helps(tmp_path: Path) -> None:
    sheet, notes = read(save(tmp_path, track(MELODY, name="Sax")))
    assert sheet.chart == Chart.parse("N.C. | % | % | %")
    assert "the only one with notes" in notes
    assert "chords: none found" in notes
    assert "data.chords" in notes


def test_one_track_with_chords_is_both(tmp_path: Path) -> None:
    top = [(beat, beat + 1, 72 + beat % 5) for beat in range(1, 16, 2)]
    sheet, notes = read(save(tmp_path, track([*CHORDS, *top], name="Piano")))
    assert "melody: track 0" in notes
    assert "inferred from track 0" in notes
    assert {72 + beat % 5 for beat in range(1, 16, 2)} <= {note.pitch for note in sheet.notes}


def test_three_four(tmp_path: Path) -> None:
    sheet, notes = read(save(tmp_path, track(metas=[(0, meter(3))]), track(MELODY)))
    assert (sheet.chart.beats_per_bar, sheet.chart.bars) == (3, 6)
    assert "3/4" in notes
    with pytest.raises(DataError, match=r"data\.chords is in 4/4"):
        read(tmp_path / "tune.mid", chords="Dm7 | G7")


def test_other_and_changing_meters_name_the_options(tmp_path: Path) -> None:
    path = save(tmp_path, track(metas=[(0, meter(4)), (8, meter(5))]), track(MELODY))
    for options in ({}, {"from_quarter": 8.0}):
        with pytest.raises(DataError, match=r"5/4.*data\.from_quarter and data\.to_quarter"):
            read(path, **options)
    assert read(path, to_quarter=8.0)[0].chart.bars == 2


def test_bars_count_from_the_last_change_of_meter(tmp_path: Path) -> None:
    path = save(tmp_path, track(metas=[(0, meter(3)), (6, meter(4))]), track(MELODY))
    sheet, _ = read(path, from_quarter=7.0)
    assert sheet.chart.beats_per_bar == 4
    assert sheet.notes[0].start == 12


def test_tempo_changes_are_noted(tmp_path: Path) -> None:
    path = save(tmp_path, track(metas=[(0, tempo(120)), (4, tempo(90)), (8, tempo(60))]), track(MELODY))
    sheet, notes = read(path)
    assert sheet.tempo_bpm == 120
    assert "tempo: changes 2 times" in notes
    assert "data.tempo" in notes
    assert read(path, from_quarter=4.0)[0].tempo_bpm == 90
    slow, notes = read(path, tempo=75.0)
    assert slow.tempo_bpm == 75
    assert "changes" not in notes


def test_a_file_that_ends_before_the_stretch_is_used_whole(tmp_path: Path) -> None:
    sheet, notes = read(save(tmp_path, track(MELODY)), from_quarter=476.0, to_quarter=548.0)
    assert sheet.chart.bars == 4
    assert "used whole" in notes
    assert "data.from_quarter" in notes


def test_a_silent_stretch_is_an_error(tmp_path: Path) -> None:
    path = save(tmp_path, track([(0, 1, 60), (40, 41, 62)]))
    with pytest.raises(DataError, match=r"no notes .*data\.from_quarter"):
        read(path, from_quarter=8.0, to_quarter=16.0)


def test_the_grid_takes_the_nearest_place(tmp_path: Path) -> None:
    played = [(0.02, 0.3, 60), (0.52, 0.9, 62), (1.31, 1.7, 64), (2.24, 2.26, 65)]
    path = save(tmp_path, track(played))
    thirds = read(path, divisions="4,3")[0].performance
    assert [(note.start, note.duration) for note in thirds] == [(0, 3), (6, 4), (16, 4), (27, 3)]
    twelfths = read(path)[0].performance
    assert [(note.start, note.duration) for note in twelfths] == [(0, 3), (6, 5), (16, 5), (27, 1)]


def test_lengths_that_overlap_are_kept_beside_the_line(tmp_path: Path) -> None:
    sheet, _ = read(save(tmp_path, track([(0, 2, 60), (1, 3, 64), (3.5, 4, 62)])))
    assert sheet.performance == (Note(0, 24, 60), Note(12, 24, 64), Note(42, 6, 62))
    assert sheet.notes == (Note(0, 12, 60), Note(12, 24, 64), Note(42, 6, 62))


@pytest.mark.parametrize("divisions", ["", "5", "0", "4;3", "-3", "4,3,7", "x"])
def test_a_grid_that_can_not_be(divisions: str) -> None:
    with pytest.raises(OutOfRange, match=r"data\.divisions"):
        MidiReader(divisions=divisions)


def test_options_that_can_not_be() -> None:
    with pytest.raises(OutOfRange, match=r"data\.to_quarter"):
        MidiReader(from_quarter=8.0, to_quarter=4.0)
    with pytest.raises(OutOfRange, match=r"data\.tempo"):
        MidiReader(tempo=5.0)
    with pytest.raises(RequestError, match="blues"):
        MidiReader(chords="bluse-f")


def test_our_own_files_come_back(tmp_path: Path) -> None:
    for sheet in etudes()[:8]:
        path = tmp_path / "etude.mid"
        straight = LeadSheet(title="Etude", chart=sheet.chart, notes=sheet.notes, key=sheet.key, swing=0.5)
        MidiFormat().write(straight, path)
        again, notes = read(path, melody_track="0")
        assert "names in the file" in notes
        bars = again.chart.bars  # silent bars at the end are not heard
        assert again.chart.beats == sheet.chart.beats[: bars * sheet.chart.beats_per_bar]
        assert [(note.start, note.pitch) for note in again.notes] == [(note.start, note.pitch) for note in sheet.notes]


def test_names_reach_the_screen_without_control_characters(tmp_path: Path) -> None:
    path = save(tmp_path, track(MELODY, name="\x1b[31mSax\r\nΔ\x07" + "x" * 300))
    _, notes = read(path)
    assert "[31mSax Δ" in notes
    assert all(line.isprintable() and len(line) < 250 for line in notes.splitlines())


@pytest.mark.skipif(not METHENY.is_file(), reason="no original_metheny.mid in SEQFORGE_TEST_DATA")
def test_the_rule_finds_guitar_and_piano() -> None:
    for options in ({}, {"from_quarter": 476.0, "to_quarter": 548.0, "divisions": "4,3"}):
        sheet, notes = read(METHENY, **options)
        assert "melody: track 5 'Guitar'" in notes
        assert "track 0 'Piano'" in notes
    assert (sheet.chart.bars, sheet.tempo_bpm, len(sheet.performance)) == (18, 112.0, 193)
