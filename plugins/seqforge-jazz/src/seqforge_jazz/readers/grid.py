"""What readers share: raw notes and chords put on the grid of a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seqforge import DataError
from seqforge_jazz.charts import LARGEST_CHART, TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import NO_CHORD, Chord
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import Note

__all__ = ["SHORTEST_REST", "chart_of_changes", "fitting_instrument", "one_at_a_time"]

SHORTEST_REST = 3
"""In performances a shorter gap, in ticks, belongs to the note before."""

_COMMON = ("tenor-sax", "alto-sax", "trumpet", "trombone", "soprano-sax", "baritone-sax", "clarinet", "guitar", "piano")


def one_at_a_time(notes: Iterable[Note], shortest_rest: int = 1) -> tuple[Note, ...]:
    """The notes in order, cut where the next begins; of several that start together the highest stays.

    A gap below `shortest_rest` ticks is closed.
    """
    by_start: dict[int, Note] = {}
    for note in notes:
        there = by_start.get(note.start)
        if there is None or note.pitch > there.pitch:
            by_start[note.start] = note
    line = [by_start[start] for start in sorted(by_start)]
    return tuple(
        _up_to(note, line[index + 1].start, shortest_rest) if index + 1 < len(line) else note
        for index, note in enumerate(line)
    )


def _up_to(note: Note, limit: int, shortest_rest: int) -> Note:
    """The note, ending at `limit` if it would end later or just before."""
    if note.end > limit - shortest_rest:
        return Note(note.start, limit - note.start, note.pitch)
    return note


def chart_of_changes(beats_per_bar: int, bars: int, changes: Sequence[tuple[int, Chord]]) -> Chart:
    """The chart of chords at ticks, in order: N.C. before the first; a change off the beat counts from the next beat.

    Of several changes that meet on one beat, the last stays.
    """
    if bars > LARGEST_CHART:
        raise DataError(f"{bars} bars; allowed: at most {LARGEST_CHART}")
    beats: list[Chord] = [NO_CHORD] * (beats_per_bar * bars)
    for tick, chord in changes:
        beat = -(-tick // TICKS_PER_QUARTER)
        beats[beat:] = [chord] * max(len(beats) - beat, 0)
    return Chart.of_beats(beats_per_bar, beats)


def fitting_instrument(notes: Sequence[Note]) -> str:
    """The first common instrument with all the notes in its range."""
    lowest = min(note.pitch for note in notes)
    highest = max(note.pitch for note in notes)
    fitting = (name for name in _COMMON if INSTRUMENTS[name].lowest <= lowest and highest <= INSTRUMENTS[name].highest)
    return next(fitting, "piano")
