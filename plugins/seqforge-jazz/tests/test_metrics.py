"""The jazz metrics: closed forms, MusPy where it defines the same, and human solos beside what no human plays."""

from __future__ import annotations

import json
import math
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import muspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge_jazz.charts import Chart
from seqforge_jazz.etudes import etudes
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.interval_model import IntervalModel
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.metrics import HarmonyMetric, MelodyMetric, RhythmMetric, SurpriseMetric
from seqforge_jazz.plugin import seqforge_register_metrics
from seqforge_jazz.readers.wjazzd import WeimarReader
from seqforge_jazz.statistics import HUMAN_RANGES, pitch_class_entropy, pitch_range

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
SOLOS = DATA / "wjazzd" / "wjazzd_456.json.xz"
TOOL = DATA.parent / "tools" / "make_wjazzd.py"
WITH_DATABASE = pytest.mark.skipif(
    not (SOLOS.is_file() and TOOL.is_file()), reason="no Weimar Jazz Database in SEQFORGE_TEST_DATA"
)


def line(*notes: tuple[int, int], chords: str = "C7", bars: int = 0) -> LeadSheet:
    """A sheet of notes as (tick, pitch), each a tick long."""
    chart = Chart.parse(chords)
    chart = chart.repeated(-(-bars // chart.bars)) if bars else chart
    return LeadSheet(title="Line", chart=chart, notes=tuple(Note(tick, 1, pitch) for tick, pitch in notes))


def of_intervals(*steps: int) -> LeadSheet:
    pitches = np.cumsum([60, *steps]).tolist()
    return line(*((12 * place, pitch) for place, pitch in enumerate(pitches)), bars=-(-len(pitches) // 4))


def test_melody_by_hand() -> None:
    values = MelodyMetric().measure(line((0, 60), (12, 62), (24, 62), (36, 67)))
    assert values == {
        "h1": pytest.approx(1.5),
        "h4": pytest.approx(math.nan, nan_ok=True),
        "steps": pytest.approx(1 / 3),
        "leaps": pytest.approx(1 / 3),
        "repeats": pytest.approx(1 / 3),
        "range": 7,
    }


def test_density_counts_bars_with_notes_and_those_between_them() -> None:
    values = RhythmMetric().measure(line((48, 60), (54, 60), (150, 60), chords="C7", bars=8))
    assert values["density"] == pytest.approx(3 / 12)  # bars 2 to 4
    assert values["offbeats"] == pytest.approx(2 / 3)
    waltz = RhythmMetric().measure(line((0, 60), (6, 60), (12, 60), chords="3/4 C7"))
    assert waltz["density"] == 1


def test_harmony_tells_strong_beats_from_all_others() -> None:
    # beats 1 and 3: E (chord), F# (neither); elsewhere: G (chord), D (scale), C# (neither), Bb (chord)
    notes = [(0, 64), (6, 67), (12, 62), (24, 66), (36, 61), (42, 70)]
    values = HarmonyMetric().measure(line(*notes))
    assert values == {
        "chord_tones": pytest.approx(3 / 6),
        "chord_tones_strong": pytest.approx(1 / 2),
        "chord_tones_weak": pytest.approx(2 / 4),
        "scale_tones_strong": pytest.approx(1 / 2),
        "scale_tones_weak": pytest.approx(3 / 4),
    }
    waltz = HarmonyMetric().measure(line((0, 64), (24, 61), chords="3/4 C7"))
    assert (waltz["chord_tones_strong"], waltz["chord_tones_weak"]) == (1, 0)  # beat 3 of 3 is no strong one


def test_a_silent_sheet_has_no_values() -> None:
    metrics = (MelodyMetric(), RhythmMetric(), HarmonyMetric(), SurpriseMetric())
    values = {name: value for metric in metrics for name, value in metric.measure(line()).items()}
    assert all(math.isnan(value) for value in values.values()), values


def test_surprise_is_that_of_the_other_groups() -> None:
    works = [of_intervals(1, 1, 2), of_intervals(3, 3, 3), of_intervals(1, 2, 1)]
    metric = SurpriseMetric()
    metric.fit(works, ["a", "b", "a"])
    own = IntervalModel([[3, 3, 3]]).nats_per_interval([1, 1, 2])
    assert metric.measure(works[0], "a")["interval_nats"] == pytest.approx(own)
    known = IntervalModel([[1, 1, 2], [3, 3, 3], [1, 2, 1]]).nats_per_interval([1, 1, 2])
    assert metric.measure(works[0])["interval_nats"] == pytest.approx(known)
    assert known < own


def test_nothing_is_surprising_where_there_is_nothing_to_compare_with() -> None:
    metric = SurpriseMetric()
    assert math.isnan(metric.measure(of_intervals(1, 2))["interval_nats"])
    metric.fit([of_intervals(1, 2)], ["a"])
    assert math.isnan(metric.measure(of_intervals(1, 2), "a")["interval_nats"])


@given(st.lists(st.lists(st.integers(-3, 3), max_size=9), min_size=1, max_size=6), st.integers(0, 6))
def test_a_model_without_some_lines_is_that_of_the_others(lines: list[list[int]], kept: int) -> None:
    rest, direct = IntervalModel(lines).without(lines[kept:]), IntervalModel(lines[:kept])
    for before in ([], [1], [1, 0], [1, 0, -2]):
        for step in range(-4, 5):
            assert rest.probability(step, before) == pytest.approx(direct.probability(step, before))


def test_the_published_ranges_are_of_measures_that_are_registered() -> None:
    measures = {measure.name: measure for spec in seqforge_register_metrics() for measure in spec.measures}
    for name, range_ in HUMAN_RANGES.items():
        assert measures[name].unit == range_.unit


def test_muspy_agrees_where_it_defines_the_same() -> None:
    for sheet in etudes()[:20]:
        notes = [muspy.Note(note.start, note.pitch, note.duration) for note in sheet.notes]
        music = muspy.Music(resolution=12, tracks=[muspy.Track(notes=notes)])
        assert pitch_range(sheet.notes) == muspy.pitch_range(music)
        whole = pitch_class_entropy(sheet.notes, sheet.chart.ticks + 1, window_bars=1)
        assert whole == pytest.approx(muspy.pitch_class_entropy(music))


def evaluate(*arguments: Any) -> dict[str, Any]:
    """`seqforge evaluate ... --json` in a process of its own."""
    command = [sys.executable, "-m", "seqforge", "evaluate", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measures_of(result: dict[str, Any]) -> dict[str, Any]:
    return {measure["name"]: measure for measure in result["measures"]}


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The database in two: every other tune."""
    folder = tmp_path_factory.mktemp("halves")
    subprocess.run([sys.executable, str(TOOL), str(folder / "all.db")], check=True, capture_output=True)
    parts = (folder / "even.db", folder / "odd.db")
    for rest, path in enumerate(parts):
        path.write_bytes((folder / "all.db").read_bytes())
        with closing(sqlite3.connect(path)) as database:
            database.execute("DELETE FROM solo_info WHERE compid % 2 <> ?", (rest,))
            database.commit()
    return parts


@WITH_DATABASE
def test_human_solos_lie_in_the_ranges_of_others(halves: tuple[Path, Path]) -> None:
    """In each range at least 85 % of the solos, those over every other tune measured against the rest."""
    even, odd = halves
    results = [evaluate(even, "--reference", odd), evaluate(odd, "--reference", even)]
    pieces = [result["subject"]["pieces"] for result in results]
    assert sum(pieces) > 400
    for name in measures_of(results[0]):
        shares = [measures_of(result)[name]["inside"] for result in results]
        assert np.average(shares, weights=pieces) >= 0.85, (name, shares)
        assert all(measures_of(result)[name]["verdict"] == "inside" for result in results), name
        assert all(measures_of(result)[name]["distances"]["overlap"] > 0.85 for result in results), name


@pytest.fixture(scope="module")
def strange(halves: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Three MIDI files against human solos: by name of the file, each measure with its value and verdict."""
    folder = tmp_path_factory.mktemp("strange")
    human = next(
        work for work in WeimarReader().read(halves[0]) if isinstance(work, LeadSheet) and len(work.notes) > 300
    )
    chart = Chart.parse("F7 | Bb7 | F7 | % | Bb7 | % | F7 | D7 | Gm7 | C7 | F7 | C7").repeated(3)
    bar = [(0, 65), (6, 69), (12, 72), (18, 75), (30, 74), (36, 72), (42, 69)]
    repeated = [Note(48 * number + tick, 6, pitch) for number in range(chart.bars) for tick, pitch in bar]
    draw = random.Random(7)
    scales = [Note(tick, 6, draw.choice(_scale(chart, tick))) for tick in range(0, chart.ticks, 6)]
    sheets = {
        "copied": human,
        "repeated": LeadSheet(title="A repeated bar", chart=chart, notes=tuple(repeated), swing=0.5),
        "scales": LeadSheet(title="Random scale notes", chart=chart, notes=tuple(scales), swing=0.5),
    }
    found = {}
    for name, sheet in sheets.items():
        MidiFormat().write(sheet, folder / f"{name}.mid")
        found[name] = measures_of(evaluate(folder / f"{name}.mid", "--reference", halves[0]))
    return found


def _scale(chart: Chart, tick: int) -> list[int]:
    return [pitch for pitch in range(55, 80) if pitch % 12 in chart.chord_at(tick).scale]


@WITH_DATABASE
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("repeated", {"grooving": "above", "h4": "below"}),
        ("scales", {"interval_nats": "above", "leaps": "above", "scale_tones_weak": "above"}),
        ("copied", {"interval_nats": "below"}),
    ],
)
def test_what_no_human_plays_is_outside_where_that_should_tell(
    strange: dict[str, dict[str, Any]], name: str, expected: dict[str, str]
) -> None:
    verdicts = {measure: strange[name][measure]["verdict"] for measure in expected}
    assert verdicts == expected, {measure: strange[name][measure]["median"] for measure in expected}


@WITH_DATABASE
def test_a_copied_solo_is_human_in_all_that_does_not_know_the_original(strange: dict[str, dict[str, Any]]) -> None:
    outside = {name for name, measure in strange["copied"].items() if measure["verdict"] != "inside"}
    assert outside == {"interval_nats"}
