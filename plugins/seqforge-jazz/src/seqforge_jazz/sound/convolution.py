"""A long signal convolved with short kernels, block after block (overlap-add)."""

from __future__ import annotations

import numpy as np

from seqforge_jazz.sound.signals import Signal

__all__ = ["Convolution"]


class Convolution:
    """Convolves signals (signals, n), given in blocks of any length up to `block`, with kernels (kernels, taps).

    Each signal meets each kernel, or, where `one_each`, only its own.
    """

    def __init__(self, kernels: Signal, *, block: int, one_each: bool = False) -> None:
        self._taps = kernels.shape[-1]
        self._size = _fast_size(block + self._taps - 1)
        self._spectra = np.fft.rfft(kernels, self._size)
        self._one_each = one_each
        self._pending: Signal | None = None

    def __call__(self, block: Signal) -> Signal:
        """The next part of the result: (signals, kernels, n), or (signals, n) where `one_each`."""
        length = block.shape[-1]
        spectrum = np.fft.rfft(block, self._size)
        if not self._one_each:
            spectrum = spectrum[:, None, :]
        whole = np.fft.irfft(spectrum * self._spectra, self._size).astype(np.float32, copy=False)
        if self._pending is not None:
            whole[..., : self._pending.shape[-1]] += self._pending
        self._pending = whole[..., length : length + self._taps - 1].copy()
        result: Signal = whole[..., :length]
        return result


def _fast_size(least: int) -> int:
    """The smallest length from `least` up that has no prime factors but 2, 3 and 5, and is even."""
    best = 1 << (least - 1).bit_length()
    for fives in (1, 5, 25):
        for threes in (1, 3, 9, 27):
            odd = fives * threes
            best = min(best, odd * max(2, 1 << max(-(-least // odd) - 1, 1).bit_length()))
    return best
