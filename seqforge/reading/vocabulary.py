"""One vocabulary for files that were encoded each by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import UNKNOWN, Piece, Source, Vocabulary
from seqforge.reading.encoded_file import EncodedFile

__all__ = ["MergedVocabulary"]

_NO_NUMBER = -1
_MOST_NAMED = 3
_WHOSE = "the vocabulary of the model"


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
        """A file in this vocabulary.

        Of symbols that it lacks its symbol of the class `UNKNOWN` takes the place; where it has none, pieces with such
        are dropped. The sources say so.
        """
        if encoded.vocabulary == self._start:
            return encoded
        symbols = encoded.vocabulary.symbols
        if self._grows:
            for symbol, kind in zip(symbols, encoded.vocabulary.classes, strict=True):
                if symbol not in self._numbers:
                    self._numbers[symbol] = len(self._numbers)
                    self._classes.append(kind)
        other = self._classes.index(UNKNOWN) if UNKNOWN in self._classes else _NO_NUMBER
        table = np.array([self._numbers.get(symbol, other) for symbol in symbols], np.int32)
        pieces: list[Piece] = []
        dropped: list[tuple[str, str]] = []
        for piece in encoded.pieces:
            tokens = table[piece.tokens]
            if (tokens == _NO_NUMBER).any():
                dropped.append((piece.id, f"not in {_WHOSE}: {_names(symbols, piece.tokens[tokens == _NO_NUMBER])}"))
            else:
                pieces.append(replace(piece, tokens=tokens))
        sources = _without(encoded.sources, len(pieces), dropped) if dropped else encoded.sources
        strange = [number for number, symbol in enumerate(symbols) if symbol not in self._numbers]
        if strange and other != _NO_NUMBER:
            sources = tuple(_with_note(source, _replaced(encoded, strange)) for source in sources)
        return EncodedFile(pieces=tuple(pieces), vocabulary=self.merged(), sources=sources)


def _names(symbols: tuple[str, ...], tokens: NDArray[np.int32]) -> str:
    names = list(dict.fromkeys(symbols[token] for token in tokens))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def _replaced(encoded: EncodedFile, strange: list[int]) -> str:
    found = [piece.tokens[np.isin(piece.tokens, strange)] for piece in encoded.pieces]
    count = sum(map(len, found))
    names = _names(encoded.vocabulary.symbols, np.concatenate([np.zeros(0, np.int32), *found]))
    return f"{count:,} tokens stand as unknown, since they are not in {_WHOSE}: {names}"


def _with_note(source: Source, note: str) -> Source:
    return replace(source, notes=(*source.notes, note)) if source.pieces else source


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
