"""Pitches for a rhythm: choose targets by chord and metre, then the best way from each to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.devices import Harmony, ways
from seqforge_jazz.composer.rhythm import Slot
from seqforge_jazz.composer.style import Style
from seqforge_jazz.composer.targets import target_weights
from seqforge_jazz.leadsheet import Note

__all__ = ["HIGHEST", "LOWEST", "Line"]

LOWEST, HIGHEST = 50, 76
"""MIDI pitches that the etudes stay within: a comfortable tenor saxophone."""

_LEAP_WEIGHTS = (0.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.2, 0.65, 0.4, 0.4, 0.12, 0.03, 0.3)
"""Weight of a melodic interval by its size in semitones."""

_REMEMBERED = 5
"""Intervals in a row that the line avoids to repeat."""


@dataclass(frozen=True)
class _Place:
    """A slot with what is known about it: the chord it is heard against, and whether the line aims at it."""

    slot: Slot
    chord: Chord
    at_change: bool
    is_target: bool
    on_beat: bool


class Line:
    """The melody of one etude, phrase by phrase."""

    def __init__(self, generator: np.random.Generator, style: Style, chart: Chart, tonic: int) -> None:
        self._generator = generator
        self._style = style
        self._chart = chart
        self._tonic = tonic
        self._changes = frozenset(start for start, _, _ in chart.spans())
        self._heard: Counter[tuple[int, ...]] = Counter()
        self._pitches: list[int] = []

    def phrase(self, slots: Sequence[Slot]) -> list[Note]:
        """Notes for the slots of a phrase."""
        places = [self._place(slot, index in (0, len(slots) - 1)) for index, slot in enumerate(slots)]
        goals = self._arc(len(places))
        last = 0
        for index, place in enumerate(places):
            if not place.is_target:
                continue
            target = self._target(place, index - last - 1, goals[index], index == len(places) - 1)
            between = places[last + 1 : index] if index else []
            self._reach(target, between, places[last].chord, place.chord)
            last = index
        chosen = self._pitches[len(self._pitches) - len(slots) :]
        return [Note(slot.start, slot.duration, pitch) for slot, pitch in zip(slots, chosen, strict=True)]

    def _place(self, slot: Slot, is_edge: bool) -> _Place:
        ticks_per_bar = self._chart.ticks_per_bar
        next_bar = (slot.start // ticks_per_bar + 1) * ticks_per_bar
        anticipates = slot.start < next_bar < slot.start + slot.duration and next_bar < self._chart.ticks
        heard_at = next_bar if anticipates else slot.start
        beat, off_beat = divmod(slot.start % ticks_per_bar, TICKS_PER_QUARTER)
        on_beat = not off_beat
        at_change = heard_at in self._changes
        strong = on_beat and (beat % 2 == 0 if self._chart.beats_per_bar == 4 else beat == 0)
        return _Place(
            slot=slot,
            chord=self._chart.chord_at(heard_at),
            at_change=at_change,
            is_target=is_edge or strong or at_change or anticipates,
            on_beat=on_beat,
        )

    def _arc(self, notes: int) -> list[float]:
        """A pitch to lean to at each note: the phrase rises, falls, or does one and then the other."""
        middle = pick(self._generator, ((60, 1), (62, 2), (64, 3), (66, 2), (68, 1)))
        start, turn, end = pick(
            self._generator, (((-4, 1, 6), 2), ((6, 1, -5), 3), ((-3, 7, -3), 3), ((4, -6, 3), 2), ((5, -2, 5), 1))
        )
        halfway = max(1, notes // 2)
        return [
            middle
            + (start + (turn - start) * n / halfway if n < halfway else turn + (end - turn) * (n - halfway) / halfway)
            for n in range(notes)
        ]

    def _target(self, place: _Place, between: int, goal: float, is_last: bool) -> int:
        """A pitch to aim at, near the arc and within reach of the target before."""
        before = self._pitches[-1] if self._pitches else round(goal)
        reach = (9, 7, 6, 7, 7, 8, 8)[min(between, 6)] if between >= 0 else 9
        weights = target_weights(place.chord, at_change=place.at_change, at_end=is_last)
        options = []
        for pitch in range(max(LOWEST + 1, before - reach), min(HIGHEST - 1, before + reach) + 1):
            nearness = 1.0 / (4.0 + abs(pitch - goal))
            still = 0.0 if between <= 0 else 0.3
            moves = 1.0 if pitch != before else still
            options.append((pitch, weights.get(pitch % 12, 0.0) * nearness * nearness * moves))
        return pick(self._generator, options)

    def _reach(self, target: int, between: Sequence[_Place], here: Chord, there: Chord) -> None:
        """Fill the places before `target`, then sound it."""
        path: tuple[int, ...] = ()
        if between:
            origin = self._pitches[-1]
            found = ways(origin, target, len(between), Harmony.of(here, self._tonic), Harmony.of(there, self._tonic))
            options = []
            for device, weight, pitches in found:
                weight *= self._style.devices.get(device, 1.0 if len(pitches) < 4 else 0.5)
                options.append((pitches, weight * self._merit(origin, pitches, target, between)))
            path = pick(self._generator, [(pitches, weight * weight) for pitches, weight in options])
        for pitch in (*path, target):
            self._pitches.append(pitch)
            recent = self._pitches[-_REMEMBERED - 1 :]
            self._heard[_steps(recent)] += len(recent) > _REMEMBERED

    def _merit(self, origin: int, path: tuple[int, ...], target: int, between: Sequence[_Place]) -> float:
        """How well a way sings: its leaps, its direction, chord tones on the beat, and nothing heard too often."""
        merit = 1.0
        steps = _steps((origin, *path, target))
        for step in steps:
            merit *= _LEAP_WEIGHTS[abs(step)] if abs(step) < len(_LEAP_WEIGHTS) else 0.0
        if path[0] == origin:
            merit = 1.0
            for step in steps[1:]:
                merit *= _LEAP_WEIGHTS[abs(step)] if abs(step) < len(_LEAP_WEIGHTS) else 0.0
        for place, pitch in zip(between, path, strict=True):
            if not LOWEST <= pitch <= HIGHEST:
                return 0.0
            if place.on_beat:
                merit *= 1.5 if pitch % 12 in place.chord.tones else 0.7
        for first, second, third in zip(steps, steps[1:], steps[2:], strict=False):
            if first == -second == third or (abs(first) == 1 and first == second == third):
                merit *= 0.1
        for first, second in zip(steps, steps[1:], strict=False):
            if abs(first) > 4 and first * second > 0:
                merit *= 0.3
        around = (*self._pitches[-_REMEMBERED - 1 : -1], origin, *path, target)
        for end in range(_REMEMBERED + 1, len(around) + 1):
            merit /= 1 + self._heard[_steps(around[end - _REMEMBERED - 1 : end])]
        return merit


def _steps(pitches: Sequence[int]) -> tuple[int, ...]:
    return tuple(after - before for before, after in zip(pitches, pitches[1:], strict=False))
