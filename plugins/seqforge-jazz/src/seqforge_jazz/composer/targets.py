"""Which notes a line aims at: guide tones where the chord changes, ninths, elevenths and thirteenths beside them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seqforge_jazz.chords import Chord

__all__ = ["TARGETS", "target_weights"]

TARGETS: Mapping[str, Mapping[int, float]] = MappingProxyType(
    {
        "major": {4: 5, 7: 3, 11: 3, 2: 3, 9: 2.5, 0: 1.5, 6: 0.7},
        "dominant": {4: 5, 10: 4, 7: 2, 2: 2.5, 9: 3, 0: 1.2, 6: 0.8},
        "altered": {4: 5, 10: 4, 1: 3, 3: 2, 8: 3, 0: 0.8},
        "minor": {3: 5, 7: 3, 10: 3, 2: 3, 5: 2.5, 0: 1.5, 9: 0.7},
        "minor-major": {3: 5, 7: 3, 11: 3, 2: 3, 9: 2, 0: 1.5},
        "half-diminished": {3: 3, 6: 5, 10: 3.5, 5: 2.5, 0: 1.5, 8: 1},
        "diminished": {0: 2, 3: 3, 6: 3, 9: 3, 2: 1, 5: 1},
        "augmented": {4: 4, 8: 4, 0: 2, 2: 2, 11: 2},
        "suspended": {5: 4, 2: 3, 9: 3, 7: 2.5, 10: 2.5, 0: 1.5},
        "none": {0: 1},
    }
)
"""Weight of each target by the family of the chord, in semitones above its root."""

_GUIDE_TONES = frozenset({3, 4, 10, 11})
_ENDINGS = frozenset({0, 3, 4, 7, 2})


def target_weights(chord: Chord, *, at_change: bool, at_end: bool) -> dict[int, float]:
    """Weights of pitch classes to aim at: guide tones first `at_change`, tones to rest on `at_end` of a phrase."""
    root = chord.root_pitch_class or 0
    weights = {}
    for degree, weight in TARGETS[chord.family].items():
        if at_change and degree in _GUIDE_TONES:
            weight *= 2.2
        if not at_change and not at_end and (root + degree) % 12 not in chord.tones:
            weight *= 1.6
        if at_end:
            weight *= 1.5 if degree in _ENDINGS else 0.6
        weights[(root + degree) % 12] = weight
    return weights
