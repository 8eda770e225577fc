"""Format `musicxml`: a lead sheet for notation programs, as MusicXML 4.0, at concert or at written pitch."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from seqforge_jazz.formats.musicxml_staff import measures
from seqforge_jazz.formats.written_part import WrittenPart, written_part
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["MusicXMLFormat", "printable", "score_element"]

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">'
)


class MusicXMLFormat:
    """Writes a `LeadSheet`: the solo on one staff with a chord symbol at every change."""

    def __init__(self, *, pitch: str = "concert") -> None:
        self.pitch = pitch

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file; the notes are those of the MIDI file, every bar is exactly full."""
        score = score_element(written_part(work, self.pitch))
        indent(score)
        text = tostring(score, encoding="unicode")
        document = f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{_DOCTYPE}\n{text}\n'
        path.write_bytes(document.encode())


def score_element(written: WrittenPart, *, for_engraving: bool = False) -> Element:
    """The part as a score; `for_engraving` as in `measures`, and without a name in front of the staff."""
    sheet = written.sheet
    score = Element("score-partwise", {"version": "4.0"})
    title = printable(sheet.title)
    _add(_add(score, "work"), "work-title", title)
    _add(score, "movement-title", title)
    identification = _add(score, "identification")
    _add(_add(identification, "encoding"), "software", "seqforge")
    if sheet.citation:
        _add(identification, "source", printable(sheet.citation))
    _add_part_list(score, sheet, is_named=not for_engraving)
    part = _add(score, "part", id="P1")
    part.extend(measures(written, for_engraving=for_engraving))
    return score


def _add_part_list(score: Element, sheet: LeadSheet, *, is_named: bool) -> None:
    instrument = INSTRUMENTS[sheet.instrument]
    part = _add(_add(score, "part-list"), "score-part", id="P1")
    _add(part, "part-name", instrument.title, **({} if is_named else {"print-object": "no"}))
    _add(_add(part, "score-instrument", id="P1-I1"), "instrument-name", instrument.title)
    midi = _add(part, "midi-instrument", id="P1-I1")
    _add(midi, "midi-channel", "1")
    _add(midi, "midi-program", str(instrument.program + 1))


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def printable(text: str) -> str:
    """The text without control characters, which XML can't hold."""
    return "".join(character for character in text if character.isprintable())
