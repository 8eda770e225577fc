"""Chord symbols: what they mean, how they are written back, and what is said about those that mean nothing."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError
from seqforge_jazz.chords import FAMILIES, KINDS, NO_CHORD, NOTE_NAMES, TENSIONS, Chord, ChordError, pitch_class

# What players write, one line a chord, over the root C.
WRITINGS = {
    ("", ()): "C CM Cmaj Cma c",
    ("6", ()): "C6 Cmaj6 CM6 C(6)",
    ("6", ("9",)): "C69 C6/9 C6(9) C6add9 Cmaj69",
    ("6", ("9", "#11")): "C69#11 C6/9#11 C6/9(#11)",
    ("maj7", ()): "Cmaj7 CM7 Cma7 CMA7 CMaj7 Cj7 Cj C^7 C^ CΔ CΔ7 C∆ C△7 C(maj7)",
    ("maj7", ("9",)): "Cmaj9 CM9 CΔ9 C^9 Cj9 Cmaj7(9) Cmaj7/9",
    ("maj7", ("#11",)): "Cmaj7#11 CΔ#11 Cmaj7(#11) CM7♯11 Cmaj7+11 Cmaj#11",
    ("maj7", ("9", "13")): "Cmaj13 C^13 CM7(9,13)",
    ("maj7b5", ()): "Cmaj7b5 CΔ♭5 Cmaj7-5",
    ("7", ()): "C7 c7 Cdom7 C(7)",
    ("7", ("9",)): "C9 C7(9) C7/9",
    ("7", ("9", "13")): "C13 C9(13) C9/6",
    ("7", ("13",)): "C7(13) C7add13 C7/6 C713",
    ("7", ("b9",)): "C7b9 C7♭9 C7(b9) C7-9 C7/b9 C(b9)",
    ("7", ("#9",)): "C7#9 C7♯9 C7+9 C7(#9) C7b10",
    ("7", ("b9", "13")): "C13b9 C7(b9,13) C7b9(13)",
    ("7", ("b9", "b13")): "C7b9b13 C7(b9,b13) C7(b9b13) C7(b9 b13) C7b13b9",
    ("7", ("b9", "#11")): "C7(b9,#11) C7b9#11 C7#11b9",
    ("7", ("9", "b13")): "C9b13 C9(b13) C7(9,b13)",
    ("7", ("9", "#11")): "C9#11 C9(#11) C9+11",
    ("7", ("9", "#11", "13")): "C13#11 C13(#11)",
    ("7b5", ()): "C7b5 C7-5 C7(b5)",
    ("7alt", ()): "C7alt Calt C7(alt) C7alt.",
    ("m", ()): "Cm C- Cmin Cmi cm Cminor CMIN C−",
    ("m", ("9",)): "Cmadd9 Cm(add9) C-add9",
    ("m6", ()): "Cm6 C-6 Cmin6",
    ("m6", ("9",)): "Cm69 Cm6/9 C-6/9",
    ("m7", ()): "Cm7 C-7 Cmi7 Cmin7 cm7 C−7",
    ("m7", ("9",)): "Cm9 C-9 Cmin9 Cm7(9)",
    ("m7", ("9", "11")): "Cm11 C-11 Cm9(11)",
    ("m7", ("11",)): "Cm7(11) Cm7add11 Cm7add4",
    ("m7", ("9", "11", "13")): "Cm13 C-13",
    ("m(maj7)", ()): "Cm(maj7) CmM7 Cmmaj7 C-Δ7 C-Δ C-^7 C-j7 Cm/maj7 CmMaj7 Cm#7 CminM7",
    ("m(maj7)", ("9",)): "Cm(maj9) CmM9 C-Δ9",
    ("m7b5", ()): "Cm7b5 C-7b5 Cø Cø7 CØ Ch Ch7 Cm7(b5) Cm7-5 Chdim Chalfdim7 Cmin7♭5",
    ("m7b5", ("9",)): "Cm9b5 Cø9",
    ("m7b5", ("9", "11")): "Cm11b5 Cø11",
    ("dim", ()): "Cdim Co C° Cm(b5) Cmb5",
    ("dim7", ()): "Cdim7 Co7 C°7",
    ("dim(maj7)", ()): "Cdim(maj7) CoM7 C°Δ7",
    ("+", ()): "C+ Caug C(#5) C+5",
    ("+7", ()): "C+7 C7#5 C7+ C7+5 Caug7 C7(#5)",
    ("+7", ("9",)): "C+9 C9#5 Caug9 C9+",
    ("+7", ("#9",)): "C7#5#9 C7(#5,#9) C7#9#5 C+7#9",
    ("+maj7", ()): "C+maj7 Cmaj7#5 CΔ+ CM7+5 C+j7",
    ("sus", ()): "Csus Csus4 C4",
    ("sus2", ()): "Csus2 C2",
    ("7sus", ()): "C7sus C7sus4 Csus7 Csus4(7) Cm7sus4",
    ("7sus", ("9",)): "C9sus C9sus4 C11 Csus9 C7sus4(9)",
    ("7sus", ("9", "13")): "C13sus C13sus4 Csus13",
    ("7sus", ("b9",)): "C7susb9 C7sus4b9 Csusb9 C7sus(b9)",
    ("maj7sus", ()): "Cmaj7sus4 CM7sus",
    ("7sus2", ()): "C7sus2",
    ("5", ()): "C5",
    ("", ("9",)): "Cadd9 C(add9) Cadd2 C(9)",
}


@st.composite
def chords(draw: st.DrawFn) -> Chord:
    kind = draw(st.sampled_from(KINDS))
    if kind == "N.C.":
        return NO_CHORD
    root = draw(st.sampled_from(NOTE_NAMES))
    chosen = draw(st.sets(st.sampled_from(TENSIONS)))
    bass = draw(st.sampled_from([None, *NOTE_NAMES]))
    return Chord(root, kind, tuple(name for name in TENSIONS if name in chosen), None if bass == root else bass)


def _readings() -> list[tuple[str, str, tuple[str, ...]]]:
    readings = []
    for (kind, tensions), line in WRITINGS.items():
        # A space inside brackets belongs to the symbol.
        readings += [(symbol, kind, tensions) for symbol in re.findall(r"(?:[^\s(]|\([^)]*\))+", line)]
    return readings


@pytest.mark.parametrize(("symbol", "kind", "tensions"), _readings())
def test_what_players_write(symbol: str, kind: str, tensions: tuple[str, ...]) -> None:
    assert Chord.parse(symbol) == Chord("C", kind, tensions)


@pytest.mark.parametrize(
    ("symbol", "chord"),
    [
        ("Bb7", Chord("Bb", "7")),
        ("bb7", Chord("Bb", "7")),
        ("B♭7", Chord("Bb", "7")),
        ("B7b9", Chord("B", "7", ("b9",))),
        ("b7", Chord("B", "7")),
        ("bm7", Chord("B", "m7")),
        ("eb", Chord("Eb")),
        ("em", Chord("E", "m")),
        ("Bb9", Chord("Bb", "7", ("9",))),
        ("C#9", Chord("C#", "7", ("9",))),
        ("F♯ø7", Chord("F#", "m7b5")),
        ("Ebb7", Chord("D", "7")),
        ("A-7/D", Chord("A", "m7", (), "D")),
        ("F7/A", Chord("F", "7", (), "A")),
        ("C6/9", Chord("C", "6", ("9",))),
        ("C6/9/G", Chord("C", "6", ("9",), "G")),
        ("G7sus4/D", Chord("G", "7sus", (), "D")),
        ("Ab/bb", Chord("Ab", "", (), "Bb")),
        ("C7b9/Bb", Chord("C", "7", ("b9",), "Bb")),
        ("C/C", Chord("C")),
        ("Dmaj7", Chord("D", "maj7")),
        ("Ddim7", Chord("D", "dim7")),
        ("  Am  ", Chord("A", "m")),
    ],
)
def test_roots_and_basses(symbol: str, chord: Chord) -> None:
    assert Chord.parse(symbol) == chord


@pytest.mark.parametrize("symbol", ["N.C.", "NC", "nc", "N.C", "n.c.", "N"])
def test_no_chord(symbol: str) -> None:
    chord = Chord.parse(symbol)
    assert chord == NO_CHORD
    assert str(chord) == "N.C."
    assert chord.tones == chord.all_tones == chord.scale == ()
    assert chord.root_pitch_class is None
    assert chord.bass_pitch_class is None
    assert chord.transposed(5) == chord


@pytest.mark.parametrize(
    ("symbol", "column", "shown"),
    [
        ("H7", 1, "H7"),
        ("C7x9", 3, "x9"),
        ("Dm7q", 4, "q"),
        ("Dm7(b9", 4, "(b9"),
        ("Dm7)", 4, ")"),
        ("C77", 3, "7"),
        ("Csus3", 5, "3"),
        ("C7b4", 3, "b4"),
        ("C/H", 2, "/H"),
        ("  C7q", 5, "q"),
        ("Cmaj7maj7", 6, "maj7"),
        ("C7♭9♯x", 5, "♯x"),
        ("C\n!", 3, "!"),
    ],
)
def test_an_error_points_at_the_place(symbol: str, column: int, shown: str) -> None:
    with pytest.raises(ChordError) as caught:
        Chord.parse(symbol)
    message = str(caught.value)
    assert f"'{shown}' at column {column} is not understood" in message
    assert message.startswith(f"chord '{symbol}'".replace("\n", " "))
    assert "\n" not in message


@pytest.mark.parametrize("symbol", ["", "   ", "Cm7alt", "Chdim6", "C" * 500, "C" + "9" * 500, "C" + "(" * 40])
def test_nonsense_is_one_short_line(symbol: str) -> None:
    with pytest.raises(ChordError) as caught:
        Chord.parse(symbol)
    assert isinstance(caught.value, RequestError)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="CDbB#majinsuod+-ø^Δ5679113/(), .", max_size=12))
def test_any_text_is_a_chord_or_one_line(text: str) -> None:
    message = ""
    try:
        chord = Chord.parse(text)
    except ChordError as error:
        message = str(error)
    else:
        assert Chord.parse(chord.symbol) == chord
    assert "\n" not in message


@given(chords())
def test_a_symbol_reads_back(chord: Chord) -> None:
    assert Chord.parse(chord.symbol) == chord
    assert not re.search(r"[\s|%:]", chord.symbol)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("BbΔ7", "Bbmaj7"),
        ("F#-7b5", "F#m7b5"),
        ("C79b13", "C7(b9,13)"),
        ("Cj7911#", "Cmaj9(#11)"),
        ("C-7911", "Cm11"),
        ("C7913", "C13"),
        ("C69", "C6/9"),
        ("Dsus7913", "D13sus"),
        ("Eo7", "Edim7"),
        ("Cadd9", "C(add9)"),
        ("G7#5#9/B", "G+7(#9)/B"),
    ],
)
def test_the_canonical_form_is_what_players_read(written: str, canonical: str) -> None:
    assert Chord.parse(written).symbol == canonical


@given(chords(), st.integers(-30, 30))
def test_transposing_moves_every_pitch_class(chord: Chord, semitones: int) -> None:
    moved = chord.transposed(semitones)
    for name in ("tones", "all_tones", "scale"):
        assert getattr(moved, name) == tuple((tone + semitones) % 12 for tone in getattr(chord, name))
    if chord.root_pitch_class is not None and chord.bass_pitch_class is not None:
        assert moved.root_pitch_class == (chord.root_pitch_class + semitones) % 12
        assert moved.bass_pitch_class == (chord.bass_pitch_class + semitones) % 12
    assert (moved.kind, moved.tensions) == (chord.kind, chord.tensions)
    assert chord.transposed(12) == chord


@pytest.mark.parametrize(
    ("symbol", "semitones", "expected"),
    [("C7", 1, "Db7"), ("Cm7", 1, "C#m7"), ("Cm7", 6, "F#m7"), ("C/E", 2, "D/F#"), ("Am7/G", -2, "Gm7/F")],
)
def test_transposed_chords_are_spelled_as_usual(symbol: str, semitones: int, expected: str) -> None:
    assert Chord.parse(symbol).transposed(semitones).symbol == expected


@given(chords())
def test_scale_and_tones_belong_together(chord: Chord) -> None:
    assert chord.family in FAMILIES
    assert set(chord.tones) <= set(chord.all_tones) <= set(chord.scale)
    assert len(set(chord.scale)) == len(chord.scale)
    if chord.root is not None:
        assert chord.tones[0] == chord.scale[0] == pitch_class(chord.root)


@pytest.mark.parametrize(
    ("symbol", "tones", "scale", "family"),
    [
        ("Cmaj7", (0, 4, 7, 11), (0, 2, 4, 5, 7, 9, 11), "major"),
        ("Fmaj7#11", (5, 9, 0, 4), (5, 7, 9, 11, 0, 2, 4), "major"),
        ("G7", (7, 11, 2, 5), (7, 9, 11, 0, 2, 4, 5), "dominant"),
        ("C7b9", (0, 4, 7, 10), (0, 1, 4, 5, 7, 8, 10), "altered"),
        ("C13b9", (0, 4, 7, 10), (0, 1, 3, 4, 6, 7, 9, 10), "altered"),
        ("C7alt", (0, 4, 8, 10), (0, 1, 3, 4, 6, 8, 10), "altered"),
        ("C9#11", (0, 4, 7, 10), (0, 2, 4, 6, 7, 9, 10), "dominant"),
        ("Dm7", (2, 5, 9, 0), (2, 4, 5, 7, 9, 11, 0), "minor"),
        ("Cm6", (0, 3, 7, 9), (0, 2, 3, 5, 7, 9, 11), "minor"),
        ("CmM7", (0, 3, 7, 11), (0, 2, 3, 5, 7, 9, 11), "minor-major"),
        ("Bø", (11, 2, 5, 9), (11, 0, 2, 4, 5, 7, 9), "half-diminished"),
        ("Co7", (0, 3, 6, 9), (0, 2, 3, 5, 6, 8, 9, 11), "diminished"),
        ("C+7", (0, 4, 8, 10), (0, 2, 4, 6, 8, 10), "altered"),
        ("C7sus", (0, 5, 7, 10), (0, 2, 4, 5, 7, 9, 10), "suspended"),
    ],
)
def test_tones_scale_and_family(symbol: str, tones: tuple[int, ...], scale: tuple[int, ...], family: str) -> None:
    chord = Chord.parse(symbol)
    assert chord.tones == tones
    assert chord.scale == scale
    assert chord.family == family


def test_tensions_are_tones_too() -> None:
    assert Chord.parse("G7(b9,13)").all_tones == (7, 11, 2, 5, 8, 4)
    assert set(Chord.parse("C7alt").all_tones) == {0, 1, 3, 4, 6, 8, 10}


def test_the_order_of_kinds_and_families_stays() -> None:
    # Stored vocabularies count on it: append, never reorder.
    assert KINDS[:12] == ("", "6", "maj7", "7", "7b5", "7alt", "m", "m6", "m7", "m(maj7)", "m7b5", "dim")
    assert KINDS[12:19] == ("dim7", "dim(maj7)", "+", "+7", "+maj7", "maj7b5", "sus")
    assert KINDS[19:] == ("sus2", "7sus", "7sus2", "maj7sus", "5", "(b5)", "N.C.")
    assert (
        *("none", "major", "dominant", "altered", "minor", "minor-major"),
        *("half-diminished", "diminished", "augmented", "suspended"),
    ) == FAMILIES


@pytest.mark.parametrize(
    "fields",
    [
        ("C", "9"),
        ("H",),
        (None, "7"),
        ("C", "N.C."),
        ("C", "7", ("13", "b9")),
        ("C", "7", ("b11",)),
        ("C", "7", (), "x"),
    ],
)
def test_a_chord_that_can_not_be_is_refused(fields: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Chord(*fields)  # type: ignore[arg-type]


def test_chords_and_forms_import_no_music_library() -> None:
    code = "import sys, seqforge_jazz.forms, seqforge_jazz.leadsheet; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "seqforge_jazz.charts" in loaded
    assert not {"music21", "mido", "numpy", "torch", "tensorflow", "keras"} & set(loaded)
