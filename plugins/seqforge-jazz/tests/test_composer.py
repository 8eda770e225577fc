"""The composer: the committed corpus is what it composes, and it composes anything for any seed."""

import json
import lzma
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforge import DataError
from seqforge_jazz.composer import PLAN, Acceptance, compose
from seqforge_jazz.composer.__main__ import main
from seqforge_jazz.composer.human_solos import read_human_solos
from seqforge_jazz.composer.ladder import Ladder
from seqforge_jazz.composer.style import CELLS, STYLES
from seqforge_jazz.etudes import etudes
from seqforge_jazz.forms import FORMS
from seqforge_jazz.interval_model import IntervalModel


def test_composing_anew_gives_the_committed_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert f"{len(PLAN)} etudes" in capsys.readouterr().out
    committed = files("seqforge_jazz").joinpath("data")
    for name in ("etudes.json", "etudes.abc", "LICENSE.txt"):
        assert (tmp_path / name).read_bytes() == committed.joinpath(name).read_bytes(), name


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 2**32 - 1))
def test_any_seed_gives_an_etude(form: str, seed: int) -> None:
    sheet = compose(form, FORMS[form].key, 1, np.random.default_rng(seed))
    assert compose(form, FORMS[form].key, 1, np.random.default_rng(seed)) == sheet
    assert len(sheet.notes) > 2 * sheet.chart.bars
    last = sheet.notes[-1]
    assert last.pitch % 12 in sheet.chart.chord_at(last.start).tones
    assert sheet.notes[-2].pitch != last.pitch


def test_an_etude_that_was_taken_is_not_taken_again() -> None:
    first = etudes()[0]
    acceptance = Acceptance()
    assert acceptance.faults(first) == ()
    acceptance.take(first)
    assert any("of another etude" in fault for fault in acceptance.faults(first))


def test_intervals_that_no_human_plays_are_a_fault() -> None:
    faults = Acceptance(IntervalModel([[11, -11] * 50])).faults(etudes()[0])
    assert len(faults) == 1
    assert faults[0].startswith("interval_nats is ")


def test_cells_fill_beats_and_every_style_of_form_has_a_style_of_playing() -> None:
    assert all(sum(durations) in (12, 24) for durations in CELLS.values())
    assert {form.style for form in FORMS.values()} <= set(STYLES)
    assert all(set(style.cells) <= set(CELLS) for style in STYLES.values())


@given(st.sets(st.integers(0, 11), min_size=1), st.integers(30, 90), st.integers(1, 12))
def test_a_ladder_goes_up_as_it_goes_down(pitch_classes: set[int], pitch: int, rungs: int) -> None:
    ladder = Ladder(pitch_classes)
    reached = ladder.step(pitch, rungs)
    assert reached % 12 in pitch_classes
    assert ladder.step(pitch, 1) == min(p for p in range(pitch + 1, pitch + 13) if p % 12 in pitch_classes)
    if pitch % 12 in pitch_classes:
        assert ladder.step(reached, -rungs) == pitch


def test_human_solos_lie_on_the_grid(tmp_path: Path) -> None:
    played = [(1, 1, 1, 1, 60), (1, 1, 2, 3, 62), (1, 1, 2, 3, 70), (2, 3, 2, 2, 65)]
    solo = {
        "name": "Somebody_SomeTune-2_Solo",
        "notes": [[*at, 0.0, 0.1, pitch] for *at, pitch in played],
        "beats": [[bar, beat, 0.0, "C7" if beat == 1 else 0, 0, 1] for bar in (1, 2) for beat in (1, 2, 3, 4)],
    }
    path = tmp_path / "solos.json.xz"
    path.write_bytes(lzma.compress(json.dumps([solo]).encode()))
    (read,) = read_human_solos(path)
    assert (read.tune, read.beats_per_bar) == ("SomeTune", 4)
    assert list(zip(read.onsets, read.pitches, strict=True)) == [(0, 60), (4, 62), (78, 65)]
    assert read.intervals == [2, 3]
    assert read.chords == ((0, "C7"), (48, "C7"))


def test_a_file_that_holds_no_solos_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "solos.json.xz"
    path.write_text("[]")
    with pytest.raises(DataError, match="no list of solos"):
        read_human_solos(path)
    assert main([str(tmp_path), "--human-ngram-data", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
