"""The bars of a part as MusicXML's `measure` elements: signatures, chord symbols, notes with all that is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from seqforge_jazz.charts import TICKS_PER_QUARTER, ChordChange
from seqforge_jazz.formats.line_breaks import line_starts
from seqforge_jazz.formats.line_spelling import spelled_line
from seqforge_jazz.formats.notation import WrittenNote, written_bars
from seqforge_jazz.formats.spelling import SpelledPitch, key_alterations
from seqforge_jazz.formats.written_part import WrittenPart
from seqforge_jazz.harmony import harmony_element
from seqforge_jazz.instruments import INSTRUMENTS

__all__ = ["measures", "note_id"]

_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_CLEFS = {"G": ("2", 62, 79), "F": ("4", 41, 60)}
"""The staff line of a clef, and the lowest and highest pitch that need no ledger line."""
_MIDDLE_C = 60
_MUCH_BETTER = 4
"""By how many semitones outside of these a note, on the average."""


def measures(part: WrittenPart, *, for_engraving: bool = False) -> Iterator[Element]:
    """The bars of the part in order.

    For engraving every note has `note_id` of the tick at which it begins, chord symbols are texts alone, and the tempo
    is left to the heading.
    """
    yield from _Staff(part, for_engraving).measures()


def note_id(tick: int) -> str:
    """The id of the note or tied part of a note that begins at the tick: `n-48`."""
    return f"n-{tick}"


class _Staff:
    """Writes bar after bar; it knows which accidentals are in force and how a tied note was spelled."""

    def __init__(self, part: WrittenPart, for_engraving: bool) -> None:
        self._part = part
        self._for_engraving = for_engraving
        self._fifths = part.key.fifths
        names = spelled_line(part.line, part.chart, self._fifths)
        self._names = {note.start: name for note, name in zip(part.line, names, strict=True)}
        self._in_force: dict[tuple[str, int], int] = {}
        self._last_spelling: SpelledPitch = ("C", 0, 4)

    def measures(self) -> Iterator[Element]:
        """The bars as elements."""
        chart = self._part.chart
        changes = list(chart.changes)
        bars = written_bars(self._part.line, chart)
        starts = line_starts(bars, chart)
        for index, bar in enumerate(bars):
            measure = Element("measure", {"number": str(index + 1)})
            if index == 0:
                self._add_attributes(measure)
                if not self._for_engraving:
                    self._add_tempo(measure)
            elif index in starts:
                _add(measure, "print", **{"new-system": "yes"})
            self._in_force.clear()
            bar_start = index * chart.ticks_per_bar
            for note in bar:
                while changes and changes[0].tick < bar_start + note.end:
                    change: ChordChange = changes.pop(0)
                    offset = change.tick - bar_start - note.start
                    measure.append(harmony_element(change.chord, offset, as_text=self._for_engraving))
                measure.append(self._note(note, bar_start))
            if index == chart.bars - 1:
                _add(_add(measure, "barline", location="right"), "bar-style", "light-heavy")
            yield measure

    def _add_attributes(self, measure: Element) -> None:
        attributes = _add(measure, "attributes")
        _add(attributes, "divisions", str(TICKS_PER_QUARTER))
        key = _add(attributes, "key")
        _add(key, "fifths", str(self._fifths))
        _add(key, "mode", "minor" if self._part.key.is_minor else "major")
        time = _add(attributes, "time")
        _add(time, "beats", str(self._part.chart.beats_per_bar))
        _add(time, "beat-type", "4")
        sign = _clef(self._part)
        clef = _add(attributes, "clef")
        _add(clef, "sign", sign)
        _add(clef, "line", _CLEFS[sign][0])
        if self._part.semitones:
            self._add_transposition(attributes)

    def _add_transposition(self, attributes: Element) -> None:
        """From the written to the sounding pitch; whole octaves apart."""
        down = -self._part.semitones
        transpose = _add(attributes, "transpose")
        _add(transpose, "diatonic", str(-(-self._part.letters % 7)))
        _add(transpose, "chromatic", str(-(down % 12)))
        if down >= 12:
            _add(transpose, "octave-change", str(-(down // 12)))

    def _add_tempo(self, measure: Element) -> None:
        tempo, swing = self._part.sheet.tempo_bpm, self._part.sheet.swing
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
            is_whole_bar = written.duration == self._part.chart.ticks_per_bar
            _add(note, "rest", **({"measure": "yes"} if is_whole_bar else {}))
        else:
            if self._for_engraving:
                note.set("id", note_id(bar_start + written.start))
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
            self._last_spelling = self._names[bar_start + written.start]
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


def _clef(part: WrittenPart) -> str:
    """The clef that the instrument's range suggests, unless the line lies much better under the other one."""
    instrument = INSTRUMENTS[part.sheet.instrument]
    middle = (instrument.lowest + instrument.highest) / 2 - part.semitones
    home, other = ("G", "F") if middle >= _MIDDLE_C else ("F", "G")

    def outside(sign: str) -> int:
        _, lowest, highest = _CLEFS[sign]
        return sum(max(lowest - note.pitch, note.pitch - highest, 0) for note in part.line)

    return other if outside(home) - outside(other) > _MUCH_BETTER * len(part.line) else home


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child
