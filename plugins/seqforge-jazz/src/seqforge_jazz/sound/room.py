"""A small room: what comes back from its walls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seqforge_jazz.sound.noise import noise
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal, in_samples, seconds

__all__ = ["echo_kernels"]

_LENGTH_SECONDS = 0.7
_DECAY_SECONDS = 0.13
_FIRST_ECHO_SECONDS = 0.012
_ECHO_LEVEL = 0.3
_BAND_HZ = (250.0, 3_500.0)


@lru_cache(maxsize=1)
def echo_kernels() -> Signal:
    """The echo (2, taps) that left and right ear hear of one source: noise that fades, other noise for each ear.

    A tone between 250 Hz and 3.5 kHz comes back with a tenth of its power, on average over such tones; no echo is so
    strong that it hides which harmonic is the loudest.
    """
    length = in_samples(_LENGTH_SECONDS)
    fading = np.exp(-seconds(length) / np.float32(_DECAY_SECONDS)) * np.linspace(1, 0, length, dtype=np.float32)
    ears = np.stack([noise(length, *_BAND_HZ, seed) * fading for seed in (21, 22)])
    bins = slice(*(round(frequency * length / SAMPLE_RATE) for frequency in _BAND_HZ))
    power = np.mean(np.abs(np.fft.rfft(ears)[:, bins]) ** 2, axis=1, keepdims=True)
    ears *= _ECHO_LEVEL / np.sqrt(power).astype(np.float32)
    silence = np.zeros((2, in_samples(_FIRST_ECHO_SECONDS)), np.float32)
    return np.concatenate([silence, ears], axis=1)
