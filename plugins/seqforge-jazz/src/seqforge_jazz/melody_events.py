"""The notes and rests that tokens of the `melody` codec say, each with the tokens that say it."""

from __future__ import annotations

from collections.abc import Sequence

from seqforge_jazz.charts import Chart
from seqforge_jazz.melody_vocabulary import DURATIONS, PITCHES, REST, TIE
from seqforge_jazz.page.events import Event

__all__ = ["melody_events"]


def melody_events(tokens: Sequence[int], chart: Chart) -> list[Event]:
    """The events over a chart; a tie goes on with the note before it, what is beyond is a rest."""
    events: list[Event] = []
    tick, pitch, first = 0, REST, 0
    for index, token in enumerate(tokens):
        if token not in DURATIONS:
            pitch = token
            continue
        end = min(tick + token - DURATIONS.start + 1, chart.ticks)
        own = (first, index + 1)
        if pitch == TIE and end > tick and events and events[-1].is_note:
            events[-1] = Event(events[-1].start, end, True, (events[-1].tokens[0], index + 1))
        else:
            events.append(Event(tick, end, pitch in PITCHES and end > tick, own))
        tick, pitch, first = end, REST, index + 1
    return events
