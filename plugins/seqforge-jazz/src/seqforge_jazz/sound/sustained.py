"""Instruments whose notes are held by breath or bow: harmonics that brighten as the note swells, and some air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seqforge_jazz.sound.noise import noise
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal, hertz, in_samples, loudness, seconds

__all__ = ["Sustained"]

_HIGHEST_HZ = 16_000
_AIR_SAMPLES = 1 << 17
_SCOOP_SECONDS = 0.03
_LEAD = 1.4
"""So much louder than any other is the first harmonic, so that no echo makes another the loudest."""


@dataclass(frozen=True, kw_only=True)
class Sustained:
    """A voice of harmonics.

    `harmonics` are amplitudes, the first 1; above `cutoff_hz` they fall off by another 12 dB an octave.
    Upper harmonics follow the envelope more than lower ones by `swell`. A note begins `scoop_cents` low. The vibrato
    sets in late. `air` is the amplitude of a noise from `air_hz` up, the tone's being 1.
    """

    harmonics: tuple[float, ...]
    cutoff_hz: float
    swell: float = 0.15
    attack_seconds: float = 0.03
    release_seconds: float = 0.06
    sustain: float = 0.8
    scoop_cents: float = 0.0
    vibrato_cents: float = 8.0
    vibrato_hz: float = 5.2
    air: float = 0.02
    air_hz: float = 2_000.0

    def sound(self, pitch: int, velocity: int, samples: int) -> Signal:
        """See `Voice`."""
        frequency = hertz(pitch)
        envelope = self._envelope(samples)
        phase = self._phase(frequency, len(envelope))
        amplitudes = self._amplitudes(frequency)
        brightening = envelope**self.swell
        # sin((k + 1) x) = 2 cos(x) sin(kx) - sin((k - 1) x): one sine and one cosine for all harmonics
        before, current = np.zeros_like(phase), np.sin(phase)
        twice_cosine = 2 * np.cos(phase)
        weight = envelope.copy()
        tone = np.zeros_like(phase)
        for amplitude in amplitudes:
            tone += np.float32(amplitude) * weight * current
            weight *= brightening
            before, current = current, twice_cosine * current - before
        if self.air:
            offset = (pitch * 7_919) % (_AIR_SAMPLES // 2)
            air = noise(_AIR_SAMPLES, self.air_hz, 4 * self.air_hz, 1)
            tone += np.float32(self.air) * envelope * np.resize(air[offset:], len(tone))
        return np.float32(loudness(velocity)) * tone

    def _envelope(self, samples: int) -> Signal:
        """Rises, sinks to the level that is held, and falls when the note is over."""
        release = in_samples(self.release_seconds)
        time = seconds(samples + release)
        rise = np.sin(np.minimum(time / np.float32(self.attack_seconds), 1) * np.float32(np.pi / 2)) ** 2
        held = np.float32(self.sustain) + np.float32(1 - self.sustain) * np.exp(-time / np.float32(0.2))
        envelope: Signal = rise * held
        envelope[samples:] *= np.cos(np.linspace(0, np.pi / 2, release, dtype=np.float32)) ** 2
        return envelope

    def _phase(self, frequency: float, samples: int) -> Signal:
        """In radians, less whole turns."""
        time = seconds(samples)
        cents = self.vibrato_cents * np.clip((time - 0.25) / 0.3, 0, 1) * np.sin(2 * np.pi * self.vibrato_hz * time)
        cents -= self.scoop_cents * np.exp(-time / np.float32(_SCOOP_SECONDS))
        turns = np.cumsum(frequency / SAMPLE_RATE * np.exp2(cents.astype(np.float64) / 1_200))
        return ((turns % 1) * 2 * np.pi).astype(np.float32)

    def _amplitudes(self, frequency: float) -> list[float]:
        """Of each harmonic, of mean square 1 together; the first one is the loudest."""
        audible = self.harmonics[: max(1, int(_HIGHEST_HZ / frequency))]
        shaped = [
            amplitude / (1 + (number * frequency / self.cutoff_hz) ** 2)
            for number, amplitude in enumerate(audible, start=1)
        ]
        shaped[0] = max(shaped[0], _LEAD * max(shaped[1:], default=0.0))
        total = float(np.sqrt(sum(amplitude**2 for amplitude in shaped) / 2))
        return [amplitude / total for amplitude in shaped]
