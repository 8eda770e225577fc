"""The data set: rhythms of one bar, kept as a CSV file in this package."""

from __future__ import annotations

import csv
import importlib.resources
from collections.abc import Iterator

from seqforge import Audit, Codec, DataError, Piece, Source

from .codec import Rhythm

__all__ = ["Rhythms"]


class Rhythms:
    """Every rhythm of the file, `bars` times in a row."""

    licence = "CC0-1.0"
    citation = "composed for this package"

    def __init__(self, *, codec: Codec, bars: int) -> None:
        self.codec = codec
        self.bars = bars
        self._sources: list[Source] = []

    def pieces(self) -> Iterator[Piece]:
        """A piece a row; one that the codec refuses is left out, and the audit has the reason."""
        self._sources = []
        for row in self._rows():
            work = Rhythm(row["steps"] * self.bars, name=row["name"], group=row["group"])
            try:
                piece = self.codec.encode(work)
            except DataError as error:
                self._sources.append(Source(work.name, 0, str(error)))
                continue
            self._sources.append(Source(work.name, 1))
            yield piece

    def audit(self) -> Audit:
        """What became of each row."""
        return Audit(tuple(self._sources))

    def _rows(self) -> list[dict[str, str]]:
        text = importlib.resources.files(__package__).joinpath("rhythms.csv").read_text(encoding="utf-8")
        return list(csv.DictReader(text.splitlines()))
