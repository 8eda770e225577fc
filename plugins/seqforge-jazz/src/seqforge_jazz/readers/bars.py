"""From the bars of a music21 part to a lead sheet: one line, repeats played out, everything on the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from music21 import bar as m21_bar
from music21 import chord as m21_chord
from music21 import expressions, harmony, spanner, stream
from music21 import note as m21_note

from seqforge import DataError
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.leadsheet import Note
from seqforge_jazz.readers.grid import chart_of_changes, one_at_a_time
from seqforge_jazz.readers.repeats import RepeatSigns, played_order

__all__ = ["line_and_chart"]

_BAR_QUARTERS = {2: 4, 3: 3, 4: 4}
"""Beats of a chart's bar for the quarters of a written one; bars of 2/4 are played as halves of 4/4."""


@dataclass
class _Bar:
    """A written bar: its length in ticks, notes as (start, end, pitch, tied from before), chords by their tick."""

    number: int
    ticks: int
    notes: list[tuple[int, int, int, bool]]
    chords: dict[int, Chord]
    signs: RepeatSigns


def line_and_chart(part: stream.Part, chords: Mapping[str, Chord]) -> tuple[tuple[Note, ...], Chart]:
    """The part's top line and its chart; `chords` gives the chord of each stand-in that is found in the part.

    Of chords at one place the first counts. A first bar that is too short is a pick-up and ends where bar 2 begins;
    other bars that are too short are filled up with rest, two that make one together are joined.
    """
    # Music21 makes no measures of an ABC tune with fewer than two plain bar lines; repeats are lost then.
    barred = part if part.hasMeasures() else part.makeMeasures()
    measures = list(barred.getElementsByClass(stream.Measure))
    beats_per_bar, bar_ticks = _meter(measures)
    endings = _endings(part, measures)
    bars = [_bar(measure, chords, endings.get(index, frozenset())) for index, measure in enumerate(measures)]
    for bar in bars:
        if bar.ticks > bar_ticks:
            quarters = bar.ticks / TICKS_PER_QUARTER
            raise DataError(f"bar {bar.number} lasts {quarters:g} quarters; allowed: {bar_ticks // TICKS_PER_QUARTER}")
    played = [bars[index] for index in played_order([bar.signs for bar in bars])]
    notes: list[Note] = []
    changes: list[tuple[int, Chord]] = []
    end = 0
    for start, bar in _placed(played, bar_ticks):
        end = -(-(start + bar.ticks) // bar_ticks) * bar_ticks
        changes += [(start + tick, chord) for tick, chord in sorted(bar.chords.items())]
        _append(notes, start, bar)
    chart_bars = -(-end // (beats_per_bar * TICKS_PER_QUARTER))
    return one_at_a_time(notes), chart_of_changes(beats_per_bar, max(chart_bars, 1), changes)


def _meter(measures: Sequence[stream.Measure]) -> tuple[int, int]:
    """Beats a bar of the chart, and ticks of a written bar; 4/4 where nothing is written."""
    written = {measure.timeSignature.ratioString for measure in measures if measure.timeSignature is not None}
    quarters = {
        measure.timeSignature.barDuration.quarterLength if measure.timeSignature.denominator in (2, 4) else -1
        for measure in measures
        if measure.timeSignature is not None
    } or {4}
    length = quarters.pop()
    if quarters or length not in _BAR_QUARTERS:
        raise DataError(f"the meter is {' and '.join(sorted(written))}; allowed: 2/2, 2/4, 3/4 or 4/4 throughout")
    return _BAR_QUARTERS[int(length)], int(length) * TICKS_PER_QUARTER


def _endings(part: stream.Part, measures: Sequence[stream.Measure]) -> dict[int, frozenset[int]]:
    """The passes of the ending that a measure belongs to, by the measure's index."""
    index_of = {id(measure): index for index, measure in enumerate(measures)}
    endings: dict[int, frozenset[int]] = {}
    for bracket in part.recurse().getElementsByClass(spanner.RepeatBracket):
        # A bracket from MusicXML holds only the first and the last of its measures.
        indices = [index_of[id(measure)] for measure in bracket.getSpannedElements() if id(measure) in index_of]
        endings |= dict.fromkeys(
            range(min(indices), max(indices) + 1) if indices else (), frozenset(bracket.numberRange)
        )
    return endings


def _bar(measure: stream.Measure, chords: Mapping[str, Chord], endings: frozenset[int]) -> _Bar:
    bar = _Bar(measure.number, _ticks(measure.highestTime), [], {}, _signs(measure, endings))
    for element in measure.recurse().getElementsByClass((harmony.Harmony, expressions.TextExpression)):
        name = element.figure if isinstance(element, harmony.Harmony) else element.content
        if name in chords:
            bar.chords.setdefault(_ticks(element.getOffsetInHierarchy(measure)), chords[name])
    voices = list(measure.voices)
    for element in (voices[0] if voices else measure).notes:
        pitched = element.notes if isinstance(element, m21_chord.Chord) else [element]
        sounding = [note for note in pitched if isinstance(note, m21_note.Note)]
        if isinstance(element, harmony.Harmony) or not sounding or element.quarterLength == 0:
            continue
        offset = element.getOffsetInHierarchy(measure)
        start, end = _ticks(offset), _ticks(offset + element.quarterLength)
        top = max(sounding, key=lambda note: note.pitch.ps)
        is_tied = top.tie is not None and top.tie.type in ("stop", "continue")
        bar.notes.append((start, max(end, start + 1), round(top.pitch.ps), is_tied))
    return bar


def _signs(measure: stream.Measure, endings: frozenset[int]) -> RepeatSigns:
    left, right = measure.leftBarline, measure.rightBarline
    return RepeatSigns(
        opens=isinstance(left, m21_bar.Repeat) and left.direction == "start",
        closes=isinstance(right, m21_bar.Repeat) and right.direction == "end",
        endings=endings,
    )


def _ticks(quarters: float | Fraction) -> int:
    """The nearest tick; music21 counts in floats and fractions."""
    return int(quarters * TICKS_PER_QUARTER + 0.5)


def _placed(bars: Sequence[_Bar], bar_ticks: int) -> Iterator[tuple[int, _Bar]]:
    """Each bar with its start tick."""
    start, filled = 0, 0
    for index, bar in enumerate(bars):
        is_pick_up = index == 0 and bar.ticks < bar_ticks
        if filled and filled + bar.ticks > bar_ticks:
            start, filled = start + bar_ticks, 0
        if is_pick_up and index + 1 < len(bars) and bars[1].ticks + bar.ticks > bar_ticks:
            filled = bar_ticks - bar.ticks
        yield start + filled, bar
        filled += bar.ticks
        if filled >= bar_ticks:
            start, filled = start + bar_ticks, 0


def _append(notes: list[Note], start: int, bar: _Bar) -> None:
    """Add the bar's notes; what is tied to the note before, and follows it at once, makes that one longer."""
    for first, last, pitch, is_tied in bar.notes:
        before = notes[-1] if notes else None
        # In ABC music21 lets an accidental end with its bar, also where the note is tied over.
        goes_on = is_tied and before is not None and before.end == start + first and abs(before.pitch - pitch) <= 1
        if goes_on and before is not None:
            notes[-1] = Note(before.start, before.duration + last - first, pitch)
        else:
            notes.append(Note(start + first, last - first, pitch))
