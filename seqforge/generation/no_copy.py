"""Guides around guides: they forbid what would make a quotation of the training data longer than is allowed.

A run of L values that occurs in the data is L + 1 - n runs of n values in a row that all occur in it. So with N values
allowed, what would complete the (N + 2 - n)th such run in a row is forbidden. This forbids a little too much, since the
runs may be from several places, and never too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.abilities import Quotable
from seqforge.files.ngram_filter import NgramFilter, longer
from seqforge.interfaces import Codec, Guides

__all__ = ["NoCopyGuides"]

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]


class _Quoting:
    """How a batch of B sequences goes on with runs that occur in the data of one filter.

    `in_a_row` (B,) counts the n-grams at the end of each sequence that all occur in it.
    """

    def __init__(self, known: NgramFilter, rows: int) -> None:
        self.known = known
        self.in_a_row: Longs = np.zeros(rows, np.int64)
        self._recent: Longs = np.zeros((rows, known.length - 1), np.int64)
        self._count: Longs = np.zeros(rows, np.int64)

    def is_known(self, rows: Longs, values: Longs) -> Bools:
        """Whether the run that each of `values` (R, C) would complete occurs in the data, in each of the rows (R,)."""
        codes = np.zeros(len(rows), np.uint64)
        for place in range(self._recent.shape[1]):
            codes = longer(codes, self._recent[rows, place])
        found = self.known.contains(longer(codes[:, None], values))
        found[self._count[rows] < self.known.length - 1] = False  # too short for a run yet
        return found

    def append(self, rows: Longs, values: Longs) -> None:
        """Add a value (R,) to each of the rows (R,)."""
        is_known = self.is_known(rows, values[:, None])[:, 0]
        self.in_a_row[rows] = np.where(is_known, self.in_a_row[rows] + 1, 0)
        self._recent[rows] = np.concatenate([self._recent[rows], values[:, None]], axis=1)[:, 1:]
        self._count[rows] += 1

    def select(self, rows: Ints) -> _Quoting:
        """The sequences `rows`, copied."""
        chosen = _Quoting(self.known, 0)
        chosen.in_a_row, chosen._recent, chosen._count = self.in_a_row[rows], self._recent[rows], self._count[rows]
        return chosen


class NoCopyGuides:
    """The guides of a codec, under which no run of more than `longest` values occurs in the data of the filters.

    Where everything that the codec allows would complete such a run, it stays allowed: something has to come. So it is
    where a primer quotes, and may be where one note alone is in range.
    """

    def __init__(self, guides: Guides, codec: Codec, filters: Sequence[NgramFilter], longest: int) -> None:
        self._guides = guides
        self._longest = longest
        self._quoting = [_Quoting(known, len(guides.done)) for known in filters]
        self._set_classes(codec)
        self._context: Ints | None = None
        self.done: Bools = guides.done

    def _set_classes(self, codec: Codec) -> None:
        """(field size, V): the value of each token where the context field has a value, -1 where it has none."""
        if isinstance(codec, Quotable):
            quotation = codec.quotation
            self._column = [field.name for field in codec.context_fields].index(quotation.view.field)
            classes = np.array(quotation.view.classes, np.int64)
            self._classes = np.where(classes == quotation.nothing, -1, classes)
            self._values = np.arange(quotation.view.size)
        else:
            self._column = -1
            self._classes = np.arange(len(codec.vocabulary))[None]
            self._values = np.arange(len(codec.vocabulary))

    def context(self) -> Ints:
        """See `seqforge.Guides.context`."""
        self._context = self._guides.context()
        return self._context

    def allowed(self) -> Bools | NDArray[np.float32] | None:
        """See `seqforge.Guides.allowed`."""
        allowed = self._guides.allowed()
        # runs in a row that are no more than allowed: one more would be
        rows = [
            np.flatnonzero(~self.done & (quoting.in_a_row > self._longest - quoting.known.length))
            for quoting in self._quoting
        ]
        if not any(map(len, rows)):
            return allowed
        result = np.ones((len(self.done), self._classes.shape[1]), np.bool_) if allowed is None else allowed.copy()
        for quoting, near in zip(self._quoting, rows, strict=True):
            self._forbid(result, quoting, near)
        is_stuck = ~(result > 0).any(axis=1)
        result[is_stuck] = True if allowed is None else allowed[is_stuck]
        return result

    def _forbid(self, allowed: NDArray[Any], quoting: _Quoting, rows: Longs) -> None:
        """Forbid in the rows (R,) what would be one more run that occurs in the data."""
        classes = self._classes_of(rows)
        is_due = (classes >= 0).any(axis=1)  # not where a duration is, for instance
        rows, classes = rows[is_due], classes[is_due]
        is_known = quoting.is_known(rows, self._values[None])
        allowed[rows] *= ~np.take_along_axis(is_known, np.maximum(classes, 0), axis=1) | (classes < 0)

    def accept(self, tokens: Ints) -> None:
        """See `seqforge.Guides.accept`."""
        rows = np.flatnonzero(~self.done)
        values = self._classes_of(rows)[np.arange(len(rows)), tokens[rows]]
        is_value = values >= 0
        for quoting in self._quoting:
            quoting.append(rows[is_value], values[is_value])
        self._guides.accept(tokens)
        self._context = None
        self.done = self._guides.done

    def select(self, rows: Ints) -> NoCopyGuides:
        """See `seqforge.Guides.select`."""
        chosen = object.__new__(NoCopyGuides)
        chosen._guides = self._guides.select(rows)
        chosen._longest, chosen._column = self._longest, self._column
        chosen._classes, chosen._values = self._classes, self._values
        chosen._quoting = [quoting.select(rows) for quoting in self._quoting]
        chosen._context = None
        chosen.done = chosen._guides.done
        return chosen

    def _classes_of(self, rows: Longs) -> Longs:
        """(R, V): the value that each token would be in each of the rows, -1 for none."""
        if self._column < 0:
            return np.broadcast_to(self._classes, (len(rows), self._classes.shape[1]))
        context = self.context() if self._context is None else self._context
        classes: Longs = self._classes[context[rows, self._column]]
        return classes
