"""The drums: each stroke is made once, from noise, sweeps and partials that are in no tune with one another."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seqforge_jazz.drums import BASS_DRUM, BRUSH_SWIRL, CRASH, CROSS_STICK, PEDAL_HIHAT, RIDE, SNARE
from seqforge_jazz.sound.noise import noise
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal, in_samples, loudness, seconds

__all__ = ["Kit"]

_RIDE_HZ = (1_187.0, 1_731.0, 2_593.0, 3_371.0, 4_423.0, 5_639.0, 6_907.0, 8_419.0)


class Kit:
    """A drum set, played with sticks or with `brushes`; a stroke rings as long as it likes."""

    def __init__(self, *, brushes: bool = False) -> None:
        self.brushes = brushes

    def sound(self, pitch: int, velocity: int, samples: int) -> Signal:
        """See `Voice`; how long a drum is held makes no difference."""
        del samples
        return np.float32(loudness(velocity)) * _stroke(pitch, self.brushes and pitch == SNARE)


@lru_cache(maxsize=16)
def _stroke(pitch: int, with_brush: bool) -> Signal:
    if with_brush:
        return _brush_tap()
    strokes = {
        BASS_DRUM: _bass_drum,
        CROSS_STICK: _cross_stick,
        SNARE: _snare,
        BRUSH_SWIRL: _brush_swirl,
        PEDAL_HIHAT: _pedal_hihat,
        CRASH: _crash,
        RIDE: _ride,
    }
    return strokes[pitch]()


def _fading(duration_seconds: float, decay_seconds: float) -> Signal:
    """An exponential decay that reaches zero at the end."""
    time = seconds(in_samples(duration_seconds))
    return np.exp(-time / np.float32(decay_seconds)) * (1 - time / np.float32(duration_seconds))


def _partials(frequencies: tuple[float, ...], length: int) -> Signal:
    time = seconds(length).astype(np.float64)
    waves = [np.sin(2 * np.pi * ((frequency * time) % 1)) for frequency in frequencies]
    return (np.sum(waves, axis=0) / np.sqrt(len(waves) / 2)).astype(np.float32)


def _bass_drum() -> Signal:
    """A soft beater: a sweep from 95 to 55 Hz."""
    fading = _fading(0.35, 0.09)
    frequency = 55 + 40 * np.exp(-seconds(len(fading)).astype(np.float64) / 0.03)
    sweep = np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE).astype(np.float32)
    return np.float32(1.4) * fading * sweep * _onset(len(fading), 0.004)


def _snare() -> Signal:
    fading = _fading(0.25, 0.05)
    skin = _partials((186.0, 331.0), len(fading)) * _fading(0.25, 0.035)
    wires = noise(len(fading), 900.0, 7_000.0, 3) * fading
    return np.float32(0.5) * skin + np.float32(0.55) * wires


def _cross_stick() -> Signal:
    fading = _fading(0.1, 0.014)
    return np.float32(0.9) * _partials((420.0, 1_130.0, 1_760.0), len(fading)) * fading


def _pedal_hihat() -> Signal:
    """Two cymbals that close: short and high."""
    fading = _fading(0.14, 0.022)
    return np.float32(0.55) * noise(len(fading), 5_500.0, 12_000.0, 4) * fading * _onset(len(fading), 0.003)


def _ride() -> Signal:
    """The stick's click, and a shimmer that fades slowly."""
    fading = _fading(1.6, 0.35)
    length = len(fading)
    shimmer = noise(length, 4_500.0, 11_000.0, 5) * np.float32(0.14) + _partials(_RIDE_HZ, length) * np.float32(0.05)
    click = noise(length, 2_800.0, 9_000.0, 6) * np.exp(-seconds(length) / np.float32(0.012)) * np.float32(0.35)
    return shimmer * fading + click


def _crash() -> Signal:
    fading = _fading(2.4, 0.55)
    return np.float32(0.4) * noise(len(fading), 2_500.0, 11_000.0, 7) * fading * _onset(len(fading), 0.006)


def _brush_tap() -> Signal:
    fading = _fading(0.18, 0.03)
    return np.float32(0.5) * noise(len(fading), 1_200.0, 6_000.0, 8) * fading * _onset(len(fading), 0.006)


def _brush_swirl() -> Signal:
    """A brush that is drawn over the skin in a circle: swells and ebbs."""
    length = in_samples(0.7)
    swell = np.sin(np.linspace(0, np.pi, length, dtype=np.float32)) ** 2
    return np.float32(0.16) * noise(length, 1_500.0, 5_000.0, 9) * swell


def _onset(length: int, rise_seconds: float) -> Signal:
    return np.minimum(seconds(length) / np.float32(rise_seconds), np.float32(1))
