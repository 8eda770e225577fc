"""Keys: `C`, `Bb`, `F#m`; which signature they have, and which key a chart is probably in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from seqforge import RequestError
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord, pitch_class

_KEY = re.compile(r"([A-Ga-g])\s?([b#♭♯]?)\s?(maj|major|m|min|minor|-|)", re.IGNORECASE)
_LINE_OF_FIFTHS = "FCGDAEB"
_LETTERS = "CDEFGAB"
_USUAL = {"G#": "Ab", "D#": "Eb", "A#": "Bb", "E#": "F", "B#": "C", "Fb": "E"}
_USUAL_MINOR = {"E#": "F", "B#": "C", "Fb": "E", "Cb": "B", "Gb": "F#", "Db": "C#"}
_MAJOR_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})
_MINOR_SCALE = frozenset({0, 2, 3, 5, 7, 8, 10})
_DOMINANTS = ("dominant", "altered", "suspended")


@dataclass(frozen=True)
class Key:
    """A major or minor key on `tonic`, a note name."""

    tonic: str
    is_minor: bool = False

    @classmethod
    def parse(cls, text: str) -> Key:
        """Return the key that `text` names: `Bb`, `f#`, `Dm`, `d minor`; rare ones become usual (G# major: Ab)."""
        match = _KEY.fullmatch(text.strip())
        if match is None:
            raise RequestError(f"key '{text:.40}' is not understood; allowed: a note with m for minor; write Bb or F#m")
        tonic = match[1].upper() + match[2].replace("♭", "b").replace("♯", "#")
        is_minor = match[3] != "M" and match[3].lower() in ("m", "min", "minor", "-")
        return cls((_USUAL_MINOR if is_minor else _USUAL).get(tonic, tonic), is_minor)

    def __str__(self) -> str:
        return self.tonic + ("m" if self.is_minor else "")

    @property
    def fifths(self) -> int:
        """Sharps of the key signature, negative for flats: -7 to 7."""
        sharps = 7 * (self.tonic.count("#") - self.tonic.count("b"))
        return _LINE_OF_FIFTHS.index(self.tonic[0]) - 1 + sharps - (3 if self.is_minor else 0)

    def transposed(self, semitones: int) -> Key:
        """The key `semitones` higher, by the interval that players name (2: a major second); up to six flats or sharps.

        Where that interval leads beyond, the key is the one that sounds the same: F# major, 2 higher, is Ab major.
        """
        if semitones % 12 == 0:
            return self
        fifths = self.fifths + (7 * semitones + 5) % 12 - 5
        fifths -= 12 if fifths > 6 else -12 if fifths < -6 else 0
        place = fifths + (4 if self.is_minor else 1)
        accidentals = place // 7
        return Key(_LINE_OF_FIFTHS[place % 7] + "#" * accidentals + "b" * -accidentals, self.is_minor)

    def letters_to(self, other: Key) -> int:
        """Steps of the staff, 0 to 6, up to the tonic of the other key."""
        return (_LETTERS.index(other.tonic[0]) - _LETTERS.index(self.tonic[0])) % 7


def likely_key(chart: Chart) -> Key:
    """Return the key that the chords of `chart` suggest: their notes, and where the chart starts and comes to rest."""
    roots = dict.fromkeys(chord.root for _, _, chord in chart.spans() if chord.root)
    keys = [Key.parse(root + mode) for root in roots for mode in ("", "m")]
    return max(keys, key=lambda key: _fit(chart, key), default=Key("C"))


def _fit(chart: Chart, key: Key) -> float:
    """How well the key fits: the time that its scale covers, cadences into its tonic, and where the chart ends."""
    tonic = pitch_class(key.tonic)
    scale = _MINOR_SCALE if key.is_minor else _MAJOR_SCALE
    spans = chart.spans()
    covered = sum(
        (end - start) * sum((tone - tonic) % 12 in scale for tone in chord.tones) / len(chord.tones)
        for start, end, chord in spans
        if chord.tones
    )
    arrivals = sum(
        (end - start) * _rests_on(chord, key)
        for (_, _, before), (start, end, chord) in pairwise(spans)
        if _leads_to(before, tonic)
    )
    first, last = spans[0][2], spans[-1][2]
    ends = 0.2 * _rests_on(first, key) + 0.3 * _rests_on(last, key) + 0.15 * _leads_to(last, tonic)
    return (covered + 0.8 * arrivals) / chart.ticks + ends


def _rests_on(chord: Chord, key: Key) -> float:
    """1 for the key's tonic chord, 0.7 if it is a seventh chord that could lead on, as in a blues, else 0."""
    tonic = pitch_class(key.tonic)
    has_minor_third = (tonic + 3) % 12 in chord.tones
    if chord.root_pitch_class != tonic or has_minor_third != key.is_minor:
        return 0.0
    return 0.7 if chord.family in _DOMINANTS else 1.0


def _leads_to(chord: Chord, tonic: int) -> bool:
    return chord.root_pitch_class == (tonic + 7) % 12 and chord.family in _DOMINANTS
