"""What sets a bossa apart from a bebop blues: rhythm cells, devices, phrase lengths, swing and tempo of each style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

__all__ = ["CELLS", "STYLES", "Style"]

CELLS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "quarter": (12,),
        "eighths": (6, 6),
        "triplet": (4, 4, 4),
        "sixteenths": (3, 3, 3, 3),
        "turn": (3, 3, 6),
        "gallop": (6, 3, 3),
        "samba": (3, 6, 3),
        "dotted": (9, 3),
        "syncopation": (6, 12, 6),
        "charleston": (18, 6),
        "long": (24,),
        "late": (12, 6, 6),
        "wide-triplet": (8, 8, 8),
    }
)
"""Durations in ticks of each rhythm cell; a cell starts on a beat and lasts one or two beats."""

_SHARES_IN_THREE = {"eighths": 0.25, "quarter": 0.4}
"""What is left of the weight of plain cells in 3/4, where fewer beats a bar would sound alike sooner."""

Weights = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a style is played.

    `cells` weigh the rhythm cells on (beats 1 and 3, beats 2 and 4); `devices` weigh the ways from target to target;
    `phrase_beats` and `breath_beats` are lengths with their weights; `anticipation` is the weight of a phrase's end
    on the last eighth of a bar. `tempos_bpm` are in quarters a minute, `swing` is the first eighth's share of a beat.
    """

    cells: Weights
    devices: Mapping[str, float]
    phrase_beats: tuple[tuple[float, float], ...]
    breath_beats: tuple[float, float]
    anticipation: float
    tempos_bpm: tuple[int, ...]
    swing: float

    def in_three(self) -> Style:
        """Adapt the style to 3/4."""
        cells = dict(self.cells)
        for name, share in _SHARES_IN_THREE.items():
            strong, weak = cells[name]
            cells[name] = (strong * share, weak * share)
        return replace(self, cells=cells)


_BEBOP = Style(
    cells={
        "eighths": (9, 6),
        "triplet": (2.0, 4.5),
        "sixteenths": (0.4, 2.5),
        "turn": (0.8, 1.6),
        "gallop": (0.6, 1.0),
        "quarter": (0.6, 0.2),
        "syncopation": (1.5, 0),
        "charleston": (0.6, 0),
        "late": (0.3, 0),
    },
    devices={"scale": 0.9, "thirds": 1.2, "chord": 1.0, "leap": 2.0, "broken": 0.6, "hold": 0.8, "neighbour": 0.3},
    phrase_beats=((5, 1), (7, 2), (9, 3), (12, 3), (15, 2)),
    breath_beats=(1, 2.5),
    anticipation=2.0,
    tempos_bpm=(126, 144, 160, 176, 196),
    swing=0.62,
)

_BLUES = Style(
    cells={**_BEBOP.cells, "triplet": (3.0, 4.5), "quarter": (1.2, 0.5), "syncopation": (2.5, 0), "late": (1.0, 0)},
    devices={**_BEBOP.devices, "blues": 1.6, "hold": 1.0, "broken": 0.3},
    phrase_beats=((4, 2), (6, 3), (8, 3), (11, 2)),
    breath_beats=(1.5, 3),
    anticipation=1.5,
    tempos_bpm=(112, 126, 144, 160, 184),
    swing=0.64,
)

_MODAL = Style(
    cells={
        "eighths": (8, 6),
        "triplet": (1.5, 4.0),
        "sixteenths": (0.4, 2.5),
        "turn": (0.6, 1.2),
        "quarter": (1.0, 0.5),
        "syncopation": (3.0, 0),
        "charleston": (1.5, 0),
        "long": (0.3, 0),
        "wide-triplet": (1.5, 0),
    },
    devices={"scale": 0.9, "thirds": 0.9, "five-note": 2.2, "fourths": 2.0, "leap": 1.4, "hold": 0.9, "neighbour": 0.4},
    phrase_beats=((4, 2), (6, 2), (9, 3), (13, 2)),
    breath_beats=(1.5, 3.5),
    anticipation=2.5,
    tempos_bpm=(120, 138, 160, 184),
    swing=0.58,
)

_BOSSA = Style(
    cells={
        "eighths": (5, 5),
        "sixteenths": (0.4, 2.0),
        "samba": (2.0, 3.0),
        "dotted": (0.5, 1.5),
        "turn": (0.8, 1.5),
        "triplet": (0.3, 1.5),
        "quarter": (0.6, 0.5),
        "syncopation": (4.0, 0),
        "charleston": (2.0, 0),
        "wide-triplet": (1.5, 0),
    },
    devices={"scale": 1.2, "thirds": 1.2, "chord": 1.3, "leap": 1.6, "broken": 0.8, "hold": 0.9, "neighbour": 0.6},
    phrase_beats=((5, 2), (7, 3), (10, 3), (13, 2)),
    breath_beats=(1.5, 3),
    anticipation=5.0,
    tempos_bpm=(116, 126, 138, 148),
    swing=0.5,
)

STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "blues": _BLUES,
        "minor-blues": _BLUES,
        "rhythm-changes": _BEBOP,
        "ii-V-I": _BEBOP,
        "modal": _MODAL,
        "bossa": _BOSSA,
    }
)
"""The style of playing for each style of form."""
