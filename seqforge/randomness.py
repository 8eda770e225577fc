"""One seed a run, and a named stream of randomness for each purpose.

Streams are independent: drawing more from one never changes another (NumPy's `SeedSequence`, O'Neill 2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["UniformStreams", "dropout_seed", "generator"]

# a stream's place is part of every result
_STREAMS = ("split", "weights", "windows", "dropout", "sampling", "bootstrap", "search")


def _sequence(seed: int, stream: str, *place: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(_STREAMS.index(stream), *place))


def generator(seed: int, stream: str, *place: int) -> np.random.Generator:
    """The generator of a named stream; `place` tells, for example, one epoch from another."""
    return np.random.Generator(np.random.PCG64(_sequence(seed, stream, *place)))


def dropout_seed(seed: int, step: int) -> int:
    """The seed of everything random inside one training step: 63 bits, so that every framework takes it."""
    return int(_sequence(seed, "dropout", step).generate_state(1, np.uint64)[0] >> np.uint64(1))


class UniformStreams:
    """Uniform numbers in [0, 1), one stream a sequence, drawn in blocks.

    Numbers are the upper 53 bits of the raw generator, so take 1 of 4 gets what take 1 alone gets, in any version
    of NumPy.
    """

    _block = 64

    def __init__(self, seed: int, places: Sequence[int]) -> None:
        self._generators = [np.random.PCG64(_sequence(seed, "sampling", place)) for place in places]
        self._numbers: NDArray[np.float64] = np.empty((self._block, len(places)))
        self._next = self._block

    def draw(self) -> NDArray[np.float64]:
        """The next number of each stream, (B,) float64."""
        if self._next == self._block:
            raw = np.stack([bits.random_raw(self._block) for bits in self._generators], axis=1)
            np.multiply(raw >> np.uint64(11), 2.0**-53, out=self._numbers)
            self._next = 0
        numbers: NDArray[np.float64] = self._numbers[self._next]
        self._next += 1
        return numbers

    def select(self, rows: NDArray[np.int32]) -> UniformStreams:
        """The streams of the given rows, each named once, in the place of these."""
        chosen = object.__new__(UniformStreams)
        chosen._generators = [self._generators[row] for row in rows.tolist()]
        chosen._numbers, chosen._next = self._numbers[:, rows], self._next
        return chosen
