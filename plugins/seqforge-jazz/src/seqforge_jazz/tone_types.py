"""What a note is against a chord: a tone of the chord (C), of its scale (S), next to a chord tone (A), or other (X).

The scale is the one that music21 derives from the pitches of a chord: of the major scales if the chord is a major one,
else of the Dorian ones, the scale that shares most pitch classes with the chord, and of several the one with the
highest tonic from C to B. A note belongs to it by name, not by sound, where notes are spelled C C# D Eb E F F# G G# A
Bb B: so F# is no tone of the Dorian scale on Eb, which has a Gb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from seqforge_jazz.chords import Chord
from seqforge_jazz.directed_intervals import staff_step

__all__ = ["NOTE_TYPES", "ToneTypes", "tones_of_chord", "tones_of_pitches"]

NOTE_TYPES = "CSAX"

_NATURALS = (0, 2, 4, 5, 7, 9, 11)
_MAJOR, _DORIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 9, 10)

_TONICS = (("B", 6), ("Bb", 6), ("A", 5), ("G#", 4), ("G", 4), ("F#", 3), ("F", 3), ("E", 2), ("Eb", 2), ("D", 1))
_TONICS_IN_ORDER = (*_TONICS, ("Db", 1), ("C", 0))
"""Name and step of the staff; of scales that fit equally the first is taken."""

_LOWEST_ROOT = 48
"""MIDI pitch from which a chord symbol is stacked up."""


@dataclass(frozen=True)
class ToneTypes:
    """Pitch classes by type; none stands in two."""

    chord: frozenset[int]
    scale: frozenset[int]
    approach: frozenset[int]

    def type_of(self, pitch: int) -> str:
        """`C`, `S`, `A` or `X`."""
        tone = pitch % 12
        if tone in self.chord:
            return "C"
        if tone in self.scale:
            return "S"
        return "A" if tone in self.approach else "X"


@lru_cache(maxsize=4096)
def tones_of_pitches(pitches: tuple[int, ...]) -> ToneTypes:
    """The types against a chord as it was played: MIDI pitches in the order in which they were struck."""
    chord = frozenset(pitch % 12 for pitch in pitches)
    if not chord:
        return ToneTypes(chord, chord, chord)
    scale = _derived_scale(chord, _MAJOR if _is_major(pitches) else _DORIAN) - chord
    near = {(tone + step) % 12 for tone in chord for step in (-1, 1)}
    return ToneTypes(chord, scale, frozenset(near - chord - scale))


@lru_cache(maxsize=4096)
def tones_of_chord(chord: Chord) -> ToneTypes:
    """The types against a chord symbol: its tones and tensions, stacked on the root; all are X under N.C."""
    if chord.root_pitch_class is None:
        return tones_of_pitches(())
    root = _LOWEST_ROOT + chord.root_pitch_class
    return tones_of_pitches(tuple(root + (tone - root) % 12 for tone in chord.all_tones))


def _derived_scale(chord: frozenset[int], degrees: tuple[int, ...]) -> frozenset[int]:
    """Pitch classes that the best scale has under the names of the fixed spelling."""
    return max(_scales(degrees), key=lambda scale: len(scale[0] & chord))[1]


@cache
def _scales(degrees: tuple[int, ...]) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
    """For each tonic the pitch classes of its scale, and those that the scale spells as we do."""
    scales = []
    for name, letter in _TONICS_IN_ORDER:
        tonic = _NATURALS[letter] + name.count("#") - name.count("b")
        sounding = [(tonic + degree) % 12 for degree in degrees]
        letters = [(letter + index) % 7 for index in range(7)]
        named = [tone for tone, step in zip(sounding, letters, strict=True) if staff_step(tone) % 7 == step]
        scales.append((frozenset(sounding), frozenset(named)))
    return tuple(scales)


def _is_major(pitches: Sequence[int]) -> bool:
    """Whether there is a major third above the root, no other third or root, and no fifth but the perfect one."""
    steps: dict[int, set[int]] = {}
    for pitch in pitches:
        steps.setdefault(staff_step(pitch) % 7, set()).add(pitch % 12)
    step, root = _root(pitches)
    roots, thirds, fifths = (steps.get((step + above) % 7, set()) for above in (0, 2, 4))
    if len(roots) > 1 or len(fifths) > 1:
        return False
    return {(third - root) % 12 for third in thirds} == {4} and all((fifth - root) % 12 == 7 for fifth in fifths)


def _root(pitches: Sequence[int]) -> tuple[int, int]:
    """Step of the staff and pitch class of the root: under a stack of thirds, or with most of one above it."""
    first: dict[int, int] = {}
    for pitch in pitches:
        first.setdefault(staff_step(pitch) % 7, pitch)
    if len(first) == 7:
        bass = min(pitches)
        return staff_step(bass) % 7, bass % 12
    stacked = [step for step in sorted(first) if all((step + 2 * above) % 7 in first for above in range(len(first)))]
    root = stacked[0] if stacked else max(first, key=lambda step: _rootness(step, first))
    return root, first[root] % 12


def _rootness(step: int, steps: dict[int, int]) -> float:
    """Thirds above a step count most, then fifths, sevenths, ninths, elevenths and thirteenths."""
    return sum(1 / (6 + rank) for rank, above in enumerate((2, 4, 6, 1, 3, 5)) if (step + above) % 7 in steps)
