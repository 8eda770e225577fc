"""Pieces as rows of values in which quotations are looked for: those that their codec names, else their tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.abilities import Naming, Placing, Quotable
from seqforge.interfaces import Codec, Piece

__all__ = ["Line", "alphabet_of", "generated_pieces", "lines_of", "place_of", "quotation_lines"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """A piece in one alphabet: its values (N,) from 0 on, and the token that each is complete with (N,)."""

    values: Ints
    tokens: Ints


def alphabet_of(codec: Codec) -> str:
    """What the first alphabet of a codec is called; `tokens` where the codec doesn't say."""
    if isinstance(codec, Quotable):
        return codec.quotation.name
    return codec.alphabet_name if isinstance(codec, Naming) else "tokens"


def lines_of(codec: Codec, pieces: Sequence[Piece]) -> dict[str, list[Line]]:
    """The pieces in each alphabet of their codec; the first is the one that decides what a quotation is."""
    if not isinstance(codec, Quotable):
        return {alphabet_of(codec): quotation_lines(codec, pieces)}
    found = {alphabet_of(codec): quotation_lines(codec, pieces)}
    for piece in pieces:
        for name, (values, tokens) in codec.alphabets(piece).items():
            found.setdefault(name, []).append(Line(values.astype(np.int64), tokens.astype(np.int64)))
    return found


def quotation_lines(codec: Codec, pieces: Sequence[Piece]) -> list[Line]:
    """The pieces in the first alphabet alone."""
    if not isinstance(codec, Quotable):
        return [Line(piece.tokens.astype(np.int64), np.arange(len(piece.tokens))) for piece in pieces]
    quotation = codec.quotation
    column = [field.name for field in codec.context_fields].index(quotation.view.field)
    classes = np.array(quotation.view.classes, np.int64)
    lines = []
    for piece in pieces:
        values = classes[piece.context[:, column], piece.tokens]
        places = np.flatnonzero(values != quotation.nothing)
        lines.append(Line(values[places], places))
    return lines


def place_of(codec: Codec, piece: Piece, token: int) -> str:
    """Where a token stands in the piece: `bar 17`, or `token 40` where the codec doesn't say."""
    return codec.place(piece, token) if isinstance(codec, Placing) else f"token {token + 1}"


def generated_pieces(codec: Codec, prompt: Mapping[str, Any], sequences: Sequence[NDArray[np.int32]]) -> list[Piece]:
    """What was generated for a prompt as pieces `take 1`, `take 2`, ..., with the context that the guides say."""
    if not sequences:
        return []
    guides = codec.guides([prompt] * len(sequences))
    longest = max(map(len, sequences))
    tokens = np.zeros((len(sequences), longest), np.int32)
    for row, sequence in enumerate(sequences):
        tokens[row, : len(sequence)] = sequence
    contexts = np.empty((len(sequences), longest, len(codec.context_fields)), np.int32)
    for step in range(longest):
        contexts[:, step] = guides.context()
        guides.accept(tokens[:, step])
    return [
        Piece(
            id=f"take {row + 1}",
            group=f"take {row + 1}",
            prompt=prompt,
            tokens=sequence,
            context=contexts[row, : len(sequence)],
        )
        for row, sequence in enumerate(sequences)
    ]
