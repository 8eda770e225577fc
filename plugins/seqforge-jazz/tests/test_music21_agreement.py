"""Types of tones and names of intervals are tables of our own; music21 says the same."""

import random

from music21 import chord, interval, pitch, scale

from seqforge_jazz.directed_intervals import interval_name, semitones_of, staff_step
from seqforge_jazz.tone_types import tones_of_pitches

NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")


def in_words(midi: int) -> pitch.Pitch:
    return pitch.Pitch(f"{NAMES[midi % 12]}{midi // 12 - 1}")


def test_types_are_those_of_music21() -> None:
    chooser = random.Random(7)
    chords = [tuple(chooser.sample(range(40, 80), chooser.randint(1, 8))) for _ in range(60)]
    chords += [(53, 57, 60), (52, 55, 60), (43, 53, 59, 64), (58, 62, 65, 69), (60, 61, 64, 67)]
    for struck in chords:
        theirs = chord.Chord([in_words(midi) for midi in struck])
        kind = scale.MajorScale() if theirs.quality == "major" else scale.DorianScale()
        names = {one.name for one in kind.derive(theirs).getPitches()}
        tones = tones_of_pitches(struck)
        for midi in range(60, 72):
            by_name = "C" if NAMES[midi % 12] in theirs.pitchNames else "S" if NAMES[midi % 12] in names else ""
            near = any((midi - one) % 12 in (1, 11) for one in struck)
            assert tones.type_of(midi) == (by_name or ("A" if near else "X")), (struck, midi)


def test_interval_names_are_those_of_music21() -> None:
    chooser = random.Random(7)
    for _ in range(150):
        before = chooser.randint(21, 108)
        after = min(max(before + chooser.randint(-26, 26), 21), 108)
        step = interval.Interval(in_words(before), in_words(after))
        steps, semitones = staff_step(after) - staff_step(before), after - before
        upper = interval_name(steps + 2, semitones + 3)
        lower = interval_name(steps - 2, semitones - 3)
        assert upper == interval.add([step, "m3"]).directedName
        assert lower == interval.subtract([step, "m3"]).directedName
        assert (semitones_of(upper), semitones_of(lower)) == (semitones + 3, semitones - 3)
