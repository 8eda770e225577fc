"""What stands on the player's page: line, chart and key at concert pitch, or as the instrument reads them."""

from __future__ import annotations

from dataclasses import dataclass

from seqforge_jazz.arrangement import solo_line
from seqforge_jazz.charts import Chart
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["PITCHES", "WrittenPart", "written_part"]

PITCHES = ("concert", "written")
"""As it sounds, or as the player of a transposing instrument reads it."""


@dataclass(frozen=True, kw_only=True)
class WrittenPart:
    """The part of a lead sheet: `line` over `chart` in `key`, where it is written.

    It sounds `semitones` higher (mostly lower: -14 for a tenor saxophone), which is `letters` steps of the staff.
    """

    sheet: LeadSheet
    line: tuple[Note, ...]
    chart: Chart
    key: Key
    semitones: int = 0
    letters: int = 0


def written_part(sheet: LeadSheet, pitch: str = "concert") -> WrittenPart:
    """The part at one of `PITCHES`; its notes are those that the instrument can play."""
    line, key = solo_line(sheet), Key.parse(sheet.key)
    semitones = INSTRUMENTS[sheet.instrument].transposition if pitch == "written" else 0
    if not semitones:
        return WrittenPart(sheet=sheet, line=line, chart=sheet.chart, key=key)
    written = key.transposed(-semitones)
    letters = key.letters_to(written)
    return WrittenPart(
        sheet=sheet,
        line=tuple(Note(note.start, note.duration, note.pitch - semitones) for note in line),
        chart=sheet.chart.transposed(-semitones, letters) if semitones % 12 else sheet.chart,
        key=written,
        semitones=semitones,
        letters=-letters - 7 * (-semitones // 12),
    )
