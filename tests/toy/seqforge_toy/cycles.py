"""The data set `cycles`: the letter depends on the place in the bar, which n-grams can't see."""

import numpy as np

from seqforge import Audit, Source
from seqforge_toy.letters import BAR, Letters

PATTERN = "abacabad"


class Cycles:
    licence = "CC0-1.0"
    citation = "nobody"

    def __init__(self, *, codec, groups):
        self.codec = codec
        self.groups = groups
        self._sources = []

    def pieces(self):
        generator = np.random.Generator(np.random.PCG64(5))
        letters = "abcdefghi"[: self.codec.options.get("alphabet", 5)]
        self._sources = []
        for group in range(self.groups):
            for number in range(3):
                length = int(generator.integers(18, 28))
                text = "".join(_step(generator, letters, place) for place in range(length))
                name = f"{group}-{number}"
                self._sources.append(Source(name, 1))
                yield self.codec.encode(Letters(text, name, f"group {group}"))
        self._sources.append(Source("the last one", 0, "nobody found it"))

    def audit(self):
        return Audit(tuple(self._sources))


def _step(generator, letters, place):
    """A letter that follows the pattern nine times of ten, and a mark: long at the end of a bar, else any."""
    usual = generator.random() < 0.9
    letter = PATTERN[place % BAR] if usual else letters[generator.integers(len(letters))]
    if letter not in letters:
        letter = letters[-1]
    return letter + ("=" if place % BAR == BAR - 1 else ".-"[generator.integers(2)])
