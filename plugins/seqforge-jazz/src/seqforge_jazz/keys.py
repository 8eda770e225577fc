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
_USUAL = {"G#": "Ab", "D#": "Eb", "A#": "Bb", "E#": "F", "B#": "C", "Fb": "E"}
_USUAL_MINOR = {"E#": "F", "B#": "C", "Fb": "E", "Cb": "B", "Gb": "F#", "Db": "C#"}
_MAJOR_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})
_MINOR_SCALE = frozenset({0, 2, 3, 5, 7, 8, 10, 11})


@dataclass(frozen=True)
class Key:
    """A major or minor key on `tonic`, a note name."""

    tonic: str
    is_minor: bool = False

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key that `text` names, such as `Bb`, `f#`, `Dm`, `d minor`; rare names become usual ones (G# major: Ab)."""
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


def likely_key(chart: Chart) -> Key:
    """The key that the chords of `chart` suggest: their notes, and where the chart starts and comes to rest."""
    roots = dict.fromkeys(chord.root for _, _, chord in chart.spans() if chord.root)
    keys = [Key.parse(root + mode) for root in roots for mode in ("", "m")]
    return max(keys, key=lambda key: _fit(chart, pitch_class(key.tonic), key.is_minor), default=Key("C"))


def _fit(chart: Chart, tonic: int, is_minor: bool) -> float:
    """How well the key fits: the share of the time that its scale covers, and how the chart leans on its tonic."""
    scale = _MINOR_SCALE if is_minor else _MAJOR_SCALE
    spans = chart.spans()
    inside = sum(
        (end - start) * sum((tone - tonic) % 12 in scale for tone in chord.tones) / len(chord.tones)
        for start, end, chord in spans
        if chord.tones
    )
    first, last = spans[0][2], spans[-1][2]
    arrivals = sum(
        end - start
        for (_, _, before), (start, end, chord) in pairwise(spans)
        if _is_tonic(chord, tonic, is_minor) and _leads_to(before, tonic)
    )
    leaning = 0.2 * _is_tonic(first, tonic, is_minor) + 0.3 * _is_tonic(last, tonic, is_minor)
    return (inside + 0.6 * arrivals) / chart.ticks + leaning + 0.2 * _leads_to(last, tonic)


def _is_tonic(chord: Chord, tonic: int, is_minor: bool) -> bool:
    has_minor_third = (tonic + 3) % 12 in chord.tones
    return chord.root_pitch_class == tonic and has_minor_third == is_minor


def _leads_to(chord: Chord, tonic: int) -> bool:
    return chord.root_pitch_class == (tonic + 7) % 12 and chord.family in ("dominant", "altered", "suspended")
