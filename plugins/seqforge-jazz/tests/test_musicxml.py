"""Format `musicxml`: what is read back is what was written, and it stands there as notation asks for."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from music21 import converter, harmony

from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import KINDS, TENSIONS, Chord
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.formats.musicxml import MusicXMLFormat
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.musicxml_abc import MusicXMLReader

CHARTS = (
    "F7 | Bb7 | F7 | Cm7 F7alt",
    "3/4 Dm7 | G7 . C#dim7 | N.C. | Cmaj7",
    "Am7b5 D7(b9) | Gm(maj7) | Ebmaj7/G . . N.C.",
    "4/4 C6/9",
    "Abm7 Db7 | Gbmaj7 | B7 | Emaj7 . A+7 .",
)
MISHEARD = ("7alt", "7sus", "7sus2", "N.C.")
"""Kinds that music21 can't check: an added seventh is minor in MusicXML, but major in music21."""

QUARTERS = {
    "whole": 4,
    "half": 2,
    "quarter": 1,
    "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4),
    "32nd": Fraction(1, 8),
}


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    """Any line on the grid that its chart has room for, one note at a time."""
    chart = Chart.parse(draw(st.sampled_from(CHARTS)))
    gaps = st.one_of(st.just(0), st.integers(0, 30))
    durations = st.one_of(st.sampled_from((3, 4, 6, 8, 12)), st.integers(1, 60))
    notes: list[Note] = []
    now = 0
    for gap, duration, pitch in draw(st.lists(st.tuples(gaps, durations, st.integers(44, 76)), max_size=40)):
        if now + gap + duration > chart.ticks:
            break
        notes.append(Note(now + gap, duration, pitch))
        now = notes[-1].end
    return LeadSheet(
        title="Line",
        chart=chart,
        notes=tuple(notes),
        key=draw(st.sampled_from(("C", "F", "Bb", "Gb", "E", "Dm", "F#m"))),
        tempo_bpm=draw(st.sampled_from((96, 160, 212.5))),
        swing=draw(st.sampled_from((0.5, 0.62, 0.66))),
    )


def written(sheet: LeadSheet, pitch: str = "concert") -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.musicxml")
        MusicXMLFormat(pitch=pitch).write(sheet, path)
        return path.read_text(encoding="utf-8")


def midi_bytes(sheet: LeadSheet) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.mid")
        MidiFormat().write(sheet, path)
        return path.read_bytes()


def measures(sheet: LeadSheet) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(written(sheet)).iter("measure"))


def sounding(stream) -> list[tuple[Fraction, Fraction, int]]:
    """Onset, duration and pitch of what music21 hears, tied notes joined."""
    notes = stream.flatten().getElementsByClass("Note")
    heard: list[tuple[Fraction, Fraction, int]] = []
    for note in notes:
        onset, duration = Fraction(note.offset), Fraction(note.quarterLength)
        if note.tie is not None and note.tie.type in ("stop", "continue"):
            start, before, pitch = heard[-1]
            assert (start + before, pitch) == (onset, note.pitch.midi)
            heard[-1] = (start, before + duration, pitch)
        else:
            heard.append((onset, duration, note.pitch.midi))
    return heard


def expected(sheet: LeadSheet) -> list[tuple[Fraction, Fraction, int]]:
    return [(Fraction(note.start, 12), Fraction(note.duration, 12), note.pitch) for note in sheet.notes]


@settings(deadline=None, max_examples=60)
@given(lead_sheets())
def test_music21_reads_the_notes_that_were_written(sheet: LeadSheet) -> None:
    score = converter.parseData(written(sheet), format="musicxml")
    assert sounding(score) == expected(sheet)
    lengths = {measure.highestTime for measure in score.recurse().getElementsByClass("Measure")}
    assert lengths == {float(sheet.chart.beats_per_bar)}


@settings(deadline=None, max_examples=40)
@given(lead_sheets())
def test_midi_and_musicxml_agree_note_for_note(sheet: LeadSheet) -> None:
    straight = LeadSheet(title="Line", chart=sheet.chart, notes=sheet.notes, swing=0.5)
    score = converter.parseData(written(straight), format="musicxml")
    midi = converter.parseData(midi_bytes(straight), format="midi", quantizePost=False)
    solo = [part for part in midi.parts if part.partName == "Tenor Saxophone"]
    assert sounding(score) == (sounding(solo[0]) if straight.notes else [])


