"""One vocabulary for files that were encoded each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from seqforge.interfaces import Piece, Vocabulary
from seqforge.reading.encoded_file import EncodedFile

__all__ = ["MergedVocabulary"]


class MergedVocabulary:
    """Starts with `vocabulary` and grows by the symbols of each file, in the order in which they appear."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._numbers = {symbol: number for number, symbol in enumerate(vocabulary.symbols)}
        self._classes = list(vocabulary.classes)
        self._start = vocabulary

    @property
    def has_grown(self) -> bool:
        """Whether a file had a symbol of its own."""
        return len(self._numbers) > len(self._start)

    def merged(self) -> Vocabulary:
        """All symbols so far."""
        return Vocabulary(tuple(self._numbers), tuple(self._classes))

    def translated(self, encoded: EncodedFile) -> Iterator[Piece]:
        """The pieces of a file in this vocabulary."""
        if encoded.vocabulary == self._start:
            yield from encoded.pieces
            return
        for symbol, kind in zip(encoded.vocabulary.symbols, encoded.vocabulary.classes, strict=True):
            if symbol not in self._numbers:
                self._numbers[symbol] = len(self._numbers)
                self._classes.append(kind)
        table = np.array([self._numbers[symbol] for symbol in encoded.vocabulary.symbols], np.int32)
        for piece in encoded.pieces:
            yield replace(piece, tokens=table[piece.tokens])
