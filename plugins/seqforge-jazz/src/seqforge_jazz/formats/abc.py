"""Lead sheets as ABC, the notation in plain text: chord symbols in quotes, triplets, ties, one tune a sheet.

ABC 2.1, http://abcnotation.com/wiki/abc:standard:v2.1, sections 3.1 (fields), 4 (tune body) and 4.18 (chord symbols).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.formats.notation import WrittenNote, written_bars
from seqforge_jazz.formats.spelling import key_alterations, key_fifths, spelled
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["Abc", "abc_chord", "abc_tune", "abc_tunebook"]

_UNIT_TICKS = 6
_BARS_PER_LINE = 4
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


class Abc:
    """The format `abc`."""

    suffix = ".abc"

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the lead sheet as the only tune of a file."""
        path.write_text(abc_tunebook([work]), encoding="utf-8", newline="\n")


def abc_tunebook(sheets: Iterable[LeadSheet], preamble: str = "") -> str:
    """Every sheet as a tune, numbered from 1, empty lines between them; `preamble` goes on top as comments."""
    head = "%abc-2.1\n" + "".join(f"% {line}\n" for line in preamble.splitlines())
    return head + "\n" + "\n".join(abc_tune(sheet, number) for number, sheet in enumerate(sheets, start=1))


def abc_tune(sheet: LeadSheet, number: int = 1) -> str:
    """The sheet as the tune `number`: every note and rest, and a chord symbol at every change."""
    chart, fifths = sheet.chart, key_fifths(sheet.key)
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
    """One bar, beats set apart by spaces; an accidental holds until the bar's end."""
    start = index * chart.ticks_per_bar
    changes = {change.tick - start: change.chord for change in chart.changes}
    held = {(letter, octave): alter for letter, alter in key_alterations(fifths).items() for octave in range(-1, 10)}
    beats: dict[int, str] = {}
    for group in _groups(parts):
        notes = [piece for part in group for piece in part.cut(changes)]
        text = f"(3:2:{len(notes)}" if group[0].triplet else ""
        for note in notes:
            symbol = f'"{abc_chord(changes[note.start])}"' if note.start in changes else ""
            # A chord symbol stands in front of what it belongs to, and a triplet's sign in front of its first note.
            text += symbol + _note(note, chart.chord_at(start + note.start), fifths, held)
        beats[group[0].start // 12] = beats.get(group[0].start // 12, "") + text
    return " ".join(beats.values())


def _groups(parts: Iterable[WrittenNote]) -> Iterator[list[WrittenNote]]:
    """The notes of each triplet together, every other note alone."""
    group: list[WrittenNote] = []
    for part in parts:
        group.append(part)
        if not part.triplet or part.edge == "stop":
            yield group
            group = []


def _note(note: WrittenNote, chord: Chord, fifths: int, held: dict[tuple[str, int], int]) -> str:
    """A note or rest with its length in eighths; `held` is what each letter's accidental is by now."""
    ticks = note.duration * 3 // 2 if note.triplet else note.duration
    if note.pitch is None:
        return "z" + _length(ticks)
    letter, alter, octave = spelled(note.pitch, chord, fifths)
    accidental = "" if held[letter, octave] == alter else _ACCIDENTALS[alter]
    held[letter, octave] = alter
    name = letter.lower() + "'" * (octave - 5) if octave >= 5 else letter + "," * (4 - octave)
    return accidental + name + _length(ticks) + ("-" if note.tied_to_next else "")


def _length(ticks: int) -> str:
    """Written length as a multiple of an eighth: nothing, `2`, `3/2`, `/2` ..."""
    whole, rest = divmod(ticks, _UNIT_TICKS)
    if not rest:
        return "" if whole == 1 else str(whole)
    divisor = next(by for by in (2, 4, 6, 12) if ticks * by % _UNIT_TICKS == 0)
    count = ticks * divisor // _UNIT_TICKS
    return f"/{divisor}" if count == 1 else f"{count}/{divisor}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
