"""Measures: closed forms, bounds, and the table of human ranges computed anew where the database is at hand."""

import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.composer.human_solos import HumanSolo, read_human_solos
from seqforge_jazz.interval_model import IntervalModel
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.statistics import (
    HUMAN_RANGES,
    chord_tone_share,
    grooving_similarity,
    interval_share,
    intervals,
    measures,
    offbeat_share,
    outside,
    pitch_class_entropy,
)

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
SOLOS = DATA / "wjazzd" / "wjazzd_456.json.xz"
needs_solos = pytest.mark.skipif(not SOLOS.exists(), reason=f"no human solos at {SOLOS}")


def notes_at(*onsets: int, pitches: list[int] | None = None) -> list[Note]:
    return [Note(onset, 1, pitch) for onset, pitch in zip(onsets, pitches or [60] * len(onsets), strict=True)]


@pytest.mark.parametrize(
    ("pitches", "bits"),
    [([60], 0.0), ([60, 72], 0.0), ([60, 62], 1.0), ([60, 62, 64, 65], 2.0), ([60, 60, 60, 61], 0.8112781244591328)],
)
def test_entropy_of_one_bar_is_shannons(pitches: list[int], bits: float) -> None:
    notes = notes_at(*range(0, 12 * len(pitches), 12), pitches=pitches)
    assert pitch_class_entropy(notes, 48, window_bars=1) == pytest.approx(bits)


def test_entropy_is_the_mean_over_windows_that_have_notes() -> None:
    notes = notes_at(0, 12, 96, 108, 120, 132, pitches=[60, 62, 60, 62, 64, 65])
    assert pitch_class_entropy(notes, 48, window_bars=1) == pytest.approx((1.0 + 2.0) / 2)
    assert pitch_class_entropy(notes, 48, window_bars=2) == pytest.approx((1.0 + 2.0) / 2)
    bits_of_both = 2 / 3 * math.log2(3) + 1 / 3 * math.log2(6)
    assert pitch_class_entropy(notes, 48, window_bars=3) == pytest.approx(bits_of_both)


def test_a_window_longer_than_the_line_has_no_entropy() -> None:
    assert math.isnan(pitch_class_entropy(notes_at(0, 12), 48, window_bars=4))
    assert math.isnan(pitch_class_entropy([], 48, window_bars=1))


def test_grooving_similarity_of_a_loop_is_one_and_of_disjoint_bars_is_known() -> None:
    assert grooving_similarity(notes_at(0, 18, 48, 66, 96, 114), 48) == 1.0
    assert grooving_similarity(notes_at(0, 12, 54, 66), 48) == pytest.approx(1 - 4 / 64)
    assert grooving_similarity(notes_at(0, 96), 48) == pytest.approx(1 - (1 + 0 + 1) / 3 / 64)
    assert math.isnan(grooving_similarity(notes_at(0, 6), 48))


