"""When the notes on the page sound: what a cursor follows."""

from __future__ import annotations

from dataclasses import dataclass

from seqforge_jazz.formats.musicxml_staff import note_id
from seqforge_jazz.formats.notation import written_bars
from seqforge_jazz.formats.written_part import written_part
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["NoteSpan", "note_spans"]


@dataclass(frozen=True, slots=True)
class NoteSpan:
    """From tick `start` to tick `end` (12 a quarter) `pitch` sounds, a MIDI number whatever pitch is written."""

    start: int
    end: int
    pitch: int


def note_spans(sheet: LeadSheet) -> dict[str, NoteSpan]:
    """The span of every note that `engrave` prints, by the id that it has there; tied parts count one by one."""
    chart = sheet.chart
    return {
        note_id(start + note.start): NoteSpan(start + note.start, start + note.end, note.pitch)
        for start, bar in zip(
            range(0, chart.ticks, chart.ticks_per_bar), written_bars(written_part(sheet).line, chart), strict=True
        )
        for note in bar
        if note.pitch is not None
    }
