"""Chord symbols of the Weimar Jazz Database: each of its suffixes, and every symbol in it."""

import json
import lzma
import os
import re
from functools import cache
from pathlib import Path

import pytest

from seqforge_jazz.chords import NO_CHORD, NOTE_NAMES, Chord

REPOSITORY = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
DATABASE = DATA / "wjazzd" / "wjazzd_456.json.xz"

# Every suffix of the Weimar Jazz Database, with what it says.
DATABASE_SUFFIXES = {
    "": ("", ()),
    "6": ("6", ()),
    "69": ("6", ("9",)),
    "6911#": ("6", ("9", "#11")),
    "j7": ("maj7", ()),
    "j79": ("maj7", ("9",)),
    "j7911#": ("maj7", ("9", "#11")),
    "j79#": ("maj7", ("#9",)),
    "j79#11#": ("maj7", ("#9", "#11")),
    "7": ("7", ()),
    "79": ("7", ("9",)),
    "7911": ("7", ("9", "11")),
    "7911#": ("7", ("9", "#11")),
    "7913": ("7", ("9", "13")),
    "7913b": ("7", ("9", "b13")),
    "79b": ("7", ("b9",)),
    "79b13": ("7", ("b9", "13")),
    "79b13b": ("7", ("b9", "b13")),
    "79#": ("7", ("#9",)),
    "79#11#": ("7", ("#9", "#11")),
    "79#13": ("7", ("#9", "13")),
    "7alt": ("7alt", ()),
    "-": ("m", ()),
    "-6": ("m6", ()),
    "-69": ("m6", ("9",)),
    "-7": ("m7", ()),
    "-79": ("m7", ("9",)),
    "-79b": ("m7", ("b9",)),
    "-7911": ("m7", ("9", "11")),
    "-7913": ("m7", ("9", "13")),
    "-j7": ("m(maj7)", ()),
    "-j7911#": ("m(maj7)", ("9", "#11")),
    "-j7913": ("m(maj7)", ("9", "13")),
    "m7b5": ("m7b5", ()),
    "o": ("dim", ()),
    "o7": ("dim7", ()),
    "+": ("+", ()),
    "+7": ("+7", ()),
    "+79": ("+7", ("9",)),
    "+79b": ("+7", ("b9",)),
    "+79#": ("+7", ("#9",)),
    "+7911#": ("+7", ("9", "#11")),
    "+j7": ("+maj7", ()),
    "sus": ("sus", ()),
    "sus7": ("7sus", ()),
    "sus79": ("7sus", ("9",)),
    "sus7913": ("7sus", ("9", "13")),
}


@cache
def database_symbols() -> tuple[str, ...]:
    solos = json.loads(lzma.decompress(DATABASE.read_bytes()))
    return tuple(sorted({beat[3] for solo in solos for beat in solo["beats"] if beat[3]}))


@pytest.mark.parametrize(("suffix", "meaning"), DATABASE_SUFFIXES.items())
def test_suffixes_of_the_database(suffix: str, meaning: tuple[str, tuple[str, ...]]) -> None:
    for root in NOTE_NAMES:
        assert Chord.parse(root + suffix) == Chord(root, *meaning)
    assert Chord.parse(f"Eb{suffix}/Bb") == Chord("Eb", *meaning, "Bb")


@pytest.mark.skipif(not DATABASE.exists(), reason="the Weimar Jazz Database is not here")
def test_every_symbol_of_the_database_means_what_its_parts_mean() -> None:
    symbols = set(database_symbols())
    assert Chord.parse("NC") == NO_CHORD
    assert len(symbols - {"NC"}) == 418
    suffixes = set()
    for symbol in sorted(symbols - {"NC"}):
        parts = re.fullmatch(r"([A-G][b#]?)([^/]*)(?:/([A-G][b#]?))?", symbol)
        assert parts is not None
        suffixes.add(parts[2])
        bass = None if parts[3] == parts[1] else parts[3]
        assert Chord.parse(symbol) == Chord(parts[1], *DATABASE_SUFFIXES[parts[2]], bass)
    assert suffixes == set(DATABASE_SUFFIXES)
