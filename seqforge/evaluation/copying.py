"""How much of a generated sequence stands word for word in the training data."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import Piece

__all__ = ["SearchableCorpus", "longest_copied_run"]


class SearchableCorpus:
    """The tokens of all pieces, ready to be searched."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        # one character a token, for the string search of the standard library; 0 parts the pieces
        self.text = "\0".join(_text(piece.tokens) for piece in pieces)


def longest_copied_run(tokens: NDArray[np.int32], corpus: SearchableCorpus) -> int:
    """The length in tokens of the longest run of `tokens` that occurs in a piece, exactly."""
    text, longest = _text(tokens), 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in corpus.text:
            longest += 1
    return longest


def _text(tokens: NDArray[np.int32]) -> str:
    return "".join(map(chr, (tokens + 1).tolist()))
