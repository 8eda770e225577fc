"""Which pitch a value means: its interval range and type leave a few, and chance takes one of them."""

from __future__ import annotations

import numpy as np

from seqforge_jazz.grammar_values import Value
from seqforge_jazz.pitch_range import PitchRange
from seqforge_jazz.tone_types import NOTE_TYPES, ToneTypes

__all__ = ["choose_pitch"]

_REACH = 5
"""Semitones from the note before, or from the middle of the instrument, in which a bar's first note is looked for."""

_NEXT_BEST = {"C": "CS", "S": "SC", "A": "ASC", "X": "XA"}
"""Types that are tried in turn; then any pitch will do."""


def choose_pitch(
    value: Value, tones: ToneTypes, before: int | None, allowed: PitchRange, generator: np.random.Generator
) -> int:
    """A MIDI pitch that is allowed: of the value's type, in its interval range from `before`.

    An interval range beyond what is allowed is moved to the nearest that is not. Where no pitch in the range is of
    the type, one of the next best type is taken.
    """
    middle = (allowed.lowest + allowed.highest) // 2 if before is None else before
    lower, upper = value.interval if value.interval is not None else (-_REACH, _REACH)
    width = min(upper - lower, allowed.highest - allowed.lowest)
    lowest = min(max(middle + lower, allowed.lowest), allowed.highest - width)
    pitches = range(lowest, lowest + width + 1)
    types = {pitch: tones.type_of(pitch) for pitch in pitches}
    for wanted in _NEXT_BEST[value.type] if value.type in NOTE_TYPES else "":
        fitting = [pitch for pitch, tone_type in types.items() if tone_type == wanted]
        if fitting:
            return fitting[generator.integers(len(fitting))]
    return pitches[generator.integers(len(pitches))]
