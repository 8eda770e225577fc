"""The kinds of chords: their tones, families and usual scales, in semitones above the root."""

from __future__ import annotations

KIND_TONES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "6": (0, 4, 7, 9),
    "maj7": (0, 4, 7, 11),
    "7": (0, 4, 7, 10),
    "7b5": (0, 4, 6, 10),
    "7alt": (0, 4, 8, 10),
    "m": (0, 3, 7),
    "m6": (0, 3, 7, 9),
    "m7": (0, 3, 7, 10),
    "m(maj7)": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "dim(maj7)": (0, 3, 6, 11),
    "+": (0, 4, 8),
    "+7": (0, 4, 8, 10),
    "+maj7": (0, 4, 8, 11),
    "maj7b5": (0, 4, 6, 11),
    "sus": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus": (0, 5, 7, 10),
    "7sus2": (0, 2, 7, 10),
    "maj7sus": (0, 5, 7, 11),
    "5": (0, 7),
    "(b5)": (0, 4, 6),
    "N.C.": (),
}

KINDS: tuple[str, ...] = tuple(KIND_TONES)
"""Every kind, by its canonical suffix. The order is part of vocabularies that were stored: append, never reorder."""

FAMILIES: tuple[str, ...] = (
    "none",
    "major",
    "dominant",
    "altered",
    "minor",
    "minor-major",
    "half-diminished",
    "diminished",
    "augmented",
    "suspended",
)
"""What kinds have in common, for a coarse view. The order is part of stored vocabularies, too."""

KIND_FAMILIES: dict[str, str] = {
    "": "major",
    "6": "major",
    "maj7": "major",
    "7": "dominant",
    "7b5": "altered",
    "7alt": "altered",
    "m": "minor",
    "m6": "minor",
    "m7": "minor",
    "m(maj7)": "minor-major",
    "m7b5": "half-diminished",
    "dim": "diminished",
    "dim7": "diminished",
    "dim(maj7)": "diminished",
    "+": "augmented",
    "+7": "altered",
    "+maj7": "augmented",
    "maj7b5": "major",
    "sus": "suspended",
    "sus2": "suspended",
    "7sus": "suspended",
    "7sus2": "suspended",
    "maj7sus": "suspended",
    "5": "suspended",
    "(b5)": "major",
    "N.C.": "none",
}

TENSION_SEMITONES: dict[str, int] = {"b9": 1, "9": 2, "#9": 3, "11": 5, "#11": 6, "b13": 8, "13": 9}
"""The tensions in their canonical order."""

TENSIONS: tuple[str, ...] = tuple(TENSION_SEMITONES)

ALTERATIONS: frozenset[str] = frozenset({"b9", "#9", "b13"})
"""Tensions that make a dominant seventh an altered one."""

_IONIAN = (0, 2, 4, 5, 7, 9, 11)
_LYDIAN = (0, 2, 4, 6, 7, 9, 11)
_LYDIAN_AUGMENTED = (0, 2, 4, 6, 8, 9, 11)
_MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
_PHRYGIAN_DOMINANT = (0, 1, 4, 5, 7, 8, 10)
_DORIAN = (0, 2, 3, 5, 7, 9, 10)
_MELODIC_MINOR = (0, 2, 3, 5, 7, 9, 11)
_LOCRIAN = (0, 1, 3, 5, 6, 8, 10)
_ALTERED = (0, 1, 3, 4, 6, 8, 10)
_WHOLE_TONE = (0, 2, 4, 6, 8, 10)
_HALF_WHOLE = (0, 1, 3, 4, 6, 7, 9, 10)
_WHOLE_HALF = (0, 2, 3, 5, 6, 8, 9, 11)

KIND_SCALES: dict[str, tuple[int, ...]] = {
    "": _IONIAN,
    "6": _IONIAN,
    "maj7": _IONIAN,
    "7": _MIXOLYDIAN,
    "7b5": _WHOLE_TONE,
    "7alt": _ALTERED,
    "m": _DORIAN,
    "m6": _MELODIC_MINOR,
    "m7": _DORIAN,
    "m(maj7)": _MELODIC_MINOR,
    "m7b5": _LOCRIAN,
    "dim": _WHOLE_HALF,
    "dim7": _WHOLE_HALF,
    "dim(maj7)": _WHOLE_HALF,
    "+": _LYDIAN_AUGMENTED,
    "+7": _WHOLE_TONE,
    "+maj7": _LYDIAN_AUGMENTED,
    "maj7b5": _LYDIAN,
    "sus": _MIXOLYDIAN,
    "sus2": _IONIAN,
    "7sus": _MIXOLYDIAN,
    "7sus2": _MIXOLYDIAN,
    "maj7sus": _IONIAN,
    "5": _IONIAN,
    "(b5)": _LYDIAN,
    "N.C.": (),
}

# A tension takes the place of the other notes of its degree, unless they belong to the chord.
_REPLACED: dict[str, tuple[int, ...]] = {
    "b9": (2,),
    "9": (1, 3),
    "#9": (2,),
    "11": (6,),
    "#11": (5,),
    "b13": (9,),
    "13": (8,),
}


def tension_semitones(kind: str, tensions: tuple[str, ...]) -> tuple[int, ...]:
    """Return the tensions above the root: those that are written, and with `7alt` all altered ones."""
    meant = {*tensions, *(("b9", "#9", "#11", "b13") if kind == "7alt" else ())}
    return tuple(semitones for tension, semitones in TENSION_SEMITONES.items() if tension in meant)


def chord_scale(kind: str, tensions: tuple[str, ...]) -> tuple[int, ...]:
    """Return the usual scale over a chord, ascending from 0; it holds every tone and tension of the chord."""
    chosen = set(_dominant_scale(tensions) if kind == "7" else KIND_SCALES[kind])
    kept = {*KIND_TONES[kind], *tension_semitones(kind, tensions)}
    for tension in tensions:
        chosen.difference_update(set(_REPLACED[tension]) - kept)
    return tuple(sorted(chosen | kept))


def _dominant_scale(tensions: tuple[str, ...]) -> tuple[int, ...]:
    """Return what a player takes over a dominant seventh: it depends on the tensions more than for any other kind."""
    if "#9" in tensions:
        return _ALTERED if "b13" in tensions else _HALF_WHOLE
    if "b9" in tensions:
        return _HALF_WHOLE if {"13", "#11"} & set(tensions) else _PHRYGIAN_DOMINANT
    return _MIXOLYDIAN
