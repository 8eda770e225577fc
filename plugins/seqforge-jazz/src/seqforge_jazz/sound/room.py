"""A small room: what comes back from its walls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seqforge_jazz.sound.noise import noise
from seqforge_jazz.sound.signals import Signal, in_samples, seconds

__all__ = ["echo_kernels"]

_LENGTH_SECONDS = 0.7
_DECAY_SECONDS = 0.13
_FIRST_ECHO_SECONDS = 0.012
_ECHO_LEVEL = 0.26


@lru_cache(maxsize=1)
def echo_kernels() -> Signal:
    """The echo (2, taps) that left and right ear hear of one source: noise that fades, other noise for each ear.

    With noise's own loudness as a measure, the echo has the energy of 0.26 squared of what causes it.
    """
    length = in_samples(_LENGTH_SECONDS)
    fading = np.exp(-seconds(length) / np.float32(_DECAY_SECONDS)) * np.linspace(1, 0, length, dtype=np.float32)
    ears = np.stack([noise(length, 250.0, 3_500.0, seed) * fading for seed in (21, 22)])
    ears *= np.float32(_ECHO_LEVEL) / np.sqrt(np.sum(ears**2, axis=1, keepdims=True))
    silence = np.zeros((2, in_samples(_FIRST_ECHO_SECONDS)), np.float32)
    return np.concatenate([silence, ears], axis=1)
