"""Guides that are steered: whatever is chosen among what they allow keeps to the wish."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError
from seqforge_jazz.charts import Chart
from seqforge_jazz.etudes import etudes
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody import MelodyCodec

CODEC = MelodyCodec()
DEFAULTS = {"key": None, "transpose": 0, "choruses": 1, "tempo": 160.0, "swing": 0.5, "instrument": "piano"}
CHARTS = ["C", "Dm7 G7 | Cmaj7 A7", "3/4 Am7 | D7 . G7", "N.C. | F7", "F7 | N.C.", "Bb7 | % | Eb7 | E7"]


@pytest.mark.parametrize("asked", ["C4", "C5-C4", "H2-H3", "20-60", "60-109", "A-1-C4", "", "C4-"])
def test_a_range_that_can_not_be_is_one_clear_line(asked: str) -> None:
    with pytest.raises(RequestError) as caught:
        CODEC.guides([{**DEFAULTS, "chords": "C", "range": asked}])
    assert re.fullmatch(f"--range is '{asked}'; allowed: LOW-HIGH, .*C4-A5 or 60-81.*", str(caught.value))


def test_a_model_of_values_keeps_to_the_range() -> None:
    codec = GrammarCodec()
    for work in etudes()[:4]:
        piece = codec.encode(work)
        moved = codec.decode(piece.tokens.tolist(), {**piece.prompt, "range": "E2-D3"})
        assert {40 <= note.pitch <= 50 for note in moved.notes} == {True}
    with pytest.raises(RequestError, match="--range"):
        codec.guides([{**DEFAULTS, "chords": "C", "range": "C"}])


@given(
    seed=st.integers(0, 2**32 - 1),
    chords=st.sampled_from(CHARTS),
    ending=st.sampled_from(["chord", "root"]),
    lowest=st.integers(21, 100),
    width=st.sampled_from([0, 2, 5, 11]),
    silence=st.sampled_from([0.1, 0.6, 0.95]),
    long=st.booleans(),
    density=st.sampled_from([None, 0.1, 4.0]),
)
def test_whatever_is_chosen_among_the_allowed_ends_as_wished(
    seed: int, chords: str, ending: str, lowest: int, width: int, silence: float, long: bool, density: float | None
) -> None:
    highest = min(lowest + width, 108)
    asked = {**DEFAULTS, "chords": chords, "range": f"{lowest}-{highest}", "ending": ending, "density": density}
    last_notes = possible_last_notes(Chart.parse(chords), ending, lowest, highest)
    if not last_notes:
        with pytest.raises(RequestError, match=f"--ending {ending}: no pitch from {lowest} to {highest} is .*allowed"):
            CODEC.guides([asked])
        return
    generator = np.random.default_rng(seed)
    guides = CODEC.guides([asked, {**DEFAULTS, "chords": "C"}]).select(np.array([0]))
    tokens: list[int] = []
    while not guides.done[0]:
        row = guides.allowed()[0]
        assert row.min() >= 0
        allowed = np.flatnonzero(row)
        is_silence = allowed < 2
        if is_silence.any() and not is_silence.all():
            allowed = allowed[is_silence == (generator.random() < silence)]
        token = allowed[-1] if long and len(tokens) % 2 else generator.choice(allowed)
        guides.accept(np.array([token], np.int32))
        tokens.append(int(token))
    notes = CODEC.decode(tokens, asked).notes
    assert notes
    assert (notes[-1].start, notes[-1].pitch) in last_notes


def possible_last_notes(chart: Chart, ending: str, lowest: int, highest: int) -> set[tuple[int, int]]:
    """Start and pitch."""
    found = set()
    for tick in range(chart.ticks):
        chord = chart.chord_at(tick)
        for pitch in range(lowest, highest + 1):
            if not chord.tones or pitch % 12 in (chord.tones if ending == "chord" else (chord.root_pitch_class,)):
                found.add((tick, pitch))
    return found


def test_prompts_of_older_models_are_followed() -> None:
    notes = (Note(0, 6, 62), Note(6, 60, 64))
    sheet = LeadSheet(title="A lick", chart=Chart.parse("Dm7 | G7"), notes=notes)
    piece = CODEC.encode(sheet)
    assert not {"range", "primer", "density", "ending"} & set(piece.prompt)
    guides = CODEC.guides([piece.prompt])
    assert guides.allowed().dtype == np.bool_
    assert CODEC.decode(piece.tokens.tolist(), piece.prompt).notes == notes