@settings(deadline=None, max_examples=60)
@given(lead_sheets())
def test_the_reader_gives_the_lead_sheet_back(sheet: LeadSheet) -> None:
    if not sheet.notes:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.musicxml")
        MusicXMLFormat().write(sheet, path)
        (back,) = MusicXMLReader().read(path)
    assert (back.title, back.chart, back.notes, back.key) == (sheet.title, sheet.chart, sheet.notes, sheet.key)
    assert back.tempo_bpm == sheet.tempo_bpm
    assert back.swing == pytest.approx(sheet.swing)


@settings(deadline=None)
@given(lead_sheets())
def test_every_value_is_one_that_can_be_written(sheet: LeadSheet) -> None:
    bar_ticks = sheet.chart.ticks_per_bar
    for measure in measures(sheet):
        durations = [int(note.findtext("duration")) for note in measure.iter("note")]
        assert sum(durations) == bar_ticks
        for note, duration in zip(measure.iter("note"), durations, strict=True):
            dots = len(note.findall("dot"))
            length = QUARTERS[note.findtext("type")] * (2 - Fraction(1, 2**dots))
            if note.find("time-modification") is not None:
                length *= Fraction(2, 3)
            assert dots <= 1
            assert length * 12 == duration


@settings(deadline=None)
@given(lead_sheets())
def test_triplets_fill_a_beat_or_half_of_it(sheet: LeadSheet) -> None:
    for measure in measures(sheet):
        now, opened = 0, None
        for note in measure.iter("note"):
            edges = {tuplet.get("type") for tuplet in note.iter("tuplet")}
            if "start" in edges:
                assert opened is None
                opened = now
            assert (note.find("time-modification") is None) == (opened is None)
            now += int(note.findtext("duration"))
            if "stop" in edges:
                length = {"eighth": 12, "16th": 6}[note.findtext("time-modification/normal-type")]
                assert opened % length == 0
                assert now - opened == length
                opened = None
        assert opened is None


@settings(deadline=None)
@given(lead_sheets())
def test_beams_begin_and_end_inside_a_beat_or_span_four_eighths_of_half_a_bar(sheet: LeadSheet) -> None:
    for measure in measures(sheet):
        now = 0
        running: dict[str, int] = {}
        halves = eighths_of_half_bars(measure) if sheet.chart.beats_per_bar == 4 else set()
        for note in measure.iter("note"):
            beams = {beam.get("number"): beam.text for beam in note.iter("beam")}
            assert not beams or note.find("rest") is None
            for level, beat in running.items():
                assert beams[level] in ("continue", "end")
                assert beat == now // 12 or (now // 24 in halves and beat // 2 == now // 24)
            for level, word in beams.items():
                if word == "begin":
                    running[level] = now // 12
                elif word == "end":
                    del running[level]
            now += int(note.findtext("duration"))
        assert not running


@settings(deadline=None)
@given(lead_sheets())
def test_printed_accidentals_and_the_key_say_the_pitch(sheet: LeadSheet) -> None:
    """Read the staff as a player does: signature, then the accidentals of the bar."""
    fifths = int(measures(sheet)[0].findtext("attributes/key/fifths"))
    altered = "FCGDAEB"[:fifths] if fifths >= 0 else "FCGDAEB"[fifths:]
    signs = {"flat": -1, "natural": 0, "sharp": 1}
    for measure in measures(sheet):
        in_force: dict[tuple[str, str], int] = {}
        for note in measure.iter("note"):
            if note.find("rest") is not None or note.find("tie[@type='stop']") is not None:
                continue
            place = (note.findtext("pitch/step"), note.findtext("pitch/octave"))
            if note.find("accidental") is not None:
                in_force[place] = signs[note.findtext("accidental")]
            signature = (1 if fifths > 0 else -1) if place[0] in altered else 0
            assert in_force.get(place, signature) == int(note.findtext("pitch/alter") or 0)


