"""The built-in corpus: etudes that rules wrote for seqforge, placed under CC0 1.0.

`data/etudes.json` holds them: what all have in common on top, then one etude a line, with one chorus of its chart and
its notes as triples of rest before the note, duration (both in ticks, 12 a quarter) and pitch. `data/etudes.abc` has
the same etudes for notation programs; `python -m seqforge_jazz.composer` writes both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from seqforge import Audit, Codec, FileDamaged, Piece, Source
from seqforge_jazz.charts import Chart
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["FORMAT_VERSION", "EtudeDataset", "etudes", "etudes_text"]

FORMAT_VERSION = 1
_FILE = "etudes.json"


class EtudeDataset:
    """The data set `jazz-etudes`: every etude, encoded."""

    licence = "CC0-1.0"
    citation = "seqforge etudes: lines over jazz forms, composed by rules for this project"

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def pieces(self) -> Iterator[Piece]:
        """Encode every etude, in the order of the file."""
        return (self.codec.encode(sheet) for sheet in etudes())

    def audit(self) -> Audit:
        """Every etude is kept."""
        return Audit(tuple(Source(sheet.title, 1) for sheet in etudes()))


@cache
def etudes() -> tuple[LeadSheet, ...]:
    """Every etude, read from the package's data on the first call."""
    corpus = json.loads(etudes_text())
    if corpus.get("format_version") != FORMAT_VERSION:
        raise FileDamaged(
            f"{_FILE} of seqforge-jazz is not of format version {FORMAT_VERSION}; install the plugin anew"
        )
    return tuple(_sheet(etude, corpus["common"]) for etude in corpus["etudes"])


def etudes_text() -> str:
    """The JSON text that the etudes are stored in."""
    return files("seqforge_jazz").joinpath("data", _FILE).read_text(encoding="utf-8")


def _sheet(etude: Mapping[str, Any], common: Mapping[str, Any]) -> LeadSheet:
    return LeadSheet(
        title=etude["title"],
        chart=Chart.parse(etude["chorus"]).repeated(etude["choruses"]),
        notes=_notes(etude["notes"]),
        key=etude["key"],
        tempo_bpm=etude["tempo_bpm"],
        swing=etude["swing"],
        style=etude["style"],
        instrument=common["instrument"],
        group=etude["group"],
        citation=common["citation"],
    )


def _notes(numbers: list[int]) -> tuple[Note, ...]:
    notes, tick = [], 0
    for rest, duration, pitch in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        notes.append(Note(tick + rest, duration, pitch))
        tick += rest + duration
    return tuple(notes)
