"""Note names: a letter and at most one accidental, such as `Bb` or `F#`."""

from __future__ import annotations

LETTERS = "CDEFGAB"
NATURALS = dict(zip(LETTERS, (0, 2, 4, 5, 7, 9, 11), strict=True))
ACCIDENTALS = {"": 0, "b": -1, "#": 1}
NOTE_NAMES = tuple(letter + accidental for letter in LETTERS for accidental in ACCIDENTALS)
"""The 21 names that a root or a bass can have."""

PITCH_CLASSES = {name: (NATURALS[name[0]] + ACCIDENTALS[name[1:]]) % 12 for name in NOTE_NAMES}

# What players expect to read where no key decides: flats for what is built on a major third, sharps for minor.
MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


def pitch_class(name: str) -> int:
    """0 for C to 11 for B."""
    return PITCH_CLASSES[name]


def spelled(letter: int, wanted: int) -> str:
    """Spell the pitch class `wanted` on letter number `letter` (0 is C), or as usual if that takes two accidentals."""
    name = LETTERS[letter % 7]
    for accidental, shift in ACCIDENTALS.items():
        if (NATURALS[name] + shift - wanted) % 12 == 0:
            return name + accidental
    return MAJOR_NAMES[wanted % 12]


def shifted(name: str, semitones: int, letters: int) -> str:
    """`name` moved by an interval: `letters` steps of the staff and `semitones` in pitch."""
    return spelled(LETTERS.index(name[0]) + letters, (PITCH_CLASSES[name] + semitones) % 12)


def letters_between(lower: str, upper: str) -> int:
    """How many steps of the staff lie from `lower` up to `upper`, 0 to 6."""
    return (LETTERS.index(upper[0]) - LETTERS.index(lower[0])) % 7
