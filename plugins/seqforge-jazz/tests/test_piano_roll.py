"""The piano roll in characters: its dots are the notes, its chords stand over their beats, and it fits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import Drawing
from seqforge_jazz.charts import Chart
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody import MelodyCodec

NAMES = {"C": 0, "E": 4, "A♭": 8}
HEIGHTS = {0x01: 3, 0x02: 2, 0x04: 1, 0x40: 0, 0x08: 3, 0x10: 2, 0x20: 1, 0x80: 0}
RIGHT = 0x08 | 0x10 | 0x20 | 0x80


def sheet(notes, chords="Dm7 | G7 | Cmaj7 | % | A7alt | D7 | G7 | %"):
    return LeadSheet(title="test", chart=Chart.parse(chords), notes=tuple(notes))


def sounding(picture):
    """The (sixteenth, pitch) that have a dot, read off the characters."""
    found, bar = set(), 0
    for line in picture.splitlines():
        label, body = line[:3].strip(), line[4:]
        if label.isdigit():
            bar = int(label) - 1
        elif "│" in line:
            lowest = NAMES[label[:-1]] + 12 * (int(label[-1]) + 1)
            for place, character in enumerate(body.replace("│", "")):
                dots = ord(character) - 0x2800 if character != " " else 0
                for bit, height in HEIGHTS.items():
                    if dots & bit:
                        found.add((bar * 16 + 2 * place + bool(bit & RIGHT), lowest + height))
    return found


@st.composite
def lines_of_sixteenths(draw):
    lengths = draw(st.lists(st.integers(1, 20), min_size=1, max_size=30))
    notes, tick = [], 0
    for length in lengths:
        if tick + 3 * length > 8 * 48:
            break
        pitch = draw(st.none() | st.integers(40, 90))
        if pitch is not None:
            notes.append(Note(tick, 3 * length, pitch))
        tick += 3 * length
    return notes


def sixteenths(notes):
    """The (sixteenth, pitch) at which notes sound, the last one left out where the same pitch is struck again."""
    expected = set()
    for note, following in itertools.zip_longest(notes, notes[1:]):
        again = following is not None and (following.start, following.pitch) == (note.end, note.pitch)
        last = note.end // 3 - (1 if again and note.duration > 3 else 0)
        expected |= {(place, note.pitch) for place in range(note.start // 3, last)}
    return expected


@given(lines_of_sixteenths(), st.sampled_from([40, 80, 100, 200]))
def test_every_sixteenth_that_sounds_has_a_dot_and_no_other(notes, columns):
    picture = MelodyCodec().draw(sheet(notes), columns, 500)
    assert sounding(picture) == sixteenths(notes)
    assert all(len(line) <= columns for line in picture.splitlines())


@pytest.mark.parametrize("codec", [MelodyCodec(), GrammarCodec()], ids=["melody", "grammar"])
def test_both_codecs_draw(codec):
    assert isinstance(codec, Drawing)
    assert sounding(codec.draw(sheet([Note(0, 12, 60)]), 80, 40)) == {(place, 60) for place in range(4)}


def test_chords_stand_over_their_beats_and_what_sounds_on_is_repeated_on_the_next_line():
    picture = MelodyCodec().draw(sheet([], "Dm7 G7 | Bbmaj7#11 . . Eb7 | % | C6 | %"), 40, 40)
    first, _, second, _ = picture.splitlines()
    assert first == "  1 Dm7 G7   Bbma… E… Bbma… E… C6"
    assert second == "  5 C6"


def test_a_waltz_has_bars_of_six_characters():
    chords, row = MelodyCodec().draw(sheet([Note(36, 12, 72)], "3/4 F | C7 | F | %"), 80, 40).splitlines()
    assert chords == "  1 F      C7     F"
    assert row == " C5│      │⣀⣀    │      │      │"


def test_what_has_no_room_is_said():
    long = sheet([Note(48 * bar, 12, 60) for bar in range(32)], " | ".join(["C"] * 32))
    whole = MelodyCodec().draw(long, 80, 8).splitlines()
    assert len(whole) == 8
    cut = MelodyCodec().draw(long, 80, 7).splitlines()
    assert len(cut) == 7
    assert cut[-1].strip() == "bars 25 to 32 are not shown"
    assert MelodyCodec().draw(long, 80, 1) == ""
    assert MelodyCodec().draw(long, 10, 40) == ""
