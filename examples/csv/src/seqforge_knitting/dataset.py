"""The built-in swatches: written for this package, and placed under CC0 1.0."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files

from seqforge import Audit, Codec, Piece, Source
from seqforge_knitting.files import SwatchReader

__all__ = ["SwatchDataset"]


class SwatchDataset:
    """Every swatch of `data/swatches.csv`, read as anybody's file is."""

    licence = "CC0-1.0"
    citation = "seqforge-knitting: swatches of common stitch patterns, written for this package"

    def __init__(self, *, codec: Codec) -> None:
        self.codec = codec

    def pieces(self) -> Iterator[Piece]:
        """See `seqforge.Dataset.pieces`."""
        with as_file(files("seqforge_knitting").joinpath("data", "swatches.csv")) as path:
            yield from (self.codec.encode(swatch) for swatch in SwatchReader().read(path))

    def audit(self) -> Audit:
        """Every swatch is kept."""
        return Audit(tuple(Source(piece.id, 1) for piece in self.pieces()))
