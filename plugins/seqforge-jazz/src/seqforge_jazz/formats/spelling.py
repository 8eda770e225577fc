"""Which letter and accidental a pitch gets, by the chord under it and the key."""

from __future__ import annotations

from seqforge_jazz.chords import Chord

__all__ = ["SpelledPitch", "is_readable", "key_alterations", "name_by_chord", "on_letter", "spelled"]

_LETTERS = "CDEFGAB"
_NATURALS = (0, 2, 4, 5, 7, 9, 11)
_SHARP_ORDER = "FCGDAEB"

_STEPS_ABOVE_ROOT = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 5, 9: 5, 10: 6, 11: 6}
"""Letters above the root for each semitone above it, unless the chord says otherwise."""

SpelledPitch = tuple[str, int, int]
"""Letter, alteration in semitones, octave (4 starts at middle C)."""


def key_alterations(fifths: int) -> dict[str, int]:
    """The alteration of each letter under a key signature."""
    altered = _SHARP_ORDER[:fifths] if fifths >= 0 else _SHARP_ORDER[fifths:]
    return {letter: (1 if fifths > 0 else -1) if letter in altered else 0 for letter in _LETTERS}


def spelled(pitch: int, chord: Chord, fifths: int) -> SpelledPitch:
    """The pitch as a degree of the chord where that is readable, otherwise as the key suggests."""
    pitch_class = pitch % 12
    letter, alter = _by_key(pitch_class, fifths)
    if chord.root is not None:
        by_chord = name_by_chord(pitch, chord)
        if by_chord is not None and is_readable(by_chord, fifths):
            letter, alter = by_chord
    octave = (pitch - alter) // 12 - 1
    return letter, alter, octave


def name_by_chord(pitch: int, chord: Chord) -> tuple[str, int] | None:
    """The name of the pitch as a degree of the chord, with as many accidentals as that takes; `None` without a root."""
    if chord.root is None or chord.root_pitch_class is None:
        return None
    semitones = (pitch - chord.root_pitch_class) % 12
    letter = _LETTERS[(_LETTERS.index(chord.root[0]) + _steps_above_root(semitones, chord)) % 7]
    return letter, on_letter(letter, pitch)


def _steps_above_root(semitones: int, chord: Chord) -> int:
    """How many letters above the root a pitch stands, such as 2 for a third and 1 for a sharp ninth."""
    root = chord.root_pitch_class or 0
    tones = {(tone - root) % 12 for tone in chord.tones}
    if semitones == 0:
        return 0
    if semitones == 3 and 4 in tones:
        return 1
    if semitones == 6 and 7 in tones:
        return 3
    if semitones == 8 and 8 in tones and 7 not in tones:
        return 4
    if semitones == 9 and {3, 6, 9} <= tones:
        return 6
    return _STEPS_ABOVE_ROOT[semitones]


def _by_key(pitch_class: int, fifths: int) -> tuple[str, int]:
    """A note of the key as its signature says, others raised in sharp keys and lowered in flat ones."""
    for letter, alter in key_alterations(fifths).items():
        if (_NATURALS[_LETTERS.index(letter)] + alter) % 12 == pitch_class:
            return letter, alter
    side = 1 if fifths > 0 else -1
    for alter in (0, side, -side):
        for letter, natural in zip(_LETTERS, _NATURALS, strict=True):
            if (natural + alter) % 12 == pitch_class:
                return letter, alter
    raise ValueError(f"no pitch class: {pitch_class}")


def on_letter(letter: str, pitch: int) -> int:
    """The alteration, in semitones from -6 to 5, that makes the letter a name of the pitch."""
    return (pitch - _NATURALS[_LETTERS.index(letter)] + 6) % 12 - 6


def is_readable(spelling: tuple[str, int], fifths: int) -> bool:
    """Whether a reader expects the name: one accidental at most; E#, B#, Cb and Fb where the key is near to them."""
    if abs(spelling[1]) > 1:
        return False
    if spelling in (("E", 1), ("B", 1)):
        return fifths >= 5
    if spelling in (("C", -1), ("F", -1)):
        return fifths <= -4
    return True