def eighths_of_half_bars(measure: ElementTree.Element) -> set[int]:
    """Which halves of the bar (0, 1) hold four beamed eighths and nothing else."""
    places: dict[int, list[int]] = {0: [], 1: []}
    now = 0
    for note in measure.iter("note"):
        duration = int(note.findtext("duration"))
        places[now // 24].append(duration if note.find("beam") is not None else 0)
        now += duration
    return {half for half, durations in places.items() if durations == [6, 6, 6, 6]}


@pytest.mark.parametrize(
    ("starts", "beams"),
    [
        ((0, 6, 12, 18), ["begin", "continue", "continue", "end"]),
        ((12, 18, 24, 30), ["begin", "end", "begin", "end"]),
        ((24, 30, 36, 42), ["begin", "continue", "continue", "end"]),
        ((0, 3, 6, 12, 18), ["begin", "continue", "end", "begin", "end"]),
    ],
)
def test_four_eighths_of_half_a_bar_have_one_beam(starts: tuple[int, ...], beams: list[str]) -> None:
    ends = (*starts[1:], starts[-1] + 6)
    notes = tuple(Note(start, end - start, 60 + start % 5) for start, end in zip(starts, ends, strict=True))
    (measure,) = measures(LeadSheet(title="Beams", chart=Chart.parse("C"), notes=notes))
    assert [beam.text for beam in measure.iter("beam") if beam.get("number") == "1"] == beams


@settings(deadline=None, max_examples=40)
@given(lead_sheets(), st.sampled_from(sorted(INSTRUMENTS)))
def test_a_part_at_written_pitch_sounds_as_the_lead_sheet(sheet: LeadSheet, instrument: str) -> None:
    sheet = replace(sheet, instrument=instrument, pitch_range=(44, 76))
    score = converter.parseData(written(sheet, pitch="written"), format="musicxml")
    assert sounding(score.toSoundingPitch(inPlace=False)) == expected(sheet)
    up = -INSTRUMENTS[instrument].transposition
    assert [note[2] - up for note in sounding(score)] == [note[2] for note in expected(sheet)]
    if not sheet.notes:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "line.musicxml")
        MusicXMLFormat(pitch="written").write(sheet, path)
        (back,) = MusicXMLReader().read(path)
    assert back.notes == sheet.notes
    assert [chord.sound for chord in back.chart.beats] == [chord.sound for chord in sheet.chart.beats]
    assert Key.parse(back.key).fifths % 12 == Key.parse(sheet.key).fifths % 12


@pytest.mark.parametrize(
    ("instrument", "key", "written_key", "fifths", "chord"),
    [
        ("tenor-sax", "Bb", "C", 0, "Dm7"),
        ("alto-sax", "Bb", "G", 1, "Am7"),
        ("trumpet", "E", "F#", 6, "G#m7"),
        ("trumpet", "B", "Db", -5, "Ebm7"),
        ("alto-sax", "Abm", "Fm", -4, "Gm7"),
        ("guitar", "Bb", "Bb", -2, "Cm7"),
        ("piano", "Bb", "Bb", -2, "Cm7"),
    ],
)
def test_key_and_chords_are_transposed_together(
    instrument: str, key: str, written_key: str, fifths: int, chord: str
) -> None:
    second = Chord(Key.parse(key).tonic).transposed(2, 1).root
    sheet = LeadSheet(title="Key", chart=Chart.parse(f"{second}m7"), notes=(), key=key, instrument=instrument)
    score = ElementTree.fromstring(written(sheet, pitch="written"))
    assert int(score.findtext("part/measure/attributes/key/fifths")) == fifths == Key.parse(written_key).fifths
    said = score.findtext(".//root-step") + {None: "", "1": "#", "-1": "b"}[score.findtext(".//root-alter")]
    assert f"{said}m7" == chord


def harmonies(text: str) -> Iterator[harmony.ChordSymbol]:
    chart = Chart.parse(text)
    sheet = LeadSheet(title="Chords", chart=chart, notes=())
    yield from converter.parseData(written(sheet), format="musicxml").recurse().getElementsByClass(harmony.Harmony)


