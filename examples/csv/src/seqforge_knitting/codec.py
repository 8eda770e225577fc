"""The codec `stitches`: a token a stitch, told what lies below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField, DataError, Piece, Vocabulary
from seqforge_knitting.guides import NEIGHBOURS, StitchGuides
from seqforge_knitting.swatch import CHART, MIRRORED, Swatch, problem_of

__all__ = ["LARGEST", "StitchCodec"]

LARGEST = 120
"""Stitches a row, and rows a swatch."""

_SYMBOLS = tuple(CHART)


class StitchCodec:
    """Row after row from the bottom up, each from left to right; there is no token for the end of a row."""

    options: Mapping[str, Any] = {}
    context_fields = (*(ContextField(name, 1 + len(CHART)) for name, _, _ in NEIGHBOURS), ContextField("side", 2))
    output_views = ()

    def __init__(self, *, vocabulary: Vocabulary | None = None) -> None:
        self.vocabulary = vocabulary or Vocabulary(_SYMBOLS, ("plain", "plain", "lace", "lace", "lace"))

    def encode(self, work: Swatch) -> Piece:
        """See `seqforge.Codec.encode`."""
        if problem := problem_of(work.rows):
            raise DataError(f"{work.name}: {problem}")
        width, rows = len(work.rows[0]), len(work.rows)
        if max(width, rows) > LARGEST:
            raise DataError(f"{work.name}: it has {width} stitches and {rows} rows; allowed: up to {LARGEST} of each")
        tokens = np.array([_SYMBOLS.index(stitch) for row in work.rows for stitch in row], np.int32)
        return self._piece(work.name, work.family, tokens, {"width": width, "rows": rows, "name": work.name})

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """The piece, and what a mirror shows."""
        yield piece
        mirrored = np.array([_SYMBOLS.index(MIRRORED[stitch]) for stitch in _SYMBOLS], np.int32)
        tokens = mirrored[piece.tokens].reshape(-1, piece.prompt["width"])[:, ::-1].reshape(-1)
        yield self._piece(f"{piece.id}, mirrored", piece.group, tokens, piece.prompt)

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> StitchGuides:
        """See `seqforge.Codec.guides`."""
        return StitchGuides.at_start([prompt["width"] for prompt in prompts], [prompt["rows"] for prompt in prompts])

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> Swatch:
        """See `seqforge.Codec.decode`; a row that is not complete is left out."""
        width = prompt["width"]
        stitches = [_SYMBOLS[token] for token in tokens]
        rows = tuple(tuple(stitches[end - width : end]) for end in range(width, len(stitches) + 1, width))
        if problem := problem_of(rows):
            raise DataError(problem)
        return Swatch(prompt["name"], prompt["name"], rows)

    def units(self, tokens: NDArray[np.int32]) -> dict[str, float]:
        """An event is a stitch."""
        return {"event": float(len(tokens))}

    def _piece(self, name: str, group: str, tokens: NDArray[np.int32], prompt: Mapping[str, Any]) -> Piece:
        context = StitchGuides.along(tokens, prompt["width"], prompt["rows"]).context()
        return Piece(id=name, group=group, prompt=prompt, tokens=tokens, context=context)
