"""Noise of a given colour: breath, brushes, cymbals and the echo of a room; always the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal

__all__ = ["noise"]


@lru_cache(maxsize=32)
def noise(samples: int, lowest_hz: float, highest_hz: float, seed: int) -> Signal:
    """Noise (samples,) between two frequencies, with slopes of an octave; its mean square is 1."""
    white = np.random.Generator(np.random.PCG64(seed)).random(samples, dtype=np.float32) - np.float32(0.5)
    spectrum = np.fft.rfft(white)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), 1.0))
    rise = np.clip(octaves - np.log2(lowest_hz) + 1, 0, 1)
    fall = np.clip(np.log2(highest_hz) + 1 - octaves, 0, 1)
    coloured = np.fft.irfft(spectrum * rise * fall, samples)
    return (coloured / np.sqrt(np.mean(coloured**2))).astype(np.float32)
