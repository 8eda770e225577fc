"""The built-in corpus: what every etude must be, and that its ABC holds the same music."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.composer.human_solos import human_interval_model, read_human_solos
from seqforge_jazz.etudes import EtudeDataset, etudes, etudes_text
from seqforge_jazz.formats.abc import abc_tune, abc_tunebook
from seqforge_jazz.forms import FORMS, chart_from
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody import MelodyCodec
from seqforge_jazz.statistics import HUMAN_RANGES, intervals, measures, outside

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
SOLOS = DATA / "wjazzd" / "wjazzd_456.json.xz"
LONGEST_SHARED_RUN = 17
ETUDES = etudes()
EACH = pytest.mark.parametrize("sheet", ETUDES, ids=[sheet.title for sheet in ETUDES])


Heard = tuple[int, int | None, int | None, frozenset[int]]
"""Tick, root, bass and pitch classes of a chord."""
Tune = tuple[list[Note], list[Heard], str]


def steps_of(sheet: LeadSheet) -> list[int]:
    return intervals(note.pitch for note in sheet.notes)


def test_the_corpus_is_large_and_broad() -> None:
    assert len(ETUDES) >= 60
    assert sum(len(sheet.notes) for sheet in ETUDES) >= 10_000
    assert {sheet.style for sheet in ETUDES} == {"blues", "minor-blues", "rhythm-changes", "ii-V-I", "modal", "bossa"}
    assert len({sheet.group for sheet in ETUDES}) >= 20
    assert len({sheet.key for sheet in ETUDES}) >= 16
    assert {sheet.chart.beats_per_bar for sheet in ETUDES} == {3, 4}
    assert len({sheet.title for sheet in ETUDES}) == len(ETUDES)


@EACH
def test_an_etude_is_over_the_form_that_it_names(sheet: LeadSheet) -> None:
    chorus, key, title = chart_from(sheet.group, sheet.key)
    assert sheet.group in FORMS
    assert sheet.key == key
    assert sheet.title.startswith(f"{title}, etude ")
    assert sheet.chart == chorus.repeated(sheet.chart.bars // chorus.bars)


@EACH
def test_an_etude_is_inside_every_human_range(sheet: LeadSheet) -> None:
    assert not outside(measures(sheet))


@pytest.mark.skipif(not SOLOS.exists(), reason=f"no human solos at {SOLOS}")
def test_the_surprise_of_every_etude_is_that_of_human_solos() -> None:
    model = human_interval_model(read_human_solos(SOLOS))
    nats = {sheet.title: model.nats_per_interval(steps_of(sheet)) for sheet in ETUDES}
    assert {title: value for title, value in nats.items() if not HUMAN_RANGES["interval_nats"].contains(value)} == {}


def test_no_two_etudes_share_a_long_run_of_intervals() -> None:
    length = LONGEST_SHARED_RUN + 1
    owners: dict[tuple[int, ...], str] = {}
    for sheet in ETUDES:
        steps = steps_of(sheet)
        for start in range(len(steps) - length + 1):
            assert owners.setdefault(tuple(steps[start : start + length]), sheet.title) == sheet.title


@EACH
def test_an_etude_breathes_and_comes_to_rest(sheet: LeadSheet) -> None:
    rests = [after.start - before.end for before, after in zip(sheet.notes, sheet.notes[1:], strict=False)]
    breaths = [rest for rest in rests if rest >= TICKS_PER_QUARTER // 2]
    assert len(breaths) >= sheet.chart.bars // 6
    last = sheet.notes[-1]
    assert last.pitch % 12 in sheet.chart.chord_at(last.start).tones
    assert last.start >= sheet.chart.ticks - sheet.chart.ticks_per_bar
    instrument = INSTRUMENTS[sheet.instrument]
    assert all(instrument.lowest <= note.pitch <= instrument.highest for note in sheet.notes)


def test_lines_move_in_eighths_with_triplets_and_some_sixteenths() -> None:
    lengths = Counter(note.duration for sheet in ETUDES for note in sheet.notes)
    total = lengths.total()
    assert lengths[6] / total > 0.3
    assert 0.1 < lengths[4] / total < 0.4
    assert 0.05 < lengths[3] / total < 0.4


def test_first_and_third_beats_say_the_chord_more_than_other_places() -> None:
    def share(ticks: set[int]) -> float:
        hits = [
            note.pitch % 12 in sheet.chart.chord_at(note.start).tones
            for sheet in ETUDES
            for note in sheet.notes
            if note.start % sheet.chart.ticks_per_bar in ticks
        ]
        return sum(hits) / len(hits)

    assert share({0}) > share({6, 18, 30, 42}) + 0.1


def test_loading_is_fast() -> None:
    program = (
        "import time, seqforge_jazz.etudes as e\n"
        "import seqforge_jazz.charts\n"
        "start = time.perf_counter(); e.etudes(); print(time.perf_counter() - start)"
    )
    seconds = []
    for _ in range(3):
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        seconds.append(float(ran.stdout))
    assert min(seconds) < 0.5


def test_the_data_set_encodes_every_etude_once() -> None:
    dataset = EtudeDataset(MelodyCodec())
    pieces = list(dataset.pieces())
    assert [piece.id for piece in pieces] == [sheet.title for sheet in ETUDES]
    assert [piece.group for piece in pieces] == [sheet.group for sheet in ETUDES]
    assert dataset.licence == "CC0-1.0"
    assert [source.name for source in dataset.audit().kept] == [sheet.title for sheet in ETUDES]
    assert not dataset.audit().dropped


def test_the_licence_lies_beside_the_etudes() -> None:
    assert "CC0 1.0" in files("seqforge_jazz").joinpath("data", "LICENSE.txt").read_text(encoding="utf-8")
    assert etudes_text().endswith("\n")


def read_with_music21(text: str) -> list[Tune]:
    """Notes, chords and title of each tune of a tunebook."""
    from music21 import converter, harmony, note, stream

    def ticks(quarters: Fraction | float) -> int:
        scaled = Fraction(quarters).limit_denominator(48) * TICKS_PER_QUARTER
        assert scaled.denominator == 1, quarters
        return int(scaled)

    opus = converter.parseData(text, format="abc")
    tunes = []
    for score in opus.scores if isinstance(opus, stream.Opus) else [opus]:
        notes: list[Note] = []
        chords = []
        flat = score.parts[0].flatten()
        for element in flat.getElementsByClass([note.Note, harmony.ChordSymbol]):
            start = ticks(element.offset)
            if isinstance(element, harmony.ChordSymbol):
                if isinstance(element, harmony.NoChord):
                    chords.append((start, None, None, frozenset[int]()))
                    continue
                classes = frozenset(pitch.pitchClass for pitch in element.pitches)
                chords.append((start, element.root().pitchClass, element.bass().pitchClass, classes))
                continue
            length = ticks(element.quarterLength)
            if element.tie is not None and element.tie.type in ("stop", "continue"):
                assert (notes[-1].end, notes[-1].pitch) == (start, element.pitch.midi)
                notes[-1] = Note(notes[-1].start, notes[-1].duration + length, notes[-1].pitch)
            else:
                notes.append(Note(start, length, element.pitch.midi))
        tunes.append((notes, chords, score.metadata.title))
    return tunes


def assert_same_music(sheet: LeadSheet, tune: Tune) -> None:
    notes, chords, title = tune
    assert title == sheet.title
    assert tuple(notes) == sheet.notes
    assert len(chords) == len(sheet.chart.changes), sheet.title
    for change, (tick, root, bass, classes) in zip(sheet.chart.changes, chords, strict=True):
        chord = change.chord
        where = f"{sheet.title}, tick {tick}, {chord}"
        assert (tick, root, bass) == (change.tick, chord.root_pitch_class, chord.bass_pitch_class), where
        assert set(chord.tones) <= classes, where
        # A thirteenth chord holds its eleventh for music21.
        eleventh = {(root + 5) % 12} if root is not None and "13" in chord.tensions else set()
        assert classes <= {*chord.all_tones, *({bass} - {None}), *eleventh}, where


def test_music21_reads_the_same_notes_and_chords_from_the_abc() -> None:
    started = time.perf_counter()
    text = files("seqforge_jazz").joinpath("data", "etudes.abc").read_text(encoding="utf-8")
    tunes = read_with_music21(text)
    assert len(tunes) == len(ETUDES)
    for sheet, tune in zip(ETUDES, tunes, strict=True):
        assert_same_music(sheet, tune)
    assert time.perf_counter() - started < 60


@EACH
def test_the_abc_has_a_chord_symbol_at_every_change(sheet: LeadSheet) -> None:
    assert abc_tune(sheet).count('"') == 2 * len(sheet.chart.changes)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Note, ...]:
    """Notes anywhere on the grid of three bars in 3/4."""
    notes, tick = [], 0
    while (start := tick + draw(st.integers(0, 9))) < 108:
        tick = min(start + draw(st.integers(1, 30)), 108)
        notes.append(Note(start, tick - start, draw(st.integers(21, 108))))
    return tuple(notes)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(lines(), st.sampled_from(["F", "Bbm", "C", "E", "C#m", "Gb"]))
def test_any_line_of_the_grid_survives_abc(notes: tuple[Note, ...], key: str) -> None:
    chart = chart_from("3/4 C7 . F7alt | Bbm6/9 G9sus Ebm(maj7) | N.C. A7sus(b9) Am7b5/Eb", None)[0]
    sheet = LeadSheet(title="Odd\nplaces", chart=chart, notes=notes, key=key)
    (tune,) = read_with_music21(abc_tunebook([sheet]))
    assert_same_music(replace(sheet, title="Odd places"), tune)
