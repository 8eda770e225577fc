"""What a recording is multiplied by, so that it is as loud as others and never clips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge_jazz.sound.loudness import PEAK_STEP, LoudnessMeter, TruePeaks
from seqforge_jazz.sound.signals import Signal

__all__ = ["CEILING_DBFS", "LOUDNESS_LUFS", "Levels"]

LOUDNESS_LUFS = -16.0
CEILING_DBFS = -1.0
_LIMIT = 10 ** ((CEILING_DBFS - 0.5) / 20)
"""Half a decibel lower: a gain that changes makes a little more of a peak."""
_MOST_LIMITING = 10 ** (6 / 20)
_REACH = 9
"""Peak steps, of 1.1 ms, within which the gain goes down before a peak, and up after it."""
_FADE_STEPS = 90


class Levels:
    """Listens to a whole recording, block by block, and then gives the gain of each sample.

    The gain is one for the whole recording, less where a peak would pass the ceiling. Peaks are cut by 6 dB at most:
    what would need more is softer as a whole. The last tenth of a second fades out.
    """

    def __init__(self, block: int) -> None:
        self._meter = LoudnessMeter(block)
        self._peaks = TruePeaks()
        self._gains: Signal = np.zeros(0, np.float32)

    def add(self, mix: Signal) -> None:
        """Listen to the next block (2, n)."""
        self._meter.add(mix)
        self._peaks.add(mix)

    def settle(self) -> None:
        """Nothing more comes: decide."""
        peaks = self._peaks.steps().astype(np.float64)
        # the filter that finds peaks between samples is late by some, so a peak counts for the step before, too
        peaks[:-1] = np.maximum(peaks[:-1], peaks[1:])
        largest = float(peaks.max(initial=0.0))
        loudness = self._meter.lufs()
        wanted = 10 ** ((LOUDNESS_LUFS - loudness) / 20) if np.isfinite(loudness) else 1.0
        for _ in range(2):  # limiting takes some of the loudness, which the second round gives back
            gain = min(wanted, _LIMIT * _MOST_LIMITING / largest) if largest else 1.0
            curve = _limited(peaks, gain)
            kept = float(np.sum((peaks * curve) ** 2) / max(np.sum((peaks * gain) ** 2), 1e-30))
            wanted /= np.sqrt(max(kept, 0.5))
        fade = min(_FADE_STEPS, len(curve))
        curve[len(curve) - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade))
        self._gains = np.concatenate([curve, curve[-1:]]).astype(np.float32)

    def gains(self, start: int, samples: int) -> Signal:
        """The gain (samples,) from sample `start` on."""
        place = (np.arange(start, start + samples) / PEAK_STEP).astype(np.float64)
        first = start // PEAK_STEP
        part = self._gains[first : first + samples // PEAK_STEP + 3]
        return np.interp(place - first, np.arange(len(part)), part).astype(np.float32)


def _limited(peaks: NDArray[np.float64], gain: float) -> NDArray[np.float64]:
    """The gain at each step's beginning, no more than the steps on both sides of it bear, and without corners."""
    borne = np.minimum(gain, _LIMIT / np.maximum(peaks, 1e-9))
    before = np.concatenate([borne[:1], borne[:-1]])
    lowest = np.minimum(borne, before)
    padded = np.pad(lowest, 2 * _REACH, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1)
    held = windows.min(axis=1)
    weights = np.hanning(2 * _REACH + 3)[1:-1]
    return np.convolve(held, weights / weights.sum(), "valid")
