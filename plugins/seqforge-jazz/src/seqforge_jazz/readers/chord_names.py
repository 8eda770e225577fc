"""Chord names that a MIDI file carries as markers, lyrics or texts."""

from __future__ import annotations

from collections.abc import Sequence

from seqforge_jazz.chords import Chord, ChordError
from seqforge_jazz.readers.midi_file import Marking, MidiFile

__all__ = ["named_chords"]

_SHARE_OF_CHORDS = 0.8


def named_chords(file: MidiFile) -> tuple[str, list[tuple[int, Chord]]] | None:
    """The kind of text that holds chord names, and the chords by their pulse; `None` if none does.

    Four texts of five must read as chords; letters alone don't count, for they may be the names of sections.
    """
    for kind, texts in file.texts.items():
        chords = _chords(texts)
        are_sections = all(len(marking.value) <= 1 for marking in texts)
        if chords and not are_sections and len(chords) >= _SHARE_OF_CHORDS * len(texts):
            return kind, chords
    return None


def _chords(texts: Sequence[Marking]) -> list[tuple[int, Chord]]:
    chords = []
    for marking in texts:
        try:
            chords.append((marking.pulse, Chord.parse(marking.value)))
        except ChordError:
            continue
    return chords
