"""Chord symbols: what players and data sets write, and one canonical way to write it back."""

from __future__ import annotations

from seqforge_jazz.chords.chord import NO_CHORD, Chord
from seqforge_jazz.chords.grammar import ChordError
from seqforge_jazz.chords.kinds import FAMILIES, KINDS, TENSIONS
from seqforge_jazz.chords.spelling import NOTE_NAMES, pitch_class

__all__ = ["FAMILIES", "KINDS", "NOTE_NAMES", "NO_CHORD", "TENSIONS", "Chord", "ChordError", "pitch_class"]
