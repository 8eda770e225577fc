"""What the drummer plays: time on the ride cymbal, brushes in a waltz or a bossa, by rules and without chance."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from seqforge_jazz.arrangement import PlayedNote, groove
from seqforge_jazz.leadsheet import LeadSheet

__all__ = [
    "BASS_DRUM",
    "BRUSH_KIT",
    "BRUSH_SWIRL",
    "CRASH",
    "CROSS_STICK",
    "JAZZ_KIT",
    "PEDAL_HIHAT",
    "RIDE",
    "SNARE",
    "drum_kit",
    "drums",
]

BASS_DRUM, CROSS_STICK, SNARE, BRUSH_SWIRL, PEDAL_HIHAT, CRASH, RIDE = 36, 37, 38, 40, 44, 49, 51
"""Pitches on the drum channel, as General MIDI has them; in the brush kit 38 is a tap."""

JAZZ_KIT, BRUSH_KIT = 32, 40
"""Programs on the drum channel."""

Hit = tuple[int, int, int]
"""Tick in the bar, pitch, velocity."""

_STROKE_TICKS = 3

_SWING_TIME: tuple[Hit, ...] = (
    *((tick, RIDE, velocity) for tick, velocity in ((0, 60), (12, 72), (18, 46), (24, 60), (36, 72), (42, 46))),
    *((tick, PEDAL_HIHAT, 58) for tick in (12, 36)),
    *((tick, BASS_DRUM, 30) for tick in (0, 12, 24, 36)),
)
_SWING_COMMENTS: tuple[tuple[Hit, ...], ...] = (
    (),
    ((42, SNARE, 40),),
    ((18, SNARE, 36),),
    ((30, SNARE, 44), (42, BASS_DRUM, 56)),
    ((6, SNARE, 36),),
    ((30, SNARE, 40),),
    ((18, SNARE, 44), (42, SNARE, 36)),
    ((24, SNARE, 52), (28, SNARE, 38), (32, SNARE, 46), (36, SNARE, 60), (42, BASS_DRUM, 70)),
)
"""What left hand and foot say to it: a bar of eight each, the last one leads into the next eight."""

_WALTZ_TIME: tuple[Hit, ...] = (
    (0, BRUSH_SWIRL, 58),
    *((tick, SNARE, velocity) for tick, velocity in ((0, 40), (12, 60), (18, 38), (24, 54))),
    (12, PEDAL_HIHAT, 58),
    (0, BASS_DRUM, 46),
)
_WALTZ_COMMENTS: tuple[tuple[Hit, ...], ...] = ((), ((30, SNARE, 44),), (), ((6, SNARE, 40), (24, BASS_DRUM, 50)))

_BOSSA_TIME: tuple[Hit, ...] = (
    *((tick, SNARE, 44 if tick % 12 else 54) for tick in range(0, 48, 6)),
    *((tick, PEDAL_HIHAT, 54) for tick in (12, 36)),
    *((tick, BASS_DRUM, velocity) for tick, velocity in ((0, 58), (18, 42), (24, 58), (42, 42))),
)
_BOSSA_COMMENTS: tuple[tuple[Hit, ...], ...] = (
    tuple((tick, CROSS_STICK, 62) for tick in (0, 18, 36)),
    tuple((tick, CROSS_STICK, 62) for tick in (12, 30)),
)

_GROOVES = MappingProxyType(
    {
        "swing": (JAZZ_KIT, _SWING_TIME, _SWING_COMMENTS),
        "waltz": (BRUSH_KIT, _WALTZ_TIME, _WALTZ_COMMENTS),
        "bossa": (BRUSH_KIT, _BOSSA_TIME, _BOSSA_COMMENTS),
    }
)


def drum_kit(sheet: LeadSheet) -> int:
    """The program of the drum channel."""
    return _GROOVES[groove(sheet)][0]


def drums(sheet: LeadSheet) -> tuple[PlayedNote, ...]:
    """Every stroke, in order of time; all eight bars the ride marks the first beat, and the last bar only rings."""
    chart = sheet.chart
    kit, time, comments = _GROOVES[groove(sheet)]
    played: list[PlayedNote] = []
    for bar in range(chart.bars - 1):
        hits = [*time, *comments[bar % len(comments)]]
        if kit == JAZZ_KIT and bar % 8 == 0 and bar:
            hits += [(0, CRASH, 46), (0, BASS_DRUM, 66)]
        played += _struck(bar * chart.ticks_per_bar, hits)
    last = chart.ticks - chart.ticks_per_bar
    ending = [(0, CRASH, 58), (0, BASS_DRUM, 62)] if kit == JAZZ_KIT else [(0, BRUSH_SWIRL, 60), (0, BASS_DRUM, 50)]
    return (*played, *_struck(last, ending))


def _struck(start: int, hits: Iterable[Hit]) -> list[PlayedNote]:
    """The hits of a bar; of two on one drum at one time the louder one is heard."""
    loudest: dict[tuple[int, int], int] = {}
    for tick, pitch, velocity in hits:
        loudest[tick, pitch] = max(velocity, loudest.get((tick, pitch), 0))
    return [
        PlayedNote(start + tick, _STROKE_TICKS, pitch, velocity) for (tick, pitch), velocity in sorted(loudest.items())
    ]
