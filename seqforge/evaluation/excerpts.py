"""Long pieces in parts, so that they can be measured beside takes and beside one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from seqforge.abilities import Divisible
from seqforge.interfaces import Codec, Piece

__all__ = ["MOST", "excerpts"]

MOST = 2000
"""Of more excerpts so many are looked at, spread evenly."""


def excerpts(codec: Codec, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces in excerpts of the length that their codec names; as they are if it can't cut them.

    Each excerpt is a group of its own: what is said of one leaves it out alone, and not the book that it is from.
    """
    if not isinstance(codec, Divisible):
        return tuple(pieces)
    found = [part for piece in pieces for part in _parts(codec, piece)]
    if len(found) > MOST:
        found = [found[place] for place in np.linspace(0, len(found) - 1, MOST).astype(int)]
    return tuple(found)


def _parts(codec: Divisible, piece: Piece) -> Iterator[Piece]:
    """What is left at the end is one more excerpt if it has half of the length."""
    size, length = len(piece.tokens), codec.excerpt
    if size < length * 3 // 2:
        yield piece
        return
    for start in range(0, size - length // 2 + 1, length):
        stop = min(start + length, size)
        name = f"{piece.id}, {start + 1} to {stop}"
        yield replace(codec.cut(piece, start, stop), id=name, group=name)