def test_a_chord_stands_at_every_change_even_inside_a_note() -> None:
    sheet = LeadSheet(title="Long", chart=Chart.parse("C F | G7 C/E . ."), notes=(Note(0, 96, 60),))
    score = converter.parseData(written(sheet), format="musicxml")
    heard = [
        (chord.getOffsetInHierarchy(score), chord.root().name)
        for chord in score.recurse().getElementsByClass("Harmony")
    ]
    assert heard == [(0.0, "C"), (2.0, "F"), (4.0, "G"), (5.0, "C")]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in MISHEARD])
def test_music21_hears_the_tones_of_the_chord(kind: str) -> None:
    chord = Chord("Eb", kind)
    (symbol,) = harmonies(chord.symbol)
    assert {pitch.pitchClass for pitch in symbol.pitches} == set(chord.tones)


def test_every_chord_comes_back(tmp_path: Path) -> None:
    tensions = [(), *((tension,) for tension in TENSIONS), ("9", "13"), ("b9", "#11", "13")]
    kinds = [kind for kind in KINDS if kind not in ("7alt", "N.C.")]
    chords = [Chord("Bb", *said, bass) for said in itertools.product(kinds, tensions) for bass in (None, "D")]
    chords += [Chord("F#", "7alt")] * (-len(chords) % 4)
    sheet = LeadSheet(title="Chords", chart=Chart.of_beats(4, chords), notes=(Note(0, 48, 60),))
    MusicXMLFormat().write(sheet, tmp_path / "chords.musicxml")
    (back,) = MusicXMLReader().read(tmp_path / "chords.musicxml")
    assert back.chart.beats == sheet.chart.beats


@pytest.mark.parametrize(
    ("chord", "key", "pitch", "name"),
    [
        ("F7", "F", 68, "G#"),
        ("Fm7", "F", 68, "Ab"),
        ("D7", "Bb", 66, "F#"),
        ("Bbmaj7", "Bb", 70, "Bb"),
        ("A7alt", "Dm", 70, "Bb"),
        ("C+", "C", 68, "G#"),
        ("Abm7", "Gb", 71, "Cb"),
        ("E7", "A", 68, "G#"),
        ("N.C.", "Eb", 63, "Eb"),
        ("N.C.", "D", 66, "F#"),
        ("C", "C", 71, "B"),
    ],
)
def test_pitches_are_spelled_by_chord_and_key(chord: str, key: str, pitch: int, name: str) -> None:
    sheet = LeadSheet(title="Note", chart=Chart.parse(chord), notes=(Note(0, 12, pitch),), key=key)
    (note,) = (note for note in measures(sheet)[0].iter("note") if note.find("pitch") is not None)
    sign = {None: "", "-1": "b", "1": "#"}[note.findtext("pitch/alter")]
    assert note.findtext("pitch/step") + sign == name


@pytest.mark.parametrize(
    ("chords", "key", "pitches", "names"),
    [
        ("C7", "C", (60, 61, 62, 63, 64), "C C# D D# E"),
        ("C7", "C", (64, 63, 62, 61, 60), "E Eb D Db C"),
        ("C7", "C", (72, 71, 70, 69, 68, 67, 66, 65), "C B Bb A Ab G Gb F"),
        ("F7", "F", (65, 68, 65, 67), "F Ab F G"),
        ("F7", "Bb", (69, 68, 66, 67), "A G# F# G"),
        ("Bb7", "F", (72, 73, 75, 76, 77), "C Db Eb E F"),
        ("E7", "C", (64, 65, 68, 69, 71, 72, 71, 68), "E F G# A B C B G#"),
        ("Cb Bb7", "Eb", (71, 71, 70, 70), "Cb Cb Bb Bb"),
        ("Edim", "Eb", (75, 75, 75), "Eb Eb Eb"),
        ("C#7 | F#m", "A", (65, 68, 71, 73, 69), "E# G# B C# A"),
        ("Bbm7 Eb7", "Ab", (70, 73, 71, 70, 67), "Bb Db Cb Bb G"),
    ],
)
def test_a_line_is_spelled_by_chord_key_and_where_it_goes(
    chords: str, key: str, pitches: tuple[int, ...], names: str
) -> None:
    notes = tuple(Note(6 * place, 6, pitch) for place, pitch in enumerate(pitches))
    sheet = LeadSheet(title="Line", chart=Chart.parse(chords), notes=notes, key=key)
    found = [note for measure in measures(sheet) for note in measure.iter("note") if note.find("pitch") is not None]
    signs = {None: "", "-1": "b", "1": "#"}
    said = [note.findtext("pitch/step") + signs[note.findtext("pitch/alter")] for note in found]
    assert " ".join(said) == names


