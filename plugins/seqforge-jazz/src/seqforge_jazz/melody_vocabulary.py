"""The symbols of the `melody` codec: a rest, a tie, 88 pitches, 48 durations.

The alphabet is fixed, so models of different corpora understand each other. A note longer than four beats is followed
by ties, a rest by rests.
"""

from __future__ import annotations

from seqforge import Vocabulary

__all__ = [
    "DURATIONS",
    "HIGHEST_PITCH",
    "LONGEST",
    "LOWEST_PITCH",
    "PITCHES",
    "REST",
    "TIE",
    "VOCABULARY",
    "duration_token",
    "pitch_token",
]

LOWEST_PITCH, HIGHEST_PITCH = 21, 108
"""MIDI pitches: the range of a piano."""

LONGEST = 48
"""Ticks of the longest duration: four beats."""

REST, TIE = 0, 1
PITCHES = range(2, 2 + HIGHEST_PITCH - LOWEST_PITCH + 1)
DURATIONS = range(PITCHES.stop, PITCHES.stop + LONGEST)

VOCABULARY = Vocabulary(
    symbols=(
        "rest",
        "tie",
        *(f"pitch-{pitch}" for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1)),
        *(f"ticks-{ticks}" for ticks in range(1, LONGEST + 1)),
    ),
    classes=("pitch",) * (2 + len(PITCHES)) + ("duration",) * LONGEST,
)


def pitch_token(pitch: int) -> int:
    """The token of a MIDI pitch from 21 to 108."""
    return PITCHES.start + pitch - LOWEST_PITCH


def duration_token(ticks: int) -> int:
    """The token of a duration of 1 to 48 ticks."""
    return DURATIONS.start + ticks - 1
