"""One etude: a form in a key, choruses of phrases over it."""

from __future__ import annotations

import numpy as np

from seqforge_jazz.chords import pitch_class
from seqforge_jazz.composer.choice import pick
from seqforge_jazz.composer.line import Line
from seqforge_jazz.composer.phrases import plan_phrases
from seqforge_jazz.composer.rhythm import rhythm_of
from seqforge_jazz.composer.style import STYLES
from seqforge_jazz.forms import FORMS, chart_from
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["AUTHOR", "compose"]

AUTHOR = "composed by rules for seqforge"
_FEWEST_BARS = 31


def compose(form_name: str, key: str, number: int, generator: np.random.Generator) -> LeadSheet:
    """Compose an etude over the form in `key`, in choruses of together about 32 bars or more."""
    form = FORMS[form_name]
    chorus, key, title = chart_from(form_name, key)
    chart = chorus.repeated(-(-_FEWEST_BARS // chorus.bars))
    style = STYLES[form.style] if chart.beats_per_bar == 4 else STYLES[form.style].in_three()
    tempo_bpm = pick(generator, [(tempo, 1.0) for tempo in style.tempos_bpm])
    line = Line(generator, style, chart, pitch_class(Key.parse(key).tonic))
    notes: list[Note] = []
    phrases = plan_phrases(generator, style, chart.ticks, chart.ticks_per_bar)
    for phrase in phrases:
        slots = rhythm_of(generator, style, phrase, chart.beats_per_bar)
        notes.extend(line.phrase(slots, is_last=phrase is phrases[-1]))
    return LeadSheet(
        title=f"{title}, etude {number}",
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