@given(st.sets(st.integers(0, 48 * 12 - 1), min_size=1, max_size=60))
def test_grooving_similarity_is_the_mean_over_pairs_of_bars(onsets: set[int]) -> None:
    notes = notes_at(*sorted(onsets))
    first, last = min(onsets) // 48, max(onsets) // 48
    bars = [{onset % 48 * 64 // 48 for onset in onsets if onset // 48 == bar} for bar in range(first, last + 1)]
    pairs = [1 - len(a ^ b) / 64 for index, a in enumerate(bars) for b in bars[index + 1 :]]
    if pairs:
        assert grooving_similarity(notes, 48) == pytest.approx(sum(pairs) / len(pairs))


def test_chord_tones_are_those_of_the_chord_under_the_note() -> None:
    chart = Chart.parse("C7 | Fm7 | N.C.")
    notes = notes_at(0, 12, 24, 48, 60, 96, pitches=[64, 70, 69, 68, 69, 60])
    assert chord_tone_share(notes, chart) == pytest.approx(3 / 5)
    assert math.isnan(chord_tone_share(notes[-1:], chart))


def test_shares_of_intervals_and_onsets() -> None:
    steps = intervals([60, 62, 62, 67, 63, 64])
    assert steps == [2, 0, 5, -4, 1]
    assert [interval_share(steps, *limits) for limits in ((1, 2), (5, 127), (0, 0))] == [0.4, 0.2, 0.2]
    assert math.isnan(interval_share([], 0, 0))
    assert offbeat_share(notes_at(0, 6, 12, 16)) == 0.5
    assert math.isnan(offbeat_share([]))


def test_outside_names_what_no_human_plays() -> None:
    loop = tuple(Note(start, 12, 60) for start in range(0, 48 * 8, 12))
    found = outside(measures(LeadSheet(title="Loop", chart=Chart.parse("C7").repeated(8), notes=loop)))
    assert found["grooving"] == 1.0
    assert found["repeats"] == 1.0
    assert found["offbeats"] == 0.0
    silence = LeadSheet(title="Rest", chart=Chart.parse("C7"), notes=())
    assert set(measures(silence)) == set(HUMAN_RANGES) - {"interval_nats"}


def test_witten_bell_by_hand() -> None:
    model = IntervalModel([[1, 1, 2]], order=2)
    unigram = {1: (2 + 2 / 3) / 5, 2: (1 + 2 / 3) / 5, 9: (2 / 3) / 5}
    for interval, probability in unigram.items():
        assert model.probability(interval, []) == pytest.approx(probability)
    assert model.probability(2, [1]) == pytest.approx((1 + 2 * unigram[2]) / 4)
    assert model.probability(2, [7]) == pytest.approx(unigram[2])
    assert model.nats_per_interval([1, 2]) == pytest.approx(
        -(math.log(unigram[1]) + math.log((1 + 2 * unigram[2]) / 4)) / 2
    )
    with pytest.raises(RequestError, match="order of an interval model is 0"):
        IntervalModel([], order=0)


@given(st.lists(st.lists(st.integers(-3, 3), max_size=12), max_size=4), st.lists(st.integers(-3, 3), max_size=4))
def test_probabilities_of_known_and_unknown_intervals_sum_to_one(corpus: list[list[int]], before: list[int]) -> None:
    model = IntervalModel(corpus, order=4)
    known = {step for steps in corpus for step in steps}
    assert sum(model.probability(step, before) for step in [*known, 99]) == pytest.approx(1.0)


@pytest.fixture(scope="module")
def solos() -> tuple[HumanSolo, ...]:
    return read_human_solos(SOLOS)


def percentiles(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile([value for value in values if not math.isnan(value)], [5, 95])
    return float(low), float(high)


def human_values(solo: HumanSolo) -> dict[str, float]:
    notes = [Note(onset, 1, pitch) for onset, pitch in zip(solo.onsets, solo.pitches, strict=True)]
    ticks_per_bar = solo.beats_per_bar * 12
    chords = sorted({tick: Chord.parse(symbol).tones for tick, symbol in solo.chords}.items())
    tones = [[tones for tick, tones in chords if tick <= note.start][-1:] for note in notes]
    heard = [note.pitch % 12 in under[0] for note, under in zip(notes, tones, strict=True) if under and under[0]]
    in_four = solo.beats_per_bar == 4
    return {
        "h1": pitch_class_entropy(notes, ticks_per_bar, 1) if in_four else math.nan,
        "h4": pitch_class_entropy(notes, ticks_per_bar, 4) if in_four else math.nan,
        "grooving": grooving_similarity(notes, ticks_per_bar) if in_four else math.nan,
        "chord_tones": sum(heard) / len(heard) if heard else math.nan,
        "steps": interval_share(solo.intervals, 1, 2),
        "leaps": interval_share(solo.intervals, 5, 127),
        "repeats": interval_share(solo.intervals, 0, 0),
        "offbeats": offbeat_share(notes),
    }


@needs_solos
def test_the_human_ranges_are_those_of_the_database(solos: tuple[HumanSolo, ...]) -> None:
    values = [human_values(solo) for solo in solos]
    assert sum(len(solo.pitches) for solo in solos) > 200_000
    for name in values[0]:
        low, high = percentiles([value[name] for value in values])
        human = HUMAN_RANGES[name]
        # The table has two or three digits, and takes H1's and the chord tones' limits from a slightly other count.
        assert abs(low - human.low) < 0.012, (name, low)
        assert abs(high - human.high) < 0.025, (name, high)


@needs_solos
def test_the_surprise_of_human_solos_is_in_its_range_when_their_tunes_are_held_out(
    solos: tuple[HumanSolo, ...],
) -> None:
    tunes = Counter(solo.tune for solo in solos)
    folds = {tune: number % 4 for number, tune in enumerate(sorted(tunes))}
    nats = []
    for fold in range(4):
        model = IntervalModel(solo.intervals for solo in solos if folds[solo.tune] != fold)
        nats += [model.nats_per_interval(solo.intervals) for solo in solos if folds[solo.tune] == fold]
    low, high = percentiles(nats)
    assert low == pytest.approx(HUMAN_RANGES["interval_nats"].low, abs=0.03)
    assert high == pytest.approx(HUMAN_RANGES["interval_nats"].high, abs=0.05)
