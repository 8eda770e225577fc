"""One etude: a form in a key, choruses of phrases over it."""

from __future__ import annotations

import numpy as np

from seqforge_jazz.chords import pitch_class
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.line import Line
from seqforge_jazz.composer.phrases import plan_phrases
from seqforge_jazz.composer.rhythm import rhythm_of
from seqforge_jazz.composer.style import STYLES
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["AUTHOR", "KEY_NAMES", "compose"]

AUTHOR = "seqforge rule composer"

KEY_NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"),
    "minor": ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"),
}
"""Names of the keys from C upwards, as few accidentals in the signature as can be."""

_FEWEST_BARS = 31


def compose(form_name: str, semitones: int, number: int, generator: np.random.Generator) -> LeadSheet:
    """An etude over the form, `semitones` above the key it is written in, in as many choruses as make 32 bars."""
    form = FORMS[form_name]
    minor = form.key.endswith("m")
    tonic = (pitch_class(form.key.removesuffix("m")) + semitones) % 12
    key = KEY_NAMES["minor" if minor else "major"][tonic]
    chart = form.chart.transposed(semitones).repeated(-(-_FEWEST_BARS // form.chart.bars))
    style = STYLES[form.style] if chart.beats_per_bar == 4 else STYLES[form.style].in_three()
    tempo_bpm = pick(generator, [(tempo, 1.0) for tempo in style.tempos_bpm])
    line = Line(generator, style, chart, tonic)
    notes: list[Note] = []
    for phrase in plan_phrases(generator, style, chart.ticks, chart.ticks_per_bar):
        notes.extend(line.phrase(rhythm_of(generator, style, phrase, chart.beats_per_bar)))
    return LeadSheet(
        title=f"{form.title} in {key}, etude {number}",
        chart=chart,
        notes=tuple(notes),
        key=key,
        tempo_bpm=tempo_bpm,
        swing=style.swing,
        style=form.style,
        instrument="tenor-sax",
        group=form.name,
        citation=AUTHOR,
    )