@settings(deadline=None)
@given(lead_sheets())
def test_names_have_one_accidental_and_rare_ones_only_where_key_or_chord_is_near(sheet: LeadSheet) -> None:
    fifths = Key.parse(sheet.key).fifths
    roots = {chord.root for chord in sheet.chart.beats}
    for measure in measures(sheet):
        for pitch in measure.iter("pitch"):
            name = pitch.findtext("step") + {None: "", "-1": "b", "1": "#"}[pitch.findtext("alter")]
            if name in ("E#", "B#") and name not in roots:
                assert fifths >= 3
            if name in ("Cb", "Fb") and name not in roots:
                assert fifths <= -3


@pytest.mark.parametrize(
    ("instrument", "pitch", "middle", "sign"),
    [
        ("tenor-sax", "concert", 60, "G"),
        ("tenor-sax", "concert", 48, "F"),
        ("baritone-sax", "concert", 52, "F"),
        ("baritone-sax", "written", 52, "G"),
        ("trombone", "concert", 60, "F"),
        ("trombone", "concert", 70, "G"),
        ("double-bass", "written", 45, "F"),
        ("flute", "concert", 80, "G"),
    ],
)
def test_the_clef_is_that_of_the_instrument_where_its_notes_allow_it(
    instrument: str, pitch: str, middle: int, sign: str
) -> None:
    notes = tuple(Note(12 * place, 12, middle + place % 3 - 1) for place in range(4))
    sheet = LeadSheet(title="Clef", chart=Chart.parse("C"), notes=notes, instrument=instrument)
    assert ElementTree.fromstring(written(sheet, pitch)).findtext(".//clef/sign") == sign


def lines(sheet: LeadSheet) -> list[int]:
    """How many bars each line has."""
    found: list[int] = []
    for measure in measures(sheet):
        if not found or measure.find("print[@new-system='yes']") is not None:
            found.append(0)
        found[-1] += 1
    return found


def test_lines_have_four_bars_and_fewer_where_they_are_full() -> None:
    chart = Chart.parse("C7 | F7").repeated(5)
    sheet = LeadSheet(title="Lines", chart=chart, notes=(Note(0, 48, 60),))
    assert lines(sheet) == [4, 4, 2]
    sixteenths = tuple(Note(3 * place, 3, 60 + place % 7) for place in range(16 * 4))
    assert lines(replace(sheet, notes=sixteenths)) == [2, 2, 4, 2]
    many = " | ".join(["C7(b9,#11) F#m7b5/C Ebmaj9(#11) Bb7(b9,#11)"] * 4)
    assert lines(replace(sheet, chart=Chart.parse(many), notes=())) == [1, 1, 1, 1]


def test_equal_works_give_equal_bytes_and_odd_titles_are_held() -> None:
    sheets = [LeadSheet(title="<Δ & \x07é>", chart=Chart.parse("C"), notes=(Note(0, 5, 60),)) for _ in range(2)]
    assert written(sheets[0]) == written(sheets[1])
    assert ElementTree.fromstring(written(sheets[0])).findtext("work/work-title") == "<Δ & é>"


def test_a_syncopation_is_one_note_and_the_middle_of_the_bar_shows() -> None:
    sheet = LeadSheet(
        title="Rhythm", chart=Chart.parse("C"), notes=(Note(6, 12, 60), Note(18, 12, 62), Note(30, 18, 64))
    )
    values = [(note.findtext("type"), len(note.findall("dot"))) for note in measures(sheet)[0].iter("note")]
    assert values == [("eighth", 0), ("quarter", 0), ("eighth", 0), ("eighth", 0), ("quarter", 1)]
