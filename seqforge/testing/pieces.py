"""What a piece must be."""

from __future__ import annotations

import json

import numpy as np

from seqforge.interfaces import Codec, Piece

__all__ = ["assert_well_formed"]


def assert_well_formed(piece: Piece, codec: Codec) -> None:
    """Named, grouped, with tokens and context in the codec's ranges, and a prompt that JSON keeps as it is."""
    name = f"'{piece.id}'"
    assert isinstance(piece.id, str), name
    assert piece.id, "a piece without an id"
    assert isinstance(piece.group, str), name
    assert piece.group, f"{name} has no group"
    assert piece.tokens.dtype == np.int32, f"{name}: tokens are {piece.tokens.dtype}; allowed: int32"
    assert piece.context.dtype == np.int32, f"{name}: the context is {piece.context.dtype}; allowed: int32"
    assert piece.tokens.ndim == 1, name
    assert len(piece.tokens), f"{name} has no tokens"
    assert piece.context.shape == (len(piece.tokens), len(codec.context_fields)), (
        f"{name}: the context has shape {piece.context.shape}"
    )
    size = len(codec.vocabulary)
    low, high = int(piece.tokens.min()), int(piece.tokens.max())
    assert low >= 0, f"{name} has token {low}"
    assert high < size, f"{name} has token {high}; there are {size} symbols"
    for number, field in enumerate(codec.context_fields):
        values = piece.context[:, number]
        assert values.min() >= 0, f"{name}: {field.name} is {values.min()}"
        assert values.max() < field.size, f"{name}: {field.name} is {values.max()}; its values are below {field.size}"
    prompt = dict(piece.prompt)
    assert json.loads(json.dumps(prompt)) == prompt, f"{name}: its prompt is changed by JSON"
