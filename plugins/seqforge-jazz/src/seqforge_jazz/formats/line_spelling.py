"""How a whole line is spelled: each note by its chord and key, unless its neighbours make another name easier to read.

Names stand on the line of fifths (... Bb F C G D ...). Two notes at most six fifths apart make an interval of a scale;
farther ones are augmented or diminished, the more so the farther. The line is spelled such that the sum of what
its notes and its intervals cost is smallest.
"""

from __future__ import annotations

from collections.abc import Sequence

from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.formats.spelling import SpelledPitch, is_readable, key_alterations, name_by_chord, on_letter, spelled
from seqforge_jazz.leadsheet import Note

__all__ = ["spelled_line"]

_LINE_OF_FIFTHS = "FCGDAEB"
_LETTERS = "CDEFGAB"

_OTHER_NAME = 0.6
_OTHER_NAME_OF_SCALE_NOTE = 1.0
_OTHER_NAME_OF_KEY_NOTE = 1.5
_OTHER_NAME_OF_CHORD_TONE = 3.0
_UNREADABLE = 4.0
_BEYOND_SCALE = 0.25
"""For each fifth that an interval spans beyond six: 0.25 for a chromatic semitone, 1 for a diminished third."""
_LEFT_ON_ITS_LETTER = 1.0
"""A passing note, foreign to key and scale, that moves on by a semitone: to another letter, as G# A and Ab G do."""
_RENAMED = 3.0
_SILENCE_TICKS = 24
"""A rest of that length parts the line: what follows need not fit to what was before."""

Name = tuple[str, int]


def spelled_line(notes: Sequence[Note], chart: Chart, fifths: int) -> tuple[SpelledPitch, ...]:
    """The name of every note under a key signature of so many sharps; `notes` are in order and inside the chart."""
    signature = key_alterations(fifths)
    costs: dict[Name, float] = {("C", 0): 0.0}
    before: list[dict[Name, Name]] = []
    over, previous, is_foreign = -_SILENCE_TICKS, 0, False
    for note in notes:
        is_joined = bool(before) and note.start - over < _SILENCE_TICKS
        is_repeated = is_joined and note.pitch == previous
        reached: dict[Name, float] = {}
        origins: dict[Name, Name] = {}
        chord = chart.chord_at(note.start)
        for name, cost in _names(note.pitch, chord, fifths).items():
            steps = {
                earlier: spent + (_interval_cost(earlier, name, is_repeated) if is_joined else 0.0)
                for earlier, spent in costs.items()
            }
            if is_joined and is_foreign:
                for earlier in steps:
                    steps[earlier] += _left_on_its_letter(earlier, name, signature)
            origins[name] = min(steps, key=lambda earlier: steps[earlier])
            reached[name] = steps[origins[name]] + cost
        costs, over, previous = reached, note.end, note.pitch
        is_foreign = note.pitch % 12 not in chord.scale
        before.append(origins)
    return _traced(notes, costs, before)


def _traced(
    notes: Sequence[Note], costs: dict[Name, float], before: list[dict[Name, Name]]
) -> tuple[SpelledPitch, ...]:
    """The cheapest way through the names, from its end back to its beginning."""
    name = min(costs, key=lambda last: costs[last])
    line: list[SpelledPitch] = []
    for note, origins in zip(reversed(notes), reversed(before), strict=True):
        line.append((*name, (note.pitch - name[1]) // 12 - 1))
        name = origins[name]
    return tuple(reversed(line))


def _names(pitch: int, chord: Chord, fifths: int) -> dict[Name, float]:
    """Every name of the pitch with at most one accidental, and its cost.

    Free are the name of a chord tone, and for other notes that of the key, or else what the chord suggests.
    """
    suggested = spelled(pitch, chord, fifths)[:2]
    names = [(letter, on_letter(letter, pitch)) for letter in _LETTERS if abs(on_letter(letter, pitch)) <= 1]
    if pitch % 12 in chord.all_tones:
        free, other = _of_chord(pitch, chord, fifths) or suggested, _OTHER_NAME_OF_CHORD_TONE
    else:
        signature = key_alterations(fifths)
        of_key = next((name for name in names if signature[name[0]] == name[1]), None)
        free = of_key or suggested
        of_scale = _OTHER_NAME_OF_SCALE_NOTE if pitch % 12 in chord.scale else _OTHER_NAME
        other = _OTHER_NAME_OF_KEY_NOTE if of_key else of_scale
    return {
        name: 0.0 if name == free else other + (0.0 if is_readable(name, fifths) else _UNREADABLE) for name in names
    }


def _of_chord(pitch: int, chord: Chord, fifths: int) -> Name | None:
    """The name of a chord tone where it is the root's, or where a key that is a little farther out would read it."""
    name = name_by_chord(pitch, chord)
    if name is None or abs(name[1]) > 1:
        return None
    is_root = pitch % 12 == chord.root_pitch_class
    return name if is_root or is_readable(name, fifths + (2 if fifths > 0 else -1)) else None


def _interval_cost(first: Name, second: Name, is_repeated: bool) -> float:
    if is_repeated:
        return 0.0 if first == second else _RENAMED
    return _BEYOND_SCALE * max(abs(_fifths_of(second) - _fifths_of(first)) - 6, 0)


def _left_on_its_letter(first: Name, second: Name, signature: dict[str, int]) -> float:
    is_chromatic = first[0] == second[0] and first != second
    return _LEFT_ON_ITS_LETTER if is_chromatic and signature[first[0]] != first[1] else 0.0


def _fifths_of(name: Name) -> int:
    letter, alter = name
    return _LINE_OF_FIFTHS.index(letter) + 7 * alter
