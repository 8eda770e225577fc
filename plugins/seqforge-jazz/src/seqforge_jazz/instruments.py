"""The instruments that can play a line: sound, range and transposition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Instrument:
    """An instrument.

    `program` is its General MIDI program, 0 to 127. `lowest` and `highest` are MIDI pitches as they sound (60 is C4),
    inclusive. `transposition` in semitones leads from the written to the sounding pitch: -14 for a tenor saxophone.
    """

    name: str
    title: str
    program: int
    lowest: int
    highest: int
    transposition: int = 0


_ALL = (
    Instrument("soprano-sax", "Soprano Saxophone", 64, 56, 88, -2),
    Instrument("alto-sax", "Alto Saxophone", 65, 49, 81, -9),
    Instrument("tenor-sax", "Tenor Saxophone", 66, 44, 76, -14),
    Instrument("baritone-sax", "Baritone Saxophone", 67, 36, 69, -21),
    Instrument("trumpet", "Trumpet", 56, 52, 82, -2),
    Instrument("cornet", "Cornet", 56, 52, 82, -2),
    Instrument("flugelhorn", "Flugelhorn", 56, 52, 79, -2),
    Instrument("trombone", "Trombone", 57, 40, 72),
    Instrument("clarinet", "Clarinet", 71, 50, 91, -2),
    Instrument("bass-clarinet", "Bass Clarinet", 71, 34, 77, -14),
    Instrument("flute", "Flute", 73, 60, 96),
    Instrument("guitar", "Guitar", 26, 40, 86, -12),
    Instrument("piano", "Piano", 0, 21, 108),
    Instrument("vibraphone", "Vibraphone", 11, 53, 89),
    Instrument("violin", "Violin", 40, 55, 100),
    Instrument("double-bass", "Double Bass", 32, 28, 67, -12),
)

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType({instrument.name: instrument for instrument in _ALL})
"""Every instrument by its name."""
