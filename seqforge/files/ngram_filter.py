"""Which runs of n values a corpus holds, in about ten bits a run: what a model file carries of its training data.

A Bloom filter (Bloom 1970): a run that the corpus holds is always found, one that it doesn't hold is taken for one of
its runs in 0.8 % of the cases (10 bits a run, 7 hashes). The hashes are h1 + i h2 (Kirsch and Mitzenmacher 2008) of one
64-bit number; of a million runs, two different ones share that number with a chance of less than 1 in 10 million.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_RUN", "MOST_HASHES", "NgramFilter", "longer", "run_codes"]

LONGEST_RUN = 64
MOST_HASHES = 32

_BITS_PER_RUN, _HASHES = 10, 7
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio, odd: what is multiplied can be told apart again

Codes = NDArray[np.uint64]


@dataclass(frozen=True)
class NgramFilter:
    """The runs of `length` values of an alphabet; `bits` are the filter, the first of each byte in front."""

    alphabet: str
    length: int
    hashes: int
    bits: bytes

    @classmethod
    def of(cls, alphabet: str, sequences: Iterable[NDArray[np.int64]], length: int) -> NgramFilter:
        """The filter of all runs in the sequences."""
        codes = [run_codes(values, length) for values in sequences]
        known = np.unique(np.concatenate([np.zeros(0, np.uint64), *codes]))
        is_set = np.zeros(8 * max(1, -(-_BITS_PER_RUN * len(known) // 8)), np.bool_)
        hashes = _Hashes(known)
        for number in range(_HASHES):
            is_set[hashes.places(number, len(is_set), slice(None))] = True
        return cls(alphabet, length, _HASHES, np.packbits(is_set).tobytes())

    def contains(self, codes: Codes) -> NDArray[np.bool_]:
        """Whether the runs of these codes are known; the result has their shape."""
        bits = np.frombuffer(self.bits, np.uint8)
        left = np.arange(codes.size)  # those of which no bit is missing so far
        hashes = _Hashes(codes.ravel())
        for number in range(self.hashes):
            places = hashes.places(number, 8 * len(bits), left)
            shift = 7 - (places & np.uint64(7)).astype(np.uint8)
            left = left[(bits[places >> np.uint64(3)] >> shift) & 1 != 0]
        found = np.zeros(codes.size, np.bool_)
        found[left] = True
        return found.reshape(codes.shape)


def run_codes(values: NDArray[np.int64], length: int) -> Codes:
    """A number for each run of `length` values, (N - length + 1,): a polynomial of the values, modulo 2**64."""
    codes = np.zeros(max(0, len(values) - length + 1), np.uint64)
    for place in range(length):
        codes = longer(codes, values[place : place + len(codes)])
    return codes


def longer(codes: Codes, values: NDArray[np.int64]) -> Codes:
    """The codes of runs with one value more."""
    return codes * _FACTOR + (values.astype(np.uint64) + np.uint64(1))


class _Hashes:
    """The bits of each code (N,)."""

    def __init__(self, codes: Codes) -> None:
        mixed = _mixed(codes)
        self._first, self._step = mixed >> np.uint64(32), mixed & np.uint64(0xFFFFFFFF) | np.uint64(1)

    def places(self, number: int, size: int, which: NDArray[np.int64] | slice) -> Codes:
        """Where, among `size` bits, the chosen codes have their bit of that number."""
        return (self._first[which] + np.uint64(number) * self._step[which]) % np.uint64(size)


def _mixed(codes: Codes) -> Codes:
    """Every bit of the result depends on every bit of the code (Steele, Lea and Flood 2014, `mix64variant13`)."""
    codes = (codes ^ (codes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return codes ^ (codes >> np.uint64(31))
