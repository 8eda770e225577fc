"""Format `musicxml`: a lead sheet for notation programs, as MusicXML 4.0 at concert pitch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from seqforge_jazz.arrangement import solo_line
from seqforge_jazz.charts import TICKS_PER_QUARTER, ChordChange
from seqforge_jazz.formats.notation import WrittenNote, written_bars
from seqforge_jazz.formats.spelling import SpelledPitch, key_alterations, spelled
from seqforge_jazz.harmony import harmony_element
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["MusicXMLFormat"]

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"'
    ' "http://www.musicxml.org/dtds/partwise.dtd">'
)
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BARS_PER_LINE = 4
_LOWEST_MEAN_FOR_TREBLE = 57


class MusicXMLFormat:
    """Writes a `LeadSheet`: the solo on one staff with a chord symbol at every change."""

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file; the notes are those of the MIDI file, every bar is exactly full."""
        score = _score(work)
        indent(score)
        text = tostring(score, encoding="unicode")
        document = f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n{_DOCTYPE}\n{text}\n'
        path.write_bytes(document.encode())


def _score(sheet: LeadSheet) -> Element:
    score = Element("score-partwise", {"version": "4.0"})
    title = _printable(sheet.title)
    _add(_add(score, "work"), "work-title", title)
    _add(score, "movement-title", title)
    identification = _add(score, "identification")
    _add(_add(identification, "encoding"), "software", "seqforge")
    if sheet.citation:
        _add(identification, "source", _printable(sheet.citation))
    _add_part_list(score, sheet)
    part = _add(score, "part", id="P1")
    for measure in _Staff(sheet).measures():
        part.append(measure)
    return score


def _add_part_list(score: Element, sheet: LeadSheet) -> None:
    instrument = INSTRUMENTS[sheet.instrument]
    part = _add(_add(score, "part-list"), "score-part", id="P1")
    _add(part, "part-name", instrument.title)
    _add(_add(part, "score-instrument", id="P1-I1"), "instrument-name", instrument.title)
    midi = _add(part, "midi-instrument", id="P1-I1")
    _add(midi, "midi-channel", "1")
    _add(midi, "midi-program", str(instrument.program + 1))


