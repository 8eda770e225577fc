"""What all sounds have in common: the sample rate, pitch in hertz, loudness of a velocity, and curves over time."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_NOTE_SECONDS", "SAMPLE_RATE", "Signal", "Voice", "hertz", "in_samples", "loudness", "seconds"]

SAMPLE_RATE = 44_100
LONGEST_NOTE_SECONDS = 30
"""A longer note falls silent: nobody's breath, and no string, lasts for ever."""

Signal: TypeAlias = "NDArray[np.float32]"


class Voice(Protocol):
    """An instrument's sound."""

    def sound(self, pitch: int, velocity: int, samples: int) -> Signal:
        """The note (n,) that is held for `samples`; what rings after it makes n larger."""


def hertz(pitch: float) -> float:
    """The frequency of a MIDI pitch, equal-tempered at A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def loudness(velocity: int) -> float:
    """The amplitude of a MIDI velocity, 1 at 100."""
    return float((velocity / 100) ** 1.5)


def in_samples(duration_seconds: float) -> int:
    """A duration in samples, the nearest."""
    return round(duration_seconds * SAMPLE_RATE)


def seconds(samples: int) -> Signal:
    """The time of each of `samples` samples, from 0 on; not to be written to."""
    return _clock(1 << max(samples - 1, 1).bit_length())[:samples]


@lru_cache(maxsize=24)
def _clock(samples: int) -> Signal:
    clock = (np.arange(samples) / SAMPLE_RATE).astype(np.float32)
    clock.setflags(write=False)
    return clock
