"""Where phrases start, end and breathe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.style import Style

__all__ = ["Phrase", "plan_phrases"]

_EIGHTH = TICKS_PER_QUARTER // 2
_BARS_OF_A_PERIOD = 4
_ROOM_FOR_ENDING = 6 * TICKS_PER_QUARTER
"""A phrase that would end later goes on to the end: there would be no room left for another pick-up."""


@dataclass(frozen=True)
class Phrase:
    """Ticks of the first onset, of the last onset, and of the end of the last note."""

    start: int
    last_onset: int
    end: int


def plan_phrases(generator: np.random.Generator, style: Style, ticks: int, ticks_per_bar: int) -> tuple[Phrase, ...]:
    """Phrases that fill `ticks` with breaths between them; the last one comes to rest in the last bar."""
    last_bar = ticks - ticks_per_bar
    phrases: list[Phrase] = []
    earliest = 0
    while True:
        start = _start(generator, style, earliest, last_bar - _EIGHTH, ticks_per_bar)
        length = round(pick(generator, style.phrase_beats) * TICKS_PER_QUARTER)
        if start + length > last_bar - _ROOM_FOR_ENDING:
            last_onset = last_bar + pick(generator, ((0, 3), (ticks_per_bar // 2 // _EIGHTH * _EIGHTH, 2)))
            phrases.append(Phrase(start, last_onset, ticks - TICKS_PER_QUARTER))
            return tuple(phrases)
        last_onset = _last_onset(generator, style, start + length, ticks_per_bar)
        end = last_onset + _last_duration(generator, last_onset)
        phrases.append(Phrase(start, last_onset, end))
        earliest = end + _EIGHTH


def _start(generator: np.random.Generator, style: Style, earliest: int, latest: int, ticks_per_bar: int) -> int:
    """Choose a first onset after a breath: most often off the beat, or as a pick-up to the next bar."""
    shortest, longest = (round(beats * TICKS_PER_QUARTER) for beats in style.breath_beats)
    pickup = ticks_per_bar - _EIGHTH
    weights = {0: 1.5, _EIGHTH: 4.0, 12: 1.5, 18: 2.0, pickup: 4.0, ticks_per_bar - 8: 2.0, ticks_per_bar - 18: 2.5}
    options = []
    for start in range(earliest, min(latest, earliest + longest + ticks_per_bar // 2) + 1):
        breath = start - earliest + _EIGHTH
        fits = 2.0 if shortest <= breath <= longest else 0.3
        options.append((start, weights.get(start % ticks_per_bar, 0.0) * fits))
    if earliest == 0:
        options = [(start, weight) for start, weight in options if start < ticks_per_bar]
    return pick(generator, options)


def _last_onset(generator: np.random.Generator, style: Style, around: int, ticks_per_bar: int) -> int:
    """Choose a last onset near `around`, on the places where lines of the style end, rather at the end of four bars."""
    half = ticks_per_bar // 2 // _EIGHTH * _EIGHTH
    weights = {
        0: 3.0,
        _EIGHTH: 3.0,
        18: 2.0,
        half: 3.0,
        half + _EIGHTH: 2.0,
        ticks_per_bar - _EIGHTH: style.anticipation,
    }
    options = []
    for onset in range(around - 2 * TICKS_PER_QUARTER, around + 2 * TICKS_PER_QUARTER):
        bar, tick = divmod(onset, ticks_per_bar)
        closes = 2.0 if bar % _BARS_OF_A_PERIOD == _BARS_OF_A_PERIOD - 1 else 1.0
        options.append((onset, weights.get(tick, 0.0) * closes))
    return pick(generator, options)


def _last_duration(generator: np.random.Generator, last_onset: int) -> int:
    """Choose a length: short off the beat, as bebop has its name from; longer on it."""
    if last_onset % TICKS_PER_QUARTER:
        return pick(generator, ((6, 6), (12, 2), (18, 2)))
    return pick(generator, ((6, 2), (12, 4), (18, 2), (24, 2)))