class _Staff:
    """Writes bar after bar; it knows which accidentals are in force and how a tied note was spelled."""

    def __init__(self, sheet: LeadSheet) -> None:
        self._sheet = sheet
        self._key = Key.parse(sheet.key)
        self._fifths = self._key.fifths
        self._line = solo_line(sheet)
        self._in_force: dict[tuple[str, int], int] = {}
        self._last_spelling: SpelledPitch = ("C", 0, 4)

    def measures(self) -> Iterator[Element]:
        """The bars as elements."""
        chart = self._sheet.chart
        changes = list(chart.changes)
        for index, bar in enumerate(written_bars(self._line, chart)):
            measure = Element("measure", {"number": str(index + 1)})
            if index == 0:
                self._add_attributes(measure)
                self._add_tempo(measure)
            elif index % _BARS_PER_LINE == 0:
                _add(measure, "print", **{"new-system": "yes"})
            self._in_force.clear()
            bar_start = index * chart.ticks_per_bar
            for note in bar:
                while changes and changes[0].tick < bar_start + note.end:
                    change: ChordChange = changes.pop(0)
                    measure.append(harmony_element(change.chord, change.tick - bar_start - note.start))
                measure.append(self._note(note, bar_start))
            if index == chart.bars - 1:
                _add(_add(measure, "barline", location="right"), "bar-style", "light-heavy")
            yield measure

    def _add_attributes(self, measure: Element) -> None:
        attributes = _add(measure, "attributes")
        _add(attributes, "divisions", str(TICKS_PER_QUARTER))
        key = _add(attributes, "key")
        _add(key, "fifths", str(self._fifths))
        _add(key, "mode", "minor" if self._key.is_minor else "major")
        time = _add(attributes, "time")
        _add(time, "beats", str(self._sheet.chart.beats_per_bar))
        _add(time, "beat-type", "4")
        pitches = [note.pitch for note in self._line]
        is_low = bool(pitches) and sum(pitches) < _LOWEST_MEAN_FOR_TREBLE * len(pitches)
        clef = _add(attributes, "clef")
        _add(clef, "sign", "F" if is_low else "G")
        _add(clef, "line", "4" if is_low else "2")

    def _add_tempo(self, measure: Element) -> None:
        tempo, swing = self._sheet.tempo_bpm, self._sheet.swing
        direction = _add(measure, "direction", placement="above")
        percent = round(100 * swing)
        feel = f"Swing ({percent} %)" if percent > 50 else "Even eighths"
        _add(_add(direction, "direction-type"), "words", feel)
        metronome = _add(_add(direction, "direction-type"), "metronome", parentheses="no")
        _add(metronome, "beat-unit", "quarter")
        _add(metronome, "per-minute", f"{tempo:g}")
        playing = _add(_add(direction, "sound", tempo=f"{tempo:g}"), "swing")
        if percent == 50:
            _add(playing, "straight")
            return
        common = math.gcd(percent, 100 - percent)
        _add(playing, "first", str(percent // common))
        _add(playing, "second", str((100 - percent) // common))
        _add(playing, "swing-type", "eighth")

    def _note(self, written: WrittenNote, bar_start: int) -> Element:
        """The children stand in the order that the schema asks for."""
        note = Element("note")
        accidental = ""
        if written.pitch is None:
            is_whole_bar = written.duration == self._sheet.chart.ticks_per_bar
            _add(note, "rest", **({"measure": "yes"} if is_whole_bar else {}))
        else:
            accidental = self._add_pitch(note, written, bar_start)
        _add(note, "duration", str(written.duration))
        ties = [("stop", written.tied_from_previous), ("start", written.tied_to_next)]
        for kind in (kind for kind, is_there in ties if is_there):
            _add(note, "tie", type=kind)
        _add(note, "voice", "1")
        _add(note, "type", written.type)
        for _ in range(written.dots):
            _add(note, "dot")
        if accidental:
            _add(note, "accidental", accidental)
        if written.triplet:
            ratio = _add(note, "time-modification")
            _add(ratio, "actual-notes", "3")
            _add(ratio, "normal-notes", "2")
            _add(ratio, "normal-type", written.triplet)
        for level, word in enumerate(written.beams, start=1):
            _add(note, "beam", word, number=str(level))
        self._add_notations(note, written)
        return note

    def _add_pitch(self, note: Element, written: WrittenNote, bar_start: int) -> str:
        """Add the pitch; return the accidental that must be printed, empty if none."""
        assert written.pitch is not None
        if not written.tied_from_previous:
            chord = self._sheet.chart.chord_at(bar_start + written.start)
            self._last_spelling = spelled(written.pitch, chord, self._fifths)
        letter, alter, octave = self._last_spelling
        pitch = _add(note, "pitch")
        _add(pitch, "step", letter)
        if alter:
            _add(pitch, "alter", str(alter))
        _add(pitch, "octave", str(octave))
        if written.tied_from_previous:
            return ""
        place = (letter, octave)
        is_shown = self._in_force.get(place, key_alterations(self._fifths)[letter]) != alter
        self._in_force[place] = alter
        return _ACCIDENTALS[alter] if is_shown else ""

    def _add_notations(self, note: Element, written: WrittenNote) -> None:
        if not (written.tied_from_previous or written.tied_to_next or written.edge):
            return
        notations = _add(note, "notations")
        if written.tied_from_previous:
            _add(notations, "tied", type="stop")
        if written.tied_to_next:
            _add(notations, "tied", type="start")
        if written.edge == "start":
            _add(notations, "tuplet", type="start", bracket="yes", number="1")
        elif written.edge == "stop":
            _add(notations, "tuplet", type="stop", number="1")


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def _printable(text: str) -> str:
    """The text without control characters, which XML can't hold."""
    return "".join(character for character in text if character.isprintable())
