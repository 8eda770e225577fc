"""Format `mid`: exact lengths, a monophonic solo, swing."""

import io
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note

CHARTS = ("F7 | Bb7 | F7 | Cm7 F7alt", "3/4 Dm7 | G7 . C#dim7 | N.C. | Cmaj7", "C6/9", "N.C. | Gm7 C7 F Bb")
PULSES_PER_TICK = 40


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    """Any line on the grid, also one that its instrument can't play as it stands."""
    chart = Chart.parse(draw(st.sampled_from(CHARTS)))
    notes: list[Note] = []
    now = 0
    for gap, duration, pitch in draw(
        st.lists(st.tuples(st.integers(0, 14), st.integers(1, 30), st.integers(0, 127)), max_size=40)
    ):
        if now + gap + duration > chart.ticks:
            break
        notes.append(Note(now + gap, duration, pitch))
        now = notes[-1].end
    return LeadSheet(
        title="Δ Line",
        chart=chart,
        notes=tuple(notes),
        tempo_bpm=draw(st.floats(40, 300)),
        swing=draw(st.floats(0.5, 0.75)),
        style=draw(st.sampled_from(("", "bossa", "blues"))),
        instrument=draw(st.sampled_from(sorted(INSTRUMENTS))),
    )


def file_of(sheet: LeadSheet) -> mido.MidiFile:
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.mid")
        MidiFormat().write(sheet, path)
        return mido.MidiFile(file=io.BytesIO(path.read_bytes()), charset="utf-8")


def sounding(track: mido.MidiTrack) -> list[tuple[int, int, int]]:
    """Start, end and pitch of each note in pulses; fails if a pitch starts twice or never ends."""
    now, on, notes = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on":
            assert message.velocity > 0
            assert message.note not in on
            on[message.note] = now
        elif message.type == "note_off":
            notes.append((on.pop(message.note), now, message.note))
    assert not on
    return sorted(notes)


def texts(track: mido.MidiTrack, kind: str) -> list[tuple[int, str]]:
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type == kind:
            found.append((now, message.text if kind == "marker" else message.name))
    return found


@settings(deadline=None)
@given(lead_sheets())
def test_every_track_ends_with_the_chart(sheet: LeadSheet) -> None:
    file = file_of(sheet)
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 5)
    for track in file.tracks:
        assert sum(message.time for message in track) == sheet.chart.ticks * PULSES_PER_TICK
        assert [message.type for message in track].count("end_of_track") == 1
        assert all(end > start for start, end, _ in sounding(track))


@settings(deadline=None)
@given(lead_sheets())
def test_the_solo_is_one_line_that_its_instrument_can_play(sheet: LeadSheet) -> None:
    instrument = INSTRUMENTS[sheet.instrument]
    solo = sounding(file_of(sheet).tracks[1])
    assert len(solo) == len(sheet.notes)
    assert all(instrument.lowest <= pitch <= instrument.highest for _, _, pitch in solo)
    assert [pitch % 12 for _, _, pitch in solo] == [note.pitch % 12 for note in sheet.notes]
    assert all(before[1] <= after[0] for before, after in pairwise(solo))


@settings(deadline=None)
@given(lead_sheets())
def test_a_straight_solo_stands_exactly_on_the_grid(sheet: LeadSheet) -> None:
    straight = LeadSheet(title="Line", chart=sheet.chart, notes=sheet.notes, swing=0.5, instrument="piano")
    wanted = [(note.start * PULSES_PER_TICK, note.end * PULSES_PER_TICK) for note in sheet.notes]
    assert [note[:2] for note in sounding(file_of(straight).tracks[1])] == wanted


@settings(deadline=None)
@given(lead_sheets())
def test_swing_keeps_beats_in_place_and_notes_in_order(sheet: LeadSheet) -> None:
    solo = sounding(file_of(sheet).tracks[1])
    for (start, end, _), note in zip(solo, sheet.notes, strict=True):
        for pulse, tick in ((start, note.start), (end, note.end)):
            assert pulse // 480 == tick // 12
            assert (pulse % 480 == 0) == (tick % 12 == 0)


def test_off_beats_swing_and_triplets_do_not() -> None:
    line = (Note(0, 6, 60), Note(6, 6, 62), Note(12, 4, 64), Note(16, 4, 65), Note(20, 4, 67), Note(24, 3, 65))
    sheet = LeadSheet(title="Line", chart=Chart.parse("C"), notes=line, swing=0.65)
    starts = [start for start, _, _ in sounding(file_of(sheet).tracks[1])]
    assert starts == [0, 312, 480, 640, 800, 960]


def test_the_conductor_names_title_meter_tempo_and_chords() -> None:
    sheet = LeadSheet(title="Valse Δ", chart=Chart.parse("3/4 Dm7 . G7 | Cmaj7"), notes=(), tempo_bpm=150, swing=0.6)
    conductor = file_of(sheet).tracks[0]
    assert texts(conductor, "track_name") == [(0, "Valse Δ")]
    assert texts(conductor, "marker") == [(0, "Dm7"), (960, "G7"), (1440, "Cmaj7")]
    (meter,) = (message for message in conductor if message.type == "time_signature")
    assert (meter.numerator, meter.denominator) == (3, 4)
    (tempo,) = (message for message in conductor if message.type == "set_tempo")
    assert tempo.tempo == 400_000


def test_each_player_has_a_track_a_channel_and_a_program() -> None:
    sheet = LeadSheet(title="Line", chart=Chart.parse("C"), notes=(Note(0, 12, 60),), instrument="trumpet")
    programs = [
        (message.channel, message.program)
        for track in file_of(sheet).tracks
        for message in track
        if message.type == "program_change"
    ]
    assert programs == [(0, 56), (1, 0), (2, 32), (9, 32)]


@pytest.mark.parametrize(("style", "kit"), [("", 32), ("bossa", 40)])
def test_drums_are_on_channel_10(style: str, kit: int) -> None:
    sheet = LeadSheet(title="Line", chart=Chart.parse("C | F"), notes=(Note(0, 12, 60),), style=style, swing=0.6)
    track = file_of(sheet).tracks[-1]
    assert texts(track, "track_name") == [(0, "Drums")]
    assert {message.channel for message in track if hasattr(message, "channel")} == {9}
    assert [message.program for message in track if message.type == "program_change"] == [kit]
    starts = {start for start, _, _ in sounding(track)}
    assert {0, 480, 960, 1440} < starts
    assert 768 in starts  # the off-beat of beat 2, swung


def test_equal_works_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.mid", "b.mid"):
        sheet = LeadSheet(title="Line", chart=Chart.parse(CHARTS[0]), notes=(Note(3, 5, 60), Note(8, 40, 61)))
        MidiFormat().write(sheet, tmp_path / name)
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


@pytest.mark.parametrize("tempo_bpm", [40, 120, 161.3, 300])
def test_the_file_lasts_as_long_as_its_chart(tempo_bpm: float) -> None:
    sheet = LeadSheet(title="Line", chart=Chart.parse(CHARTS[0]), notes=(), tempo_bpm=tempo_bpm)
    assert file_of(sheet).length == pytest.approx(16 * 60 / tempo_bpm, rel=1e-5)
