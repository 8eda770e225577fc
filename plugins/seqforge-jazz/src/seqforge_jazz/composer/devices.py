"""What leads from one target to the next: scale runs, arpeggios into upper structures, leaps, enclosures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice

from seqforge_jazz.chords import Chord
from seqforge_jazz.composer.ladder import Ladder

__all__ = ["Harmony", "Way", "ways"]

Way = tuple[str, float, tuple[int, ...]]
"""The device's name, a weight of its own, and the pitches between the two targets."""

_APPROACHES: tuple[tuple[str, float, int], ...] = (
    ("straight", 1.0, 0),
    ("chromatic below", 1.0, 1),
    ("step above", 0.8, 1),
    ("step below", 0.6, 1),
    ("enclosure from above", 1.6, 2),
    ("enclosure from below", 0.8, 2),
    ("chromatic fall", 0.5, 2),
    ("chromatic rise", 0.4, 2),
    ("long enclosure", 0.8, 3),
)
"""Name, weight and number of notes of each way into a target."""


@dataclass(frozen=True)
class Harmony:
    """The ladders over one chord; `blues` belongs to the key, whatever the chord."""

    scale: Ladder
    chord: Ladder
    five_note: Ladder
    blues: Ladder

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, chord: Chord, tonic: int) -> Harmony:
        """Build the ladders over `chord` in a key with the pitch class `tonic`."""
        root = chord.root_pitch_class if chord.root_pitch_class is not None else tonic
        minor = bool({(root + 3) % 12} & set(chord.tones))
        five = (0, 3, 5, 7, 10) if minor else (0, 2, 4, 7, 9)
        return cls(
            scale=Ladder(chord.scale or (tonic,)),
            chord=Ladder(chord.tones or (tonic,)),
            five_note=Ladder((root + degree) % 12 for degree in five),
            blues=Ladder((tonic + degree) % 12 for degree in (0, 3, 5, 6, 7, 10)),
        )


def ways(origin: int, target: int, notes: int, here: Harmony, there: Harmony) -> Iterator[Way]:
    """Every way from `origin` to `target` with `notes` notes between them; `there` is the target's harmony."""
    for name, weight, length in _APPROACHES:
        if length > notes:
            continue
        approach = _approach(name, target, there)
        if length == notes:
            yield name, weight, approach
            continue
        for device, path in _bodies(origin, target, notes - length, here):
            yield device, weight, path + approach


def _approach(name: str, target: int, there: Harmony) -> tuple[int, ...]:
    above, below = there.scale.step(target, 1), there.scale.step(target, -1)
    return {
        "straight": (),
        "chromatic below": (target - 1,),
        "step above": (above,),
        "step below": (below,),
        "enclosure from above": (above, target - 1),
        "enclosure from below": (target - 1, above),
        "chromatic fall": (target + 2, target + 1),
        "chromatic rise": (target - 2, target - 1),
        "long enclosure": (there.scale.step(above, 1), above, target - 1),
    }[name]


def _bodies(origin: int, target: int, notes: int, here: Harmony) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Fill `notes` notes after `origin` with every device, upwards and downwards."""
    for up in (1, -1):
        yield "scale", here.scale.walk(origin, [up] * notes)
        yield "scale", _scale_into(target, notes, up, here)
        yield "thirds", here.scale.walk(origin, [2 * up] * notes)
        yield "chord", here.chord.walk(origin, [up] * notes)
        yield "five-note", here.five_note.walk(origin, [up] * notes)
        yield "blues", here.blues.walk(origin, [up] * notes)
        yield "broken", here.scale.walk(origin, islice(cycle((2 * up, -up)), notes))
        yield "fourths", here.five_note.walk(origin, islice(cycle((2 * up, 2 * up, -up)), notes))
        yield "leap", here.scale.walk(here.chord.step(origin, 2 * up), [0, *[-up] * (notes - 1)])
        yield "leap", here.scale.walk(here.chord.step(origin, 3 * up), [0, *[-up] * (notes - 1)])
        yield "leap", here.scale.walk(here.chord.step(origin, 2 * up), [0, *[-2 * up] * (notes - 1)])
        yield "hold", (origin, *here.scale.walk(origin, [up] * (notes - 1)))
        yield "neighbour", here.scale.walk(origin, islice(cycle((up, -up, -up)), notes))


def _scale_into(target: int, notes: int, up: int, here: Harmony) -> tuple[int, ...]:
    """Run so as to arrive at the target from above or below, wherever it starts."""
    return here.scale.walk(target, [-up] * notes)[::-1]
