"""How loud a stereo signal is: integrated loudness and true peak after ITU-R BS.1770-4."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.sound.convolution import Convolution
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal

__all__ = ["PEAK_STEP", "LoudnessMeter", "TruePeaks"]

_STEP = SAMPLE_RATE // 10
_STEPS_A_WINDOW = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_TAPS = 8_192

PEAK_STEP = 49
"""Samples a peak: 900 peaks a second."""
_OVERSAMPLING = 4
_TAPS_A_PHASE = 12


class LoudnessMeter:
    """Measures loudness over blocks (2, n) that follow one another, each of at most `block` samples."""

    def __init__(self, block: int) -> None:
        self._weighting = Convolution(np.stack([_k_weighting()] * 2), block=block, one_each=True)
        self._energies: list[NDArray[np.float64]] = []
        self._rest = np.zeros(0)

    def add(self, block: Signal) -> None:
        """Take the next block."""
        power = np.sum(self._weighting(block).astype(np.float64) ** 2, axis=0)
        power = np.concatenate([self._rest, power])
        whole = len(power) // _STEP * _STEP
        self._energies.append(power[:whole].reshape(-1, _STEP).mean(axis=1))
        self._rest = power[whole:]

    def lufs(self) -> float:
        """The integrated loudness in LUFS, windows of 400 ms, gated; minus infinity for silence."""
        steps = np.concatenate([*self._energies, np.zeros(0)])
        steps = np.pad(steps, (0, max(0, _STEPS_A_WINDOW - len(steps))))
        windows = np.convolve(steps, np.full(_STEPS_A_WINDOW, 1 / _STEPS_A_WINDOW), "valid")
        windows = windows[windows > _power(_ABSOLUTE_GATE)]
        if not len(windows):
            return -np.inf
        windows = windows[windows > _power(_lufs(float(windows.mean())) + _RELATIVE_GATE)]
        return _lufs(float(windows.mean()))


class TruePeaks:
    """The largest magnitudes of a stereo signal in steps of `PEAK_STEP` samples, between the samples, too.

    The signal is oversampled fourfold by an interpolating filter of 4 x 12 taps.
    """

    def __init__(self) -> None:
        self._steps: list[Signal] = []
        self._before = np.zeros((2, _TAPS_A_PHASE - 1), np.float32)
        self._rest = np.zeros(0, np.float32)

    def add(self, block: Signal) -> None:
        """Take the next block (2, n)."""
        extended = np.concatenate([self._before, block], axis=1)
        self._before = extended[:, -(_TAPS_A_PHASE - 1) :]
        # values between samples come late by half the filter; those of the samples themselves stand beside them
        largest = np.abs(block).max(axis=0)
        for channel in extended:
            between = np.zeros((_OVERSAMPLING - 1, block.shape[1]), np.float32)
            for tap, weights in enumerate(_phases().T):
                between += weights[:, None] * channel[tap : tap + block.shape[1]]
            np.maximum(largest, np.abs(between).max(axis=0), out=largest)
        largest = np.concatenate([self._rest, largest])
        whole = len(largest) // PEAK_STEP * PEAK_STEP
        self._steps.append(largest[:whole].reshape(-1, PEAK_STEP).max(axis=1))
        self._rest = largest[whole:]

    def steps(self) -> Signal:
        """Every peak so far (steps,), an unfinished step among them."""
        last = [self._rest.max()] if len(self._rest) else []
        return np.concatenate([*self._steps, np.array(last, np.float32)])


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


@lru_cache(maxsize=1)
def _phases() -> Signal:
    """The filters (3, taps) for the values a quarter, a half and three quarters of a sample on: a windowed sinc."""
    centre = _TAPS_A_PHASE // 2 - 1
    rows = []
    for phase in range(1, _OVERSAMPLING):
        place = np.arange(_TAPS_A_PHASE) - centre - phase / _OVERSAMPLING
        taps = np.sinc(place) * np.cos(np.pi * place / (_TAPS_A_PHASE + 1)) ** 2
        rows.append(taps / taps.sum())
    return np.array(rows, np.float32)


@lru_cache(maxsize=1)
def _k_weighting() -> Signal:
    """The impulse response (taps,) of the two filters in a row: a shelf that stands for the head, and a high-pass."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(8 * _TAPS))
    shelf, high_pass = _shelf(), _high_pass()
    response = np.ones_like(turn)
    for numerator, denominator in (shelf, high_pass):
        response *= np.polyval(numerator[::-1], turn) / np.polyval(denominator[::-1], turn)
    impulse = np.fft.irfft(response)[:_TAPS]
    return impulse.astype(np.float32)


def _shelf() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numerator and denominator in powers of 1/z: 4 dB more above 1.68 kHz.

    The standard prints the coefficients for 48 kHz; centre, gain and quality are those that give them by the bilinear
    transform.
    """
    centre, gain_db, quality = 1_681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * centre / SAMPLE_RATE)
    high = 10 ** (gain_db / 20)
    middle = high**0.4996667741545416
    numerator = [high + middle * k / quality + k * k, 2 * (k * k - high), high - middle * k / quality + k * k]
    return np.array(numerator), np.array([1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k])


def _high_pass() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numerator and denominator in powers of 1/z: nothing below 38 Hz."""
    centre, quality = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * centre / SAMPLE_RATE)
    whole = 1 + k / quality + k * k
    return np.array([1.0, -2.0, 1.0]), np.array([1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole])
