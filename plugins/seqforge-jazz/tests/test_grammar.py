"""Codec `grammar`: the original's values from the original's file, and bars from any values."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforge import DataError, RequestError, Vocabulary
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.etudes import EtudeDataset, etudes
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.grammar_values import CLASSES, Value
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note, Voicing
from seqforge_jazz.readers.midi import MidiReader
from seqforge_jazz.tone_types import tones_of_chord

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")) / "metheny"
WITH_METHENY = pytest.mark.skipif(not DATA.is_dir(), reason="no folder metheny in SEQFORGE_TEST_DATA")
STRETCH = {"from_quarter": 476.0, "to_quarter": 548.0, "divisions": "4,3"}
DEFAULTS = {
    "key": None,
    "transpose": 0,
    "choruses": 1,
    "tempo": 160.0,
    "swing": 0.5,
    "instrument": "tenor-sax",
    "pitch_seed": 0,
}
CHARTS = ("Dm7 G7 | Cmaj7 | % | F7alt", "3/4 Am7 | D7 . G7 | Cmaj7", "N.C. | Bbm7b5 Eb7(b9) | Abm6", "N.C.", "C")
SYMBOLS = (
    "C,0.500",
    "S,0.333",
    "X,1.750",
    "A,4.000",
    "R,0.250",
    "R,9.000",
    "S,0.250,<m2,P-4>",
    "C,1.000,<dd5,d1>",
    "C,0.667,<A-4,P-8>",
    "A,0.083,<P29,P25>",
    "X,33.000,<m-20,M-24>",
    "C,0.250,<AAAA1,dddd-99>",
)
VOCABULARY = Vocabulary(SYMBOLS, tuple(CLASSES[symbol[0]] for symbol in SYMBOLS))
CODEC = GrammarCodec(vocabulary=VOCABULARY)


def prompt(chords: str, **changes: object) -> dict[str, object]:
    return {"chords": chords, **DEFAULTS, **changes}


def symbols(codec: GrammarCodec, tokens: Sequence[int]) -> list[str]:
    return [codec.vocabulary.symbols[token] for token in tokens]


def encoded(sheet: LeadSheet, **options: bool) -> list[str]:
    codec = GrammarCodec(**options)
    return symbols(codec, codec.encode(sheet).tokens)


def sheet(chart: str, *notes: tuple[int, int, int], **others: object) -> LeadSheet:
    return LeadSheet(title="A line", chart=Chart.parse(chart), notes=tuple(Note(*note) for note in notes), **others)


@cache
def metheny() -> LeadSheet:
    _, found = MidiReader(**STRETCH).read(DATA / "original_metheny.mid")
    return found


@WITH_METHENY
def test_the_values_of_the_original() -> None:
    bars = json.loads((DATA / "metheny_ref_grammars_193_78.json").read_text())
    codec = GrammarCodec()
    piece = codec.encode(metheny())
    assert symbols(codec, piece.tokens) == " ".join(bars).split()
    assert (len(piece.tokens), len(codec.vocabulary)) == (193, 78)
    assert Counter(symbol[0] for symbol in codec.vocabulary.symbols) == {"C": 37, "S": 24, "A": 12, "X": 5}
    assert piece.context.shape == (193, 0)


@WITH_METHENY
def test_the_chords_of_the_original() -> None:
    bars = json.loads((DATA / "metheny_ref_chords.json").read_text())
    expected = [(start - 476, tuple(pitches), length or 0.25) for bar in bars[:18] for start, _, pitches, length in bar]
    found = [(chord.start / 12, chord.pitches, chord.duration / 12) for chord in metheny().accompaniment]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours[:2] == theirs[:2]
        assert ours[2] == pytest.approx(theirs[2])


@WITH_METHENY
def test_reading_and_encoding_need_no_music21() -> None:
    code = (
        "import sys; from seqforge_jazz.readers.midi import MidiReader; from seqforge_jazz.grammar import GrammarCodec;"
        "from pathlib import Path; _, sheet = MidiReader().read(Path(sys.argv[1]));"
        "GrammarCodec().encode(sheet); assert 'music21' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, DATA / "original_metheny.mid"], check=True)


def test_the_vocabulary_has_one_order() -> None:
    code = (
        "from seqforge_jazz.grammar import GrammarCodec; from seqforge_jazz.etudes import EtudeDataset;"
        "codec = GrammarCodec(); list(EtudeDataset(codec).pieces()); print('\\n'.join(codec.vocabulary.symbols))"
    )
    orders = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(orders) == 1
    assert len(orders.pop().split()) > 100


@pytest.mark.parametrize("rests", [False, True])
def test_the_built_in_etudes(rests: bool) -> None:
    codec = GrammarCodec(rests=rests)
    pieces = list(EtudeDataset(codec).pieces())
    assert len(pieces) == len(etudes())
    stored = GrammarCodec(vocabulary=codec.vocabulary, **codec.options)
    for piece, etude in zip(pieces, etudes(), strict=True):
        assert np.array_equal(stored.encode(etude).tokens, piece.tokens)
        assert set(codec.vocabulary.symbols) >= set(symbols(codec, piece.tokens))
        assert codec.units(piece.tokens)["note"] == len(etude.notes)
        assert [one.id for one in codec.variants(piece)] == [piece.id]
        solo = stored.decode(piece.tokens.tolist(), piece.prompt)
        assert solo.chart == etude.chart
        if rests:
            assert codec.units(piece.tokens)["beat"] == etude.chart.ticks / 12
            assert [note.start for note in solo.notes] == [note.start for note in etude.notes]
            types = [tones_of_chord(etude.chart.chord_at(note.start)).type_of(note.pitch) for note in etude.notes]
            again = [tones_of_chord(etude.chart.chord_at(note.start)).type_of(note.pitch) for note in solo.notes]
            assert sum(one == other for one, other in zip(types, again, strict=True)) > 0.9 * len(types)


def test_values_say_type_length_and_range() -> None:
    line = [(0, 6, 60), (6, 4, 62), (10, 2, 63), (12, 36, 61), (48, 12, 55)]
    assert encoded(sheet("Dm7 | G7", *line)) == [
        "C,0.500",
        "C,0.333,<P4,m-2>",
        "A,0.167,<d4,M-2>",
        "A,3.000,<A1,dd-5>",
        "C,1.000",
    ]


def test_types_follow_what_was_played() -> None:
    line = [(0, 12, 60), (24, 12, 60), (48, 12, 60), (96, 12, 61)]
    played = (Voicing(12, 12, (60, 64, 67)), Voicing(24, 12, (62, 66, 69)), Voicing(72, 12, (59, 63, 66)))
    values = encoded(sheet("C | D | B", *line, accompaniment=played))
    # the bar's first chord also counts before it; the last bar has none, so the one before goes on
    assert [value[0] for value in values] == ["C", "X", "A", "S"]


def test_rests_fill_the_bars() -> None:
    gaps = sheet("Dm7 | G7 | Cmaj7", (12, 12, 62), (36, 24, 65), (132, 12, 67))
    assert [value.partition(",<")[0] for value in encoded(gaps, rests=True)] == [
        "R,1.000",
        "C,1.000",
        "R,1.000",
        "C,1.000",
        "R,4.000",
        "R,3.000",
        "C,1.000",
    ]


def test_a_sheet_without_notes_or_chords_is_no_piece() -> None:
    with pytest.raises(DataError, match="no notes"):
        GrammarCodec().encode(sheet("Dm7"))
    with pytest.raises(DataError, match=r"no chords.*data\.chords.*data\.chord_track"):
        GrammarCodec().encode(sheet("N.C.", (0, 12, 60)))


def test_a_stored_vocabulary_does_not_grow() -> None:
    first, second = sheet("Dm7", (0, 12, 62)), sheet("Dm7", (0, 6, 62))
    grown = GrammarCodec()
    grown.encode(first)
    assert grown.vocabulary == Vocabulary(("C,1.000",), ("chord-tone",))
    stored = GrammarCodec(vocabulary=grown.vocabulary)
    assert stored.encode(first).tokens.tolist() == [0]
    with pytest.raises(DataError, match=r"'A line' has the value C,0\.500"):
        stored.encode(second)
    grown.encode(second)
    assert grown.vocabulary.symbols == ("C,1.000", "C,0.500")
    assert stored.vocabulary.symbols == ("C,1.000",)


@pytest.mark.parametrize("symbol", ["", "C", "Q,0.250", "C,0.000", "C,1", "C,0.250,<m2>", "C,0.250,<M5,P-4>", "x" * 99])
def test_a_symbol_that_is_no_value(symbol: str) -> None:
    with pytest.raises(DataError, match="allowed") as raised:
        GrammarCodec(vocabulary=Vocabulary((symbol,), ("chord-tone",)))
    assert len(str(raised.value)) < 200


tokens = st.lists(st.integers(0, len(SYMBOLS) - 1), max_size=120)


@settings(deadline=None)
@given(tokens, st.sampled_from(CHARTS), st.sampled_from(sorted(INSTRUMENTS)), st.integers(0, 2**32 - 1))
def test_any_values_make_whole_bars(chosen: list[int], chords: str, instrument: str, seed: int) -> None:
    asked = prompt(chords, instrument=instrument, pitch_seed=seed, choruses=3)
    solo = CODEC.decode(chosen, asked)
    assert solo.chart == Chart.parse(chords).repeated(3)
    bar = solo.chart.ticks_per_bar
    assert all(before.end <= after.start for before, after in pairwise(solo.notes))
    assert all(note.start // bar == (note.end - 1) // bar for note in solo.notes)
    player = INSTRUMENTS[instrument]
    assert all(player.lowest <= note.pitch <= player.highest for note in solo.notes)
    assert CODEC.decode(chosen, asked) == solo


@settings(deadline=None)
@given(tokens)
def test_a_first_value_is_on_the_bar_line_and_nothing_drifts(chosen: list[int]) -> None:
    solo = CODEC.decode(chosen, prompt("Dm7 | G7 | Cmaj7 | A7", choruses=9))
    tick, has_note, expected = 0, False, []
    for token in chosen:
        value = Value.parse(SYMBOLS[token])
        if value.starts_bar and has_note:
            tick, has_note = tick - tick % 48 + 48, False
        if tick >= solo.chart.ticks:
            break
        end = min(tick + value.ticks, tick - tick % 48 + 48)
        if value.type != "R":
            expected.append((tick, end))
            has_note = True
        tick, has_note = end, has_note and end % 48 != 0
    assert [(note.start, note.end) for note in solo.notes] == expected


@settings(deadline=None)
@given(st.lists(tokens, min_size=1, max_size=5), st.data())
def test_guides_end_where_decoding_does(rows: list[list[int]], data: st.DataObject) -> None:
    prompts = [prompt(data.draw(st.sampled_from(CHARTS)), choruses=data.draw(st.integers(1, 4))) for _ in rows]
    guides = CODEC.guides(prompts)
    walked = [0] * len(rows)
    for step in range(max(map(len, rows))):
        assert guides.context().shape == (len(rows), 0)
        assert guides.allowed() is None
        for row, chosen in enumerate(rows):
            walked[row] += not guides.done[row] and step < len(chosen)
        guides.accept(np.array([chosen[step] if step < len(chosen) else -1 for chosen in rows], np.int32))
        order = np.arange(len(rows))[::-1]
        guides = guides.select(order.astype(np.int32)).select(order.astype(np.int32))
    for row, chosen in enumerate(rows):
        whole = CODEC.decode(chosen, prompts[row])
        places = [(note.start, note.end) for note in whole.notes]
        so_far = CODEC.decode(chosen[: walked[row]], prompts[row])
        assert [(note.start, note.end) for note in so_far.notes] == places
        if guides.done[row] and chosen:
            more = CODEC.decode([*chosen[: walked[row]], *range(len(SYMBOLS))], prompts[row])
            assert len(more.notes) == len(places)
        else:
            more = CODEC.decode([*chosen, 6], prompts[row])
            assert len(more.notes) == len(places) + 1


def test_a_token_that_is_not_in_the_vocabulary() -> None:
    for token in (-1, len(SYMBOLS), 10**9):
        with pytest.raises(DataError, match=f"allowed: 0 to {len(SYMBOLS) - 1}"):
            CODEC.decode([0, token], prompt("C"))


def test_a_chart_that_can_not_be_read() -> None:
    for ask in (lambda asked: CODEC.decode([0], asked), lambda asked: CODEC.guides([asked])):
        with pytest.raises(RequestError):
            ask(prompt("Q7"))
        with pytest.raises(RequestError, match="empty"):
            ask(prompt(" "))


def test_range_and_type_choose_the_pitch() -> None:
    first, then = SYMBOLS.index("C,0.500"), SYMBOLS.index("S,0.250,<m2,P-4>")
    heard = Counter()
    for seed in range(60):
        solo = CODEC.decode([first, then], prompt("Cmaj7", pitch_seed=seed))
        start, step = (note.pitch for note in solo.notes)
        assert tones_of_chord(Chord.parse("Cmaj7")).type_of(start) == "C"
        assert start - 5 <= step <= start + 1
        scale_tones = [p for p in range(start - 5, start + 2) if tones_of_chord(Chord.parse("Cmaj7")).type_of(p) == "S"]
        assert step in scale_tones
        heard[start, step] += 1
    assert len(heard) > 4


def test_equal_tokens_give_equal_solos_and_seeds_give_others() -> None:
    chosen = [0, 6, 7, 8, 6] * 8
    solos = {CODEC.decode(chosen, prompt("blues-f", pitch_seed=seed)).notes for seed in range(10)}
    assert len(solos) == 10
    assert CODEC.decode(np.array(chosen), prompt("blues-f")) == CODEC.decode(chosen, prompt("blues-f"))


def test_units() -> None:
    assert CODEC.units(np.array([0, 4, 6], np.int32)) == {"event": 3.0, "note": 2.0, "beat": 1.0}
    assert CODEC.units(np.array([], np.int32)) == {"event": 0.0, "note": 0.0, "beat": 0.0}


def test_a_decoded_solo_can_be_written_and_read(tmp_path: Path) -> None:
    solo = CODEC.decode([0, 6, 7, 8, 6] * 20, prompt("Dm7 G7 | Cmaj7 | Em7 A7 | Dm7", instrument="guitar"))
    MidiFormat().write(solo, tmp_path / "solo.mid")
    _, again = MidiReader(melody_track="0").read(tmp_path / "solo.mid")
    assert [(note.start, note.pitch) for note in again.notes] == [(note.start, note.pitch) for note in solo.notes]
