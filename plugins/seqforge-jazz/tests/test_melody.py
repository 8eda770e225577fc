"""Codec `melody`: what goes in comes out, and the guide says what the encoder said."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import DataError, RequestError
from seqforge_jazz.arrangement import groove
from seqforge_jazz.charts import Chart
from seqforge_jazz.etudes import EtudeDataset, etudes
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody import MelodyCodec
from seqforge_jazz.melody_vocabulary import DURATIONS, PITCHES, VOCABULARY, pitch_token

CODEC = MelodyCodec()
COLUMN = {field.name: column for column, field in enumerate(CODEC.context_fields)}
HISTORY = [COLUMN[name] for name in ("last_pitch", "last_to_root", "last_to_next_root", "last_interval")]
VIEWS = {view.field: view for view in CODEC.output_views}
CHARTS = ["Dm7 G7 | Cmaj7 | % | F7alt", "3/4 Am7 | D7 . G7 | Cmaj7", "N.C. | Bbm7b5 Eb7(b9) | Abm6"]
DEFAULTS = {"key": None, "transpose": 0, "choruses": 1, "tempo": 160.0, "swing": 0.62, "instrument": "tenor-sax"}


def prompt(chords: str, **changes: object) -> dict[str, object]:
    return {"chords": chords, **DEFAULTS, **changes}


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    chart = Chart.parse(draw(st.sampled_from(CHARTS)))
    notes = []
    tick = draw(st.integers(0, 60))
    while tick < chart.ticks and len(notes) < 30:
        duration = draw(st.integers(1, min(100, chart.ticks - tick)))
        notes.append(Note(tick, duration, draw(st.integers(21, 108))))
        tick += duration + draw(st.sampled_from([0, 0, 3, 6, 70]))
    notes = notes or [Note(0, 1, 60)]
    return LeadSheet(title="A line", chart=chart, notes=tuple(notes))


def history(tokens: np.ndarray, roots: np.ndarray) -> list[list[int]]:
    """Read note by note: what each token's context says of the pitches before it; `roots` are the two chords'."""
    pitches: list[int] = []
    rows = []
    for token, around in zip(tokens.tolist(), roots.tolist(), strict=True):
        degrees = [(pitches[-1] - root) % 12 if pitches and root < 12 else 12 for root in around]
        interval = max(-29, min(29, pitches[-1] - pitches[-2])) + 29 if len(pitches) > 1 else 59
        rows.append([pitches[-1] - 21 if pitches else 88, *degrees, interval])
        if token in PITCHES:
            pitches.append(token - PITCHES.start + 21)
    return rows


def walk(piece_prompt: object, tokens: np.ndarray) -> tuple[np.ndarray, bool]:
    """The contexts along the tokens, each of which must be allowed; whether the guide is done after the last."""
    guides = CODEC.guides([piece_prompt])
    contexts = []
    for token in tokens:
        assert not guides.done[0]
        contexts.append(guides.context()[0])
        assert guides.allowed()[0, token], VOCABULARY.symbols[token]
        guides.accept(np.array([token], np.int32))
    return np.array(contexts), bool(guides.done[0])


@given(lead_sheets())
def test_decoding_gives_the_notes_back(sheet: LeadSheet) -> None:
    piece = CODEC.encode(sheet)
    decoded = CODEC.decode(piece.tokens.tolist(), piece.prompt)
    assert decoded.notes == sheet.notes
    assert decoded.chart == sheet.chart


@given(lead_sheets())
def test_the_guide_gives_the_stored_context_and_ends_with_the_piece(sheet: LeadSheet) -> None:
    piece = CODEC.encode(sheet)
    contexts, done = walk(piece.prompt, piece.tokens)
    assert np.array_equal(contexts, piece.context)
    assert done


@given(lead_sheets())
def test_every_variant_has_the_context_that_its_guide_gives(sheet: LeadSheet) -> None:
    variants = list(CODEC.variants(CODEC.encode(sheet)))
    assert len(variants) == 12
    guides = CODEC.guides([variant.prompt for variant in variants])
    for step in range(len(variants[0].tokens)):
        tokens = np.array([variant.tokens[step] for variant in variants])
        assert np.array_equal(guides.context(), [variant.context[step] for variant in variants])
        assert guides.allowed()[np.arange(len(variants)), tokens].all()
        guides.accept(tokens)
    assert guides.done.all()


@given(lead_sheets())
def test_the_context_tells_the_notes_before_and_their_degrees(sheet: LeadSheet) -> None:
    for variant in CODEC.variants(CODEC.encode(sheet)):
        told = variant.context[:, HISTORY]
        assert np.array_equal(told, history(variant.tokens, variant.context[:, [COLUMN["root"], COLUMN["next_root"]]]))


@given(st.integers(0, 2**32 - 1), st.sampled_from(CHARTS), st.sampled_from([0.0, 0.5, 0.95]))
def test_what_a_guide_walked_freely_has_the_context_of_its_notes_encoded(seed: int, chords: str, rests: float) -> None:
    generator = np.random.default_rng(seed)
    asked = prompt(chords, instrument="piano")
    guides = CODEC.guides([asked])
    tokens, contexts = [], []
    while not guides.done[0]:
        allowed = guides.allowed()[0]
        goes_on = allowed[:2].any() and generator.random() < rests  # a rest, or a tie where one is allowed
        token = generator.choice(np.flatnonzero(allowed[:2] if goes_on else allowed))
        contexts.append(guides.context()[0])
        guides.accept(np.array([token], np.int32))
        tokens.append(int(token))
    sheet = CODEC.decode(tokens, asked)
    if sheet.notes:
        piece = CODEC.encode(sheet)
        assert piece.tokens.tolist() == tokens
        assert np.array_equal(piece.context, contexts)
    else:
        assert np.array_equal(np.array(contexts)[:, HISTORY], [[88, 12, 12, 59]] * len(tokens))


@pytest.mark.parametrize("chords", CHARTS)
def test_a_guide_that_only_rests_knows_of_no_pitch(chords: str) -> None:
    guides = CODEC.guides([prompt(chords)])
    rest = (0, DURATIONS.stop - 1)
    for step in range(4):
        assert guides.context()[0, HISTORY].tolist() == [88, 12, 12, 59]
        if guides.done[0]:
            break
        guides.accept(np.array([rest[step % 2]], np.int32))


def test_a_tie_and_a_rest_leave_the_last_pitch() -> None:
    sheet = LeadSheet(
        title="Few", chart=Chart.parse("Dm7 | G7 | C | C"), notes=(Note(0, 60, 62), Note(60, 6, 100), Note(96, 12, 60))
    )
    piece = CODEC.encode(sheet)
    symbols = [VOCABULARY.symbols[token] for token in piece.tokens]
    assert symbols[::2] == ["pitch-62", "tie", "pitch-100", "rest", "pitch-60", "rest", "rest"]
    last, to_root, _, interval = piece.context[:, HISTORY].T
    assert last.tolist() == [88, 41, 41, 41, 41, 79, 79, 79, 79, 39, 39, 39, 39, 39]
    assert to_root.tolist() == [12, 0, 7, 7, 7, 9, 9, 9, 4, 0, 0, 0, 0, 0]
    assert interval.tolist() == [59] * 5 + [29 + 29] * 4 + [29 - 29] * 5


def test_output_views_fit_the_context_and_the_vocabulary() -> None:
    assert list(VIEWS) == ["last_pitch", "root", "next_root", "place", "repeated_token"]
    for view in CODEC.output_views:
        classes = np.array(view.classes)
        assert classes.shape == (CODEC.context_fields[COLUMN[view.field]].size, len(VOCABULARY))
        assert classes.min() == 0
    assert [view.size for view in CODEC.output_views] == [60, 13, 13, 49, 3]


@given(lead_sheets())
def test_output_views_agree_with_the_context_of_the_token_after(sheet: LeadSheet) -> None:
    piece = CODEC.encode(sheet)
    fields = {name: piece.context[:, column] for name, column in COLUMN.items()}
    seen = {name: np.array(view.classes)[fields[name], piece.tokens] for name, view in VIEWS.items()}
    for step, token in enumerate(piece.tokens.tolist()):
        if token not in PITCHES:
            assert (seen["last_pitch"][step], seen["root"][step], seen["next_root"][step]) == (59, 12, 12)
        else:  # the same bar and chord still hold for the duration, and the pitch is the last one there
            assert seen["last_pitch"][step] == fields["last_interval"][step + 1]
            assert seen["root"][step] == fields["last_to_root"][step + 1]
            assert seen["next_root"][step] == fields["last_to_next_root"][step + 1]
        if token not in DURATIONS:
            assert seen["place"][step] == 48
        else:
            bar_start = 36 if sheet.chart.beats_per_bar == 4 else 0
            following = fields["place"][step + 1] if step + 1 < len(piece.tokens) else bar_start
            assert seen["place"][step] == following - bar_start


def test_every_variant_of_an_etude_is_what_its_guide_says_in_its_key() -> None:
    piece = next(iter(EtudeDataset(codec=CODEC).pieces()))
    variants = list(CODEC.variants(piece))
    assert np.array_equal(variants[0].tokens, piece.tokens)
    sheet = CODEC.decode(piece.tokens.tolist(), piece.prompt)
    roots = set()
    for variant in variants:
        contexts, done = walk(variant.prompt, variant.tokens)
        assert done
        assert np.array_equal(contexts, variant.context)
        moved = CODEC.decode(variant.tokens.tolist(), variant.prompt)
        steps = {(b.pitch - a.pitch) % 12 for a, b in zip(sheet.notes, moved.notes, strict=True)}
        assert steps == {variant.prompt["transpose"] % 12}
        roots.add(moved.chart.chord_at(0).root_pitch_class)
    assert len(roots) == 12


def test_all_etudes_survive_the_round_trip() -> None:
    for sheet in etudes():
        piece = CODEC.encode(sheet)
        assert CODEC.decode(piece.tokens.tolist(), piece.prompt).notes == sheet.notes
        units = CODEC.units(piece.tokens)
        assert units["note"] == len(sheet.notes)
        assert units["beat"] == sheet.chart.ticks / 12
        assert units["note"] < units["event"] <= len(piece.tokens) / 2


@given(st.lists(st.integers(0, len(VOCABULARY) - 1), max_size=200), st.sampled_from(CHARTS))
def test_any_tokens_decode_to_a_valid_sheet(tokens: list[int], chords: str) -> None:
    sheet = CODEC.decode(tokens, prompt(chords))  # LeadSheet itself refuses overlaps, disorder and overhang
    assert all(note.end <= sheet.chart.ticks for note in sheet.notes)


def test_a_token_beyond_the_vocabulary_is_named() -> None:
    with pytest.raises(DataError, match=f"token {len(VOCABULARY)} .*allowed: 0 to {len(VOCABULARY) - 1}"):
        CODEC.decode([len(VOCABULARY)], prompt(CHARTS[0]))


@given(st.integers(0, 2**32 - 1), st.sampled_from(CHARTS), st.sampled_from(["trumpet", "double-bass", "flute"]))
def test_whatever_is_chosen_among_the_allowed_ends_at_the_last_bar_line(
    seed: int, chords: str, instrument: str
) -> None:
    asked = prompt(chords, instrument=instrument)
    guides = CODEC.guides([asked])
    generator = np.random.default_rng(seed)
    tokens = []
    while not guides.done[0]:
        token = generator.choice(np.flatnonzero(guides.allowed()[0]))
        guides.accept(np.array([token], np.int32))
        tokens.append(int(token))
    ticks = sum(token - DURATIONS.start + 1 for token in tokens if token in DURATIONS)
    sheet = CODEC.decode(tokens, asked)
    assert ticks == sheet.chart.ticks
    lowest, highest = {"trumpet": (52, 82), "double-bass": (28, 67), "flute": (60, 96)}[instrument]
    assert all(lowest <= note.pitch <= highest for note in sheet.notes)


def test_guides_of_a_batch_are_the_single_ones() -> None:
    prompts = [prompt(CHARTS[0]), prompt(CHARTS[1], instrument="flute"), prompt("blues", key="Eb", choruses=2)]
    together, alone = CODEC.guides(prompts), [CODEC.guides([one]) for one in prompts]
    generator = np.random.default_rng(7)
    while not together.done.all():
        tokens = np.zeros(len(prompts), np.int32)
        for row, guide in enumerate(alone):
            assert guide.done[0] == together.done[row]
            if not guide.done[0]:
                assert np.array_equal(guide.context()[0], together.context()[row])
                assert np.array_equal(guide.allowed()[0], together.allowed()[row])
                tokens[row] = generator.choice(np.flatnonzero(guide.allowed()[0]))
                guide.accept(tokens[row : row + 1])
        together.accept(tokens)
    selected = together.select(np.array([2, 0, 2], np.int32))
    assert selected.done.all()


def test_selected_guides_go_their_own_way() -> None:
    guides = CODEC.guides([prompt(CHARTS[0])])
    copies = guides.select(np.array([0, 0], np.int32))
    pitch = pitch_token(60)
    copies.accept(np.array([pitch, 0], np.int32))
    assert guides.allowed()[0, pitch]
    assert not copies.allowed()[0, pitch]


def test_the_vocabulary_is_the_same_in_every_process() -> None:
    code = "from seqforge_jazz.melody_vocabulary import VOCABULARY as v; print(hash(1), v.symbols, v.classes)"
    printed = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert printed == {f"1 {VOCABULARY.symbols} {VOCABULARY.classes}\n".encode()}


@pytest.mark.parametrize(
    ("chords", "key", "message"),
    [
        ("Dm7 | H7", None, "H7"),
        ("blus", None, "blues"),
        ("", None, "--chords is empty"),
        ("blues-f", "X", "key 'X'"),
        ("Dm7 |: G7", None, "bar"),
    ],
)
def test_a_prompt_that_can_not_be_followed_is_one_clear_line(chords: str, key: str | None, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        CODEC.guides([prompt(chords, key=key)])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_sheet_without_notes_or_beyond_the_piano_is_refused() -> None:
    chart = Chart.parse("C")
    with pytest.raises(DataError, match="no notes"):
        CODEC.encode(LeadSheet(title="Silence", chart=chart, notes=()))
    with pytest.raises(DataError, match="pitch 12; allowed: 21 to 108"):
        CODEC.encode(LeadSheet(title="Deep", chart=chart, notes=(Note(0, 12, 12),)))


def test_a_bossa_is_accompanied_as_one() -> None:
    bossa = next(name for name, form in FORMS.items() if form.style == "bossa")
    assert groove(CODEC.decode([], prompt(bossa))) == "bossa"
    assert groove(CODEC.decode([], prompt(f"{bossa} in G", transpose=2, choruses=2))) == "bossa"
    assert groove(CODEC.decode([], prompt("blues-f"))) == "swing"
    assert groove(CODEC.decode([], prompt("Dm7 G7 | Cmaj7"))) == "swing"
