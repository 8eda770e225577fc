"""Pitches for a rhythm: choose targets by chord and metre, then the best way from each to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.devices import Harmony, ways
from seqforge_jazz.composer.merit import Memory, melodic_merit
from seqforge_jazz.composer.rhythm import Slot
from seqforge_jazz.composer.style import Style
from seqforge_jazz.composer.targets import target_weights
from seqforge_jazz.leadsheet import Note

__all__ = ["HIGHEST", "LOWEST", "Line"]

LOWEST, HIGHEST = 50, 76
"""MIDI pitches that the etudes stay within: a comfortable tenor saxophone."""

_REACH = (9, 7, 6, 7, 7, 8, 8)
"""How many semitones the next target may be away, by the number of notes before it; the last one for more of them."""

_REGISTERS = ((60, 1.0), (62, 2.0), (64, 3.0), (66, 2.0), (68, 1.0))
_ARCS = (((-4, 1, 6), 2.0), ((6, 1, -5), 3.0), ((-3, 7, -3), 3.0), ((4, -6, 3), 2.0), ((5, -2, 5), 1.0))
"""Start, middle and end of a phrase in semitones from its register, with weights: a rise, falls, an arch, a valley."""

_LAST_RESORT = 1e-12


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
        self._memory = Memory()

    def phrase(self, slots: Sequence[Slot], *, is_last: bool = False) -> list[Note]:
        """Sound the slots of a phrase; the last phrase of an etude comes to rest on a chord tone."""
        places = [self._place(slot, index in (0, len(slots) - 1)) for index, slot in enumerate(slots)]
        goals = self._arc(len(places))
        before = 0
        for index, place in enumerate(places):
            if not place.is_target:
                continue
            weights = self._weights(place, at_end=index == len(places) - 1, is_last=is_last)
            between = places[before + 1 : index]
            target = self._target(weights, goals[index], len(between), may_repeat=bool(between))
            self._reach(target, between, places[before].chord, place.chord)
            before = index
        pitches = self._memory.pitches[-len(slots) :]
        return [Note(slot.start, slot.duration, pitch) for slot, pitch in zip(slots, pitches, strict=True)]

    def _place(self, slot: Slot, is_edge: bool) -> _Place:
        """Look at a slot: a note tied over the bar line belongs to the chord of the bar that it anticipates."""
        ticks_per_bar = self._chart.ticks_per_bar
        next_bar = (slot.start // ticks_per_bar + 1) * ticks_per_bar
        anticipates = next_bar < slot.start + slot.duration and next_bar < self._chart.ticks
        heard_at = next_bar if anticipates else slot.start
        beat, off_beat = divmod(slot.start % ticks_per_bar, TICKS_PER_QUARTER)
        is_strong = not off_beat and (beat == 0 or (beat == 2 and self._chart.beats_per_bar == 4))
        at_change = heard_at in self._changes
        return _Place(
            slot=slot,
            chord=self._chart.chord_at(heard_at),
            at_change=at_change,
            is_target=is_edge or is_strong or at_change or anticipates,
            on_beat=not off_beat,
        )

    def _arc(self, notes: int) -> list[float]:
        """Choose a pitch to lean to at each note, so that the phrase rises, falls, or does one and then the other."""
        register = pick(self._generator, _REGISTERS)
        start, turn, end = pick(self._generator, _ARCS)
        halfway = max(1, notes // 2)
        rise = [start + (turn - start) * note / halfway for note in range(halfway)]
        fall = [turn + (end - turn) * note / halfway for note in range(notes - halfway)]
        return [register + lean for lean in (*rise, *fall)][:notes]

    def _weights(self, place: _Place, *, at_end: bool, is_last: bool) -> dict[int, float]:
        weights = target_weights(place.chord, at_change=place.at_change, at_end=at_end)
        if at_end and is_last:
            return {tone: weight for tone, weight in weights.items() if tone in place.chord.tones}
        return weights

    def _target(self, weights: dict[int, float], goal: float, between: int, *, may_repeat: bool) -> int:
        """Choose a pitch to aim at, near the goal and within reach of the target before."""
        pitches = self._memory.pitches
        before = pitches[-1] if pitches else round(goal)
        reach = _REACH[min(between, len(_REACH) - 1)]
        options = []
        for pitch in range(max(LOWEST + 1, before - reach), min(HIGHEST - 1, before + reach) + 1):
            nearness = 1.0 / (4.0 + abs(pitch - goal))
            again = 1.0 if pitch != before else 0.3 * may_repeat
            options.append((pitch, weights.get(pitch % 12, 0.0) * nearness * nearness * again))
        return pick(self._generator, options)

    def _reach(self, target: int, between: Sequence[_Place], here: Chord, there: Chord) -> None:
        """Fill the places before `target`, then sound it."""
        if between:
            origin = self._memory.pitches[-1]
            harmonies = Harmony.of(here, self._tonic), Harmony.of(there, self._tonic)
            # Should nothing else stay within the range, the line circles around its target.
            options = [(tuple(islice(cycle((target + 1, target - 1)), len(between))), _LAST_RESORT)]
            for device, weight, path in ways(origin, target, len(between), *harmonies):
                weight *= self._style.devices.get(device, 1.0 if len(path) < 4 else 0.5)
                weight *= self._merit(origin, path, target, between)
                options.append((path, weight * weight))
            for pitch in pick(self._generator, options):
                self._memory.sound(pitch)
        self._memory.sound(target)

    def _merit(self, origin: int, path: Sequence[int], target: int, between: Sequence[_Place]) -> float:
        """Weigh a way: its intervals, chord tones on the beats, and nothing heard too often."""
        if min(path) < LOWEST or max(path) > HIGHEST:
            return 0.0
        merit = melodic_merit((origin, *path, target))
        if not merit:
            return 0.0
        for place, pitch in zip(between, path, strict=True):
            if place.on_beat:
                merit *= 1.35 if pitch % 12 in place.chord.tones else 0.75
        return merit * self._memory.freshness((*path, target))
