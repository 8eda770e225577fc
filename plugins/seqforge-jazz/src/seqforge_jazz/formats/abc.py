"""Lead sheets as ABC, the notation in plain text: chord symbols in quotes, triplets, ties, one tune a sheet.

ABC 2.1, http://abcnotation.com/wiki/abc:standard:v2.1, sections 3.1 (fields), 4 (tune body) and 4.18 (chord symbols).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.formats.notation import WrittenNote, written_bars
from seqforge_jazz.formats.spelling import key_alterations, spelled
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["abc_chord", "abc_tune", "abc_tunebook"]

_UNIT_TICKS = 6
_BARS_PER_LINE = 4
_MOST_IN_TUPLET = 9  # programs read one digit
_ACCIDENTALS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_CHORD_KINDS = {
    "7alt": "7#5b9",
    "m(maj7)": "mM7",
    "dim(maj7)": "dimM7",
    "+7": "7#5",
    "+maj7": "maj7#5",
    "sus": "sus4",
    "7sus": "7sus4",
    "7sus2": "7sus2",
    "maj7sus": "maj7sus4",
    "(b5)": "b5",
}
"""Kinds that programs which read ABC know under another name than the canonical one."""


def abc_tunebook(sheets: Iterable[LeadSheet], preamble: str = "") -> str:
    """Every sheet as a tune, numbered from 1, empty lines between them; `preamble` goes on top as comments."""
    head = "%abc-2.1\n" + "".join(f"% {line}\n" for line in preamble.splitlines())
    return head + "\n" + "\n".join(abc_tune(sheet, number) for number, sheet in enumerate(sheets, start=1))


def abc_tune(sheet: LeadSheet, number: int = 1) -> str:
    """The sheet as the tune `number`: every note and rest, and a chord symbol at every change."""
    chart, fifths = sheet.chart, Key.parse(sheet.key).fifths
    fields = [f"X:{number}", f"T:{_one_line(sheet.title)}"]
    if sheet.citation:
        fields.append(f"C:{_one_line(sheet.citation)}")
    fields += [f"M:{chart.beats_per_bar}/4", "L:1/8", f"Q:1/4={sheet.tempo_bpm:g}", f"K:{sheet.key}"]
    bars = [_bar(parts, index, chart, fifths) for index, parts in enumerate(written_bars(sheet.notes, chart))]
    lines = [" | ".join(bars[first : first + _BARS_PER_LINE]) for first in range(0, len(bars), _BARS_PER_LINE)]
    return "\n".join(fields) + "\n" + " |\n".join(lines) + " |]\n"


def abc_chord(chord: Chord) -> str:
    """Write the chord symbol as programs that read ABC understand it, such as `Bbmaj7`, `C9#11` or `N.C.`."""
    if chord.root is None:
        return "N.C."
    kind, tensions = chord.kind, set(chord.tensions)
    if kind.endswith("7") and "9" in tensions:
        highest = next(number for number in ("13", "11", "9") if number in tensions)
        kind = kind[:-1] + highest
        tensions -= {"9", highest}
    added = "".join(
        tension if tension[0] in "b#" else f"add{tension}" for tension in chord.tensions if tension in tensions
    )
    return chord.root + _CHORD_KINDS.get(kind, kind) + added + (f"/{chord.bass}" if chord.bass else "")


def _bar(parts: Iterable[WrittenNote], index: int, chart: Chart, fifths: int) -> str:
    """Write one bar, its beats set apart by spaces."""
    start = index * chart.ticks_per_bar
    changes = {change.tick - start: change.chord for change in chart.changes}
    accidentals = _Accidentals(fifths)
    beats: dict[int, str] = {}
    for group in _groups(parts):
        notes = [piece for part in group for piece in part.cut(changes)]
        text = ""
        for number, note in enumerate(notes):
            if note.triplet and number % _MOST_IN_TUPLET == 0:
                text += f"(3:2:{min(len(notes) - number, _MOST_IN_TUPLET)}"
            symbol = f'"{abc_chord(changes[note.start])}"' if note.start in changes else ""
            text += symbol + _note(note, chart.chord_at(start + note.start), accidentals)
        beat = group[0].start // TICKS_PER_QUARTER
        beats[beat] = beats.get(beat, "") + text
    return " ".join(beats.values())


def _groups(parts: Iterable[WrittenNote]) -> Iterator[list[WrittenNote]]:
    """The notes of each triplet together, every other note alone."""
    group: list[WrittenNote] = []
    for part in parts:
        group.append(part)
        if not part.triplet or part.edge == "stop":
            yield group
            group = []


class _Accidentals:
    """Which accidentals hold in a bar.

    Programs differ on whether one holds in its octave or in all of them, so it is left out only where both agree.
    """

    def __init__(self, fifths: int) -> None:
        self.fifths = fifths
        self._signature = key_alterations(fifths)
        self._any_octave: dict[str, int] = {}
        self._own_octave: dict[tuple[str, int], int] = {}

    def write(self, letter: str, alter: int, octave: int) -> str:
        """Give the sign that the note needs, if any, and let it hold."""
        of_key = self._signature[letter]
        in_force = {self._any_octave.get(letter, of_key), self._own_octave.get((letter, octave), of_key)}
        self._any_octave[letter] = self._own_octave[letter, octave] = alter
        return "" if in_force == {alter} else _ACCIDENTALS[alter]


def _note(note: WrittenNote, chord: Chord, accidentals: _Accidentals) -> str:
    """Write a note or rest with its length in eighths."""
    eighths = Fraction(note.duration, _UNIT_TICKS) * (Fraction(3, 2) if note.triplet else 1)
    if note.pitch is None:
        return "z" + _length(eighths)
    letter, alter, octave = spelled(note.pitch, chord, accidentals.fifths)
    name = letter.lower() + "'" * (octave - 5) if octave >= 5 else letter + "," * (4 - octave)
    return accidentals.write(letter, alter, octave) + name + _length(eighths) + ("-" if note.tied_to_next else "")


def _length(eighths: Fraction) -> str:
    """Write a length behind its note: nothing, `2`, `3/2`, `/2` ..."""
    if eighths.denominator == 1:
        return "" if eighths == 1 else str(eighths)
    return f"/{eighths.denominator}" if eighths.numerator == 1 else str(eighths)


def _one_line(text: str) -> str:
    return " ".join(text.split())
