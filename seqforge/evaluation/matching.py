"""Where sequences of values stand again, value for value, in other sequences.

A run of n values that is at hand gets a number, and a run of n + 1 the pair of the number of its first n values and its
last value (Karp, Miller and Rosenberg 1972, one value at a time). Numbers are compared, never digests: no two runs are
taken for one. What has no match of length n can't have a longer one and is left out, so the work shrinks with n.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST", "Matches", "find_matches", "find_repetitions"]

LONGEST = 2000
"""Longer matches are given as this long: a piece that stands there twice is told from a quotation well before."""

Places = NDArray[np.int64]
Values = NDArray[np.int64]


@dataclass(frozen=True)
class Matches:
    """For each place of one sequence (N,): how long the longest match is that begins there, and where one of it stands.

    `sources` and `offsets` name the sequence and the place in it where the match begins, -1 where there is none.
    """

    lengths: Places
    sources: Places
    offsets: Places

    def counts(self, n: int) -> tuple[int, int]:
        """How many runs of `n` values have a match, and how many runs there are."""
        return int(np.count_nonzero(self.lengths >= n)), max(0, len(self.lengths) - n + 1)

    def covered(self, n: int) -> int:
        """How many values are part of a match of at least `n`."""
        places = np.flatnonzero(self.lengths >= n)
        steps = np.zeros(len(self.lengths) + 1, np.int64)
        np.add.at(steps, places, 1)
        np.add.at(steps, places + self.lengths[places], -1)
        return int(np.count_nonzero(np.cumsum(steps)))


def find_matches(sequences: Sequence[Values], corpus: Sequence[Values]) -> list[Matches]:
    """The matches of each of the sequences in those of the corpus; values are from 0 on, below 2**31."""
    asked, known = _Runs.of(sequences), _Runs.of(corpus)
    lengths = np.zeros(len(asked.values), np.int64)
    found = np.full(len(asked.values), -1, np.int64)
    for length in range(1, LONGEST + 1):
        numbers, first, number_of = np.unique(known.codes(), return_index=True, return_inverse=True)
        codes = asked.codes()
        if not len(numbers) or not len(codes):
            break
        nearest = np.minimum(np.searchsorted(numbers, codes), len(numbers) - 1)
        is_known = numbers[nearest] == codes
        asked.keep(is_known, nearest[is_known])
        lengths[asked.starts] = length
        found[asked.starts] = known.starts[first[asked.numbers]]
        is_asked = np.zeros(len(numbers), np.bool_)
        is_asked[asked.numbers] = True
        wanted = is_asked[number_of]
        known.keep(wanted, number_of[wanted])
    return _by_sequence(sequences, corpus, lengths, found)


def find_repetitions(sequences: Sequence[Values], longest: int) -> list[Matches]:
    """For each sequence what of it stands at another place of the sequences, too; up to `longest`, without its sources.

    The other place may overlap.
    """
    runs = _Runs.of(sequences)
    lengths = np.zeros(len(runs.values), np.int64)
    for length in range(1, longest + 1):
        _, number_of, counts = np.unique(runs.codes(), return_inverse=True, return_counts=True)
        repeated = counts[number_of] > 1
        runs.keep(repeated, number_of[repeated])
        lengths[runs.starts] = length
    return _by_sequence(sequences, [], lengths, np.full(len(lengths), -1, np.int64))


class _Runs:
    """Runs of one length in sequences that follow one another: where they start, and a number for each content."""

    def __init__(self, values: Values, ends: Places) -> None:
        self.values = values
        self.length = 0
        self.starts: Places = np.arange(len(values))
        self.numbers: Values = np.zeros(len(values), np.int64)
        self._ends = ends  # of the sequence that each place is in

    @classmethod
    def of(cls, sequences: Sequence[Values]) -> _Runs:
        sizes = np.array([len(values) for values in sequences], np.int64)
        values = np.concatenate([np.zeros(0, np.int64), *sequences]).astype(np.int64)
        return cls(values, np.repeat(np.cumsum(sizes), sizes))

    def codes(self) -> Values:
        """A number for each run that is one value longer; those that leave their sequence are dropped."""
        fits = self.starts + self.length < self._ends[self.starts]
        self.starts, self.numbers = self.starts[fits], self.numbers[fits]
        return (self.numbers << 31) + self.values[self.starts + self.length]

    def keep(self, which: NDArray[np.bool_], numbers: Values) -> None:
        """Keep these of the longer runs, under these numbers."""
        self.starts, self.numbers = self.starts[which], numbers
        self.length += 1


def _by_sequence(
    sequences: Sequence[Values], corpus: Sequence[Values], lengths: Places, found: Places
) -> list[Matches]:
    begins = np.cumsum([0, *(len(values) for values in corpus)])  # of the sequences of the corpus
    sources = np.where(found >= 0, np.searchsorted(begins, found, side="right") - 1, -1)
    offsets = np.where(found >= 0, found - begins[sources], -1)
    bounds = itertools.pairwise(itertools.accumulate((len(values) for values in sequences), initial=0))
    return [Matches(lengths[start:end], sources[start:end], offsets[start:end]) for start, end in bounds]
