"""Instruments whose notes are plucked or struck, and then die away: partials, each with a decay of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from seqforge_jazz.sound.noise import noise
from seqforge_jazz.sound.signals import LONGEST_NOTE_SECONDS, Signal, hertz, in_samples, loudness, seconds

__all__ = ["Partial", "Struck", "bar", "string", "tine"]

_HIGHEST_HZ = 14_000
_MIDDLE_C_HZ = hertz(60)
_SHORTEST_TONE = 1 << 14


@dataclass(frozen=True)
class Partial:
    """A partial: its frequency over the note's, its amplitude, and the time in which it falls to 1/e, at middle C."""

    ratio: float
    amplitude: float
    decay_seconds: float


@dataclass(frozen=True, kw_only=True)
class Struck:
    """A voice of partials.

    Decays are shorter for higher notes: by `register`, 0 being not at all, 1 in proportion to the frequency.
    `knock` is the amplitude of the noise with which a note begins, up to `knock_hz`. When a note is over it is damped
    within `release_seconds`. `tremolo` is the depth of a slow beating.
    """

    partials: tuple[Partial, ...]
    register: float = 0.5
    knock: float = 0.0
    knock_hz: float = 2_000.0
    release_seconds: float = 0.1
    tremolo: float = 0.0

    def sound(self, pitch: int, velocity: int, samples: int) -> Signal:
        """See `Voice`."""
        release = in_samples(self.release_seconds)
        total = samples + release
        ladder = max(_SHORTEST_TONE, 1 << (total - 1).bit_length())
        note = np.float32(loudness(velocity)) * _tone(self, pitch, ladder)[:total]
        note[samples:] *= np.cos(np.linspace(0, np.pi / 2, release, dtype=np.float32)) ** 2
        return note

    def tone(self, pitch: int, samples: int) -> Signal:
        """The note as it rings (samples,), if nobody damps it."""
        time, frequency = seconds(samples), hertz(pitch)
        shortening = (frequency / _MIDDLE_C_HZ) ** self.register
        audible = [partial for partial in self.partials if partial.ratio * frequency < _HIGHEST_HZ] or self.partials[:1]
        total = float(np.sqrt(sum(partial.amplitude**2 for partial in audible) / 2))
        tone = np.zeros(samples, np.float32)
        for partial in audible:
            sounding = min(samples, in_samples(8 * partial.decay_seconds / shortening))
            turns = (partial.ratio * frequency * time[:sounding].astype(np.float64)) % 1
            wave = np.sin((2 * np.pi * turns).astype(np.float32))
            wave *= np.exp(time[:sounding] * np.float32(-shortening / partial.decay_seconds))
            tone[:sounding] += np.float32(partial.amplitude / total) * wave
        if self.tremolo:
            tone *= 1 - np.float32(self.tremolo) * np.sin(np.float32(2 * np.pi * 4.5) * time) ** 2
        if self.knock:
            length = min(samples, in_samples(0.06))
            knock = noise(in_samples(0.06), 60.0, self.knock_hz, 2)[:length]
            tone[:length] += np.float32(self.knock) * knock * np.exp(-time[:length] / np.float32(0.008))
        onset = in_samples(0.002)
        tone[:onset] *= np.linspace(0, 1, onset, dtype=np.float32)
        return tone


_LONGEST_KEPT = in_samples(3)


def _tone(voice: Struck, pitch: int, samples: int) -> Signal:
    """The ringing note; those of a usual length are kept, since a rhythm section has few pitches."""
    if samples > _LONGEST_KEPT:
        return voice.tone(pitch, min(samples, in_samples(LONGEST_NOTE_SECONDS + 1)))
    return _kept_tone(voice, pitch, samples)


@lru_cache(maxsize=128)
def _kept_tone(voice: Struck, pitch: int, samples: int) -> Signal:
    return voice.tone(pitch, samples)


def string(
    *, harmonics: int, place: float, brightness: float, decay_seconds: float, stiffness: float
) -> tuple[Partial, ...]:
    """The partials of a string that is plucked or struck at `place`, a share of its length from one end.

    Harmonic k has the amplitude |sin(pi k place)| / k**brightness, dies away faster the higher it is, and is sharp by
    the string's `stiffness` B: its frequency is k sqrt((1 + B k^2) / (1 + B)) times the first one's (Fletcher, Rossing,
    The Physics of Musical Instruments, chapter 12).
    """
    return tuple(
        Partial(
            float(k * np.sqrt((1 + stiffness * k * k) / (1 + stiffness))),
            float(abs(np.sin(np.pi * k * place)) / np.sin(np.pi * place) / k**brightness),
            decay_seconds / (1 + 0.35 * (k - 1)),
        )
        for k in range(1, harmonics + 1)
    )


def tine() -> tuple[Partial, ...]:
    """The partials of an electric piano: a nearly pure tone, and the short bell of its hammer."""
    return (
        Partial(1, 1.0, 1.1),
        Partial(2, 0.32, 0.6),
        Partial(3, 0.12, 0.4),
        Partial(4, 0.05, 0.3),
        Partial(7.11, 0.16, 0.07),
        Partial(14.3, 0.05, 0.03),
    )


def bar() -> tuple[Partial, ...]:
    """The partials of a vibraphone's bar, tuned to the fourth and the tenth harmonic."""
    return (Partial(1, 1.0, 1.6), Partial(4, 0.22, 0.35), Partial(10, 0.08, 0.06))
