"""Which instrument sounds how."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seqforge_jazz.sound.signals import Voice
from seqforge_jazz.sound.struck import Struck, bar, string, tine
from seqforge_jazz.sound.sustained import Sustained

__all__ = ["DOUBLE_BASS", "ELECTRIC_PIANO", "NYLON_GUITAR", "SOLOISTS"]

_REED = (1.0, 0.85, 0.7, 0.62, 0.5, 0.42, 0.36, 0.3, 0.26, 0.22, 0.18, 0.15, 0.12, 0.1, 0.08, 0.06)
_HOLLOW_REED = (1.0, 0.05, 0.7, 0.07, 0.45, 0.08, 0.3, 0.09, 0.2, 0.08, 0.12, 0.06, 0.08)
_BRASS = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.34, 0.28, 0.22, 0.18, 0.14, 0.1)
_BOWED = tuple(1 / number for number in range(1, 15))


def _saxophone(cutoff_hz: float, attack_seconds: float) -> Sustained:
    return Sustained(
        harmonics=_REED, cutoff_hz=cutoff_hz, attack_seconds=attack_seconds, scoop_cents=35, air=0.05, air_hz=1_800
    )


def _horn(cutoff_hz: float, attack_seconds: float, vibrato_cents: float = 6) -> Sustained:
    return Sustained(
        harmonics=_BRASS, cutoff_hz=cutoff_hz, swell=0.35, attack_seconds=attack_seconds, sustain=0.85, scoop_cents=15,
        vibrato_cents=vibrato_cents, air=0.015,
    )  # fmt: skip


DOUBLE_BASS = Struck(
    partials=string(harmonics=12, place=0.22, brightness=1.5, decay_seconds=0.45, stiffness=1e-4),
    register=0.35, knock=0.5, knock_hz=700, release_seconds=0.07,
)  # fmt: skip
ELECTRIC_PIANO = Struck(partials=tine(), register=0.4, knock=0.06, knock_hz=1_500, release_seconds=0.12)
NYLON_GUITAR = Struck(
    partials=string(harmonics=14, place=0.2, brightness=1.6, decay_seconds=0.7, stiffness=4e-5),
    register=0.5, knock=0.15, knock_hz=1_200, release_seconds=0.1,
)  # fmt: skip

SOLOISTS: Mapping[str, Voice] = MappingProxyType(
    {
        "soprano-sax": _saxophone(2_300, 0.02),
        "alto-sax": _saxophone(1_800, 0.022),
        "tenor-sax": _saxophone(1_300, 0.025),
        "baritone-sax": _saxophone(900, 0.03),
        "trumpet": _horn(2_600, 0.022),
        "cornet": _horn(1_900, 0.022),
        "flugelhorn": _horn(1_200, 0.03),
        "trombone": _horn(1_300, 0.035, vibrato_cents=8),
        "clarinet": Sustained(harmonics=_HOLLOW_REED, cutoff_hz=2_200, vibrato_cents=3, air=0.025),
        "bass-clarinet": Sustained(harmonics=_HOLLOW_REED, cutoff_hz=1_200, vibrato_cents=3, air=0.03),
        "flute": Sustained(
            harmonics=(1.0, 0.4, 0.18, 0.07, 0.04), cutoff_hz=3_000, attack_seconds=0.045, vibrato_cents=10, air=0.12
        ),
        "guitar": Struck(
            partials=string(harmonics=16, place=0.27, brightness=1.3, decay_seconds=1.1, stiffness=5e-5),
            register=0.5, knock=0.08, release_seconds=0.08,
        ),
        "piano": Struck(
            partials=string(harmonics=18, place=0.12, brightness=1.35, decay_seconds=1.3, stiffness=4e-4),
            register=0.7, knock=0.12, knock_hz=1_500, release_seconds=0.12,
        ),
        "vibraphone": Struck(partials=bar(), register=0.5, knock=0.05, release_seconds=0.35, tremolo=0.35),
        "violin": Sustained(
            harmonics=_BOWED, cutoff_hz=4_500, attack_seconds=0.06, release_seconds=0.1, vibrato_cents=14,
            vibrato_hz=5.8, air=0.02, air_hz=3_000,
        ),
        "double-bass": DOUBLE_BASS,
    }
)  # fmt: skip
"""The voice of each of `INSTRUMENTS`."""
