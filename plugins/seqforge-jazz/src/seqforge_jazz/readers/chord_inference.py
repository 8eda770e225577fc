"""Guessing chord symbols from the notes of an accompaniment, half a bar at a time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.chords import NO_CHORD, Chord
from seqforge_jazz.chords.kinds import KIND_TONES
from seqforge_jazz.chords.spelling import MAJOR_NAMES, MINOR_NAMES
from seqforge_jazz.leadsheet import Note

__all__ = ["inferred_chords"]

_KINDS = ("", "m", "7", "maj7", "m7", "6", "m6", "m7b5", "dim7", "7sus", "+7", "m(maj7)")
"""In the order of preference where two fit equally."""

_BASS_WEIGHT = 1.5
"""A bass note counts as often, beside the notes above it."""

_FOREIGN, _MISSING, _SIMPLER = 0.6, 0.12, 0.02
_ROOT_IN_BASS = 0.25

Weights = NDArray[np.float64]


def inferred_chords(notes: Iterable[Note], bass: Iterable[Note], beats_per_bar: int, bars: int) -> list[Chord]:
    """The likely chord on each beat; one that goes on is kept where nothing sounds, N.C. before the first.

    Per half bar (in 3/4: per bar) the kind and root are taken whose tones cover most of the sounding time, few of
    them missing, few notes foreign, best over their own root in the bass.
    """
    beats_per_span = 2 if beats_per_bar == 4 else 3
    spans = beats_per_bar * bars // beats_per_span
    upper, lower = list(notes), list(bass)
    span_ticks = beats_per_span * TICKS_PER_QUARTER
    weights = _weights(upper, spans, span_ticks)
    bass_weights = _weights(lower, spans, span_ticks) if lower else _weights(_lowest(upper), spans, span_ticks)
    chords: list[Chord] = []
    chord = NO_CHORD
    for span in range(spans):
        if weights[span].any():
            chord = _likely_chord(weights[span], bass_weights[span])
        chords += [chord] * beats_per_span
    return chords


def _weights(notes: Iterable[Note], spans: int, span_ticks: int) -> Weights:
    """How long each pitch class sounds in each span, (spans, 12)."""
    changes = np.zeros((spans * span_ticks + 1, 12))  # at each tick, how many notes begin less how many end
    for note in notes:
        changes[note.start, note.pitch % 12] += 1
        changes[min(note.end, spans * span_ticks), note.pitch % 12] -= 1
    sounding = np.cumsum(changes[:-1], axis=0)
    weights: Weights = sounding.reshape(spans, span_ticks, 12).sum(axis=1)
    return weights


def _lowest(notes: Iterable[Note]) -> list[Note]:
    """The lowest of the notes that start together."""
    lowest: dict[int, Note] = {}
    for note in notes:
        if note.start not in lowest or note.pitch < lowest[note.start].pitch:
            lowest[note.start] = note
    return list(lowest.values())


@cache
def _templates() -> Weights:
    """(kinds, roots, 12): 1 where a chord has a tone."""
    templates = np.zeros((len(_KINDS), 12, 12))
    for index, kind in enumerate(_KINDS):
        for root in range(12):
            templates[index, root, [(root + tone) % 12 for tone in KIND_TONES[kind]]] = 1
    return templates


def _likely_chord(weights: Weights, bass: Weights) -> Chord:
    sounding = weights + _BASS_WEIGHT * bass
    share = sounding / sounding.sum()
    templates = _templates()
    covered = templates @ share
    missing = (templates * (share < 0.02)).sum(axis=2)
    sizes = templates.sum(axis=2)
    rooted = bass / bass.sum() if bass.any() else bass
    score = covered - _FOREIGN * (1 - covered) - _MISSING * missing - _SIMPLER * sizes + _ROOT_IN_BASS * rooted[None, :]
    index, root = np.unravel_index(int(np.argmax(score)), score.shape)
    kind = _KINDS[int(index)]
    names = MINOR_NAMES if 3 in KIND_TONES[kind] else MAJOR_NAMES
    return Chord(names[int(root)], kind)
