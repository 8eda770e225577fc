"""The data set `lighthouse-log`: the log of a lighthouse that never was, written by rules."""

from __future__ import annotations

from collections.abc import Iterator

from seqforge import Audit, Codec, Piece, Source
from seqforge_text.logbook import FIRST_YEAR, LAST_YEAR, year_of_the_log
from seqforge_text.text import Text

__all__ = ["LighthouseLog"]


class LighthouseLog:
    """A piece and a group a year."""

    licence = "CC0-1.0"
    citation = "The lighthouse log, written by rules for seqforge"

    def __init__(self, *, codec: Codec) -> None:
        self.codec = codec
        self._sources: list[Source] = []

    def pieces(self) -> Iterator[Piece]:
        """See `seqforge.Dataset.pieces`."""
        self._sources = []
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            piece = self.codec.encode(Text(year_of_the_log(year), str(year), str(year)))
            self._sources.append(Source(str(year), 1))
            yield piece

    def audit(self) -> Audit:
        """See `seqforge.Dataset.audit`."""
        return Audit(tuple(self._sources))
