"""One vocabulary for files that were encoded each by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import Piece, Source, Vocabulary
from seqforge.reading.encoded_file import EncodedFile

__all__ = ["MergedVocabulary"]

_UNKNOWN = -1
_MOST_NAMED = 3


class MergedVocabulary:
    """Starts with `vocabulary` and, if it `grows`, takes in the symbols of each file, in the order of appearance."""

    def __init__(self, vocabulary: Vocabulary, *, grows: bool = True) -> None:
        self._numbers = {symbol: number for number, symbol in enumerate(vocabulary.symbols)}
        self._classes = list(vocabulary.classes)
        self._start = vocabulary
        self._grows = grows

    @property
    def has_grown(self) -> bool:
        """Whether a file had a symbol of its own."""
        return len(self._numbers) > len(self._start)

    def merged(self) -> Vocabulary:
        """All symbols so far."""
        return Vocabulary(tuple(self._numbers), tuple(self._classes))

    def translated(self, encoded: EncodedFile) -> EncodedFile:
        """A file in this vocabulary; pieces with symbols that it lacks are dropped, and say so among the sources."""
        if encoded.vocabulary == self._start:
            return encoded
        symbols = encoded.vocabulary.symbols
        if self._grows:
            for symbol, kind in zip(symbols, encoded.vocabulary.classes, strict=True):
                if symbol not in self._numbers:
                    self._numbers[symbol] = len(self._numbers)
                    self._classes.append(kind)
        table = np.array([self._numbers.get(symbol, _UNKNOWN) for symbol in symbols], np.int32)
        pieces: list[Piece] = []
        dropped: list[tuple[str, str]] = []
        for piece in encoded.pieces:
            tokens = table[piece.tokens]
            if (tokens == _UNKNOWN).any():
                dropped.append((piece.id, _reason(symbols, piece.tokens[tokens == _UNKNOWN])))
            else:
                pieces.append(replace(piece, tokens=tokens))
        return EncodedFile(
            pieces=tuple(pieces),
            vocabulary=self.merged(),
            sources=_without(encoded.sources, len(pieces), dropped) if dropped else encoded.sources,
        )


def _reason(symbols: tuple[str, ...], unknown: NDArray[np.int32]) -> str:
    names = list(dict.fromkeys(symbols[token] for token in unknown))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"not in the vocabulary of the model: {', '.join(names[:_MOST_NAMED])}{more}"


def _without(sources: tuple[Source, ...], kept: int, dropped: list[tuple[str, str]]) -> tuple[Source, ...]:
    """The sources of a file of which `kept` pieces are left, with one for each that was dropped."""
    changed: list[Source] = []
    for source in sources:
        if not source.pieces:
            changed.append(source)
            continue
        changed.extend(Source(f"{source.name}: {name}", 0, reason) for name, reason in dropped)
        if kept:
            changed.append(replace(source, pieces=kept))
    return tuple(changed)
