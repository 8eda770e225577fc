"""How notes on the grid are written: bars, beats, note values, ties, tuplets and beams.

The grid has 12 ticks a quarter. A tick is a third of a sixteenth: with the values down to a 32nd, and
triplets over a beat or over half a beat, every place on the grid can be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.leadsheet import Note

__all__ = ["WrittenNote", "written_bars"]

_BEAT = TICKS_PER_QUARTER
_HALF_BEAT = TICKS_PER_QUARTER // 2

_VALUES = {
    3: ("16th", 0),
    6: ("eighth", 0),
    9: ("eighth", 1),
    12: ("quarter", 0),
    18: ("quarter", 1),
    24: ("half", 0),
    36: ("half", 1),
    48: ("whole", 0),
}
"""Note type and dots of a length in ticks."""

_TRIPLET_VALUES = {
    1: ("32nd", 0),
    2: ("16th", 0),
    3: ("16th", 1),
    4: ("eighth", 0),
    6: ("eighth", 1),
    8: ("quarter", 0),
}
"""The same inside a group that is played in two thirds of its written time."""

_BEAM_LEVELS = {"eighth": 1, "16th": 2, "32nd": 3}


@dataclass(frozen=True, kw_only=True)
class WrittenNote:
    """A note or rest as it stands on paper; `start` counts ticks from the beginning of its bar.

    `triplet` is the note type of which three go in the time of two, empty outside of triplets; `edge` says whether
    the triplet's bracket starts or stops here. `beams` has one word a level: begin, continue, end, forward hook,
    backward hook.
    """

    start: int
    duration: int
    pitch: int | None
    tied_from_previous: bool = False
    tied_to_next: bool = False
    type: str = ""
    dots: int = 0
    triplet: str = ""
    edge: str = ""
    beams: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """The tick after the last."""
        return self.start + self.duration

    def cut(self, places: Iterable[int]) -> list[WrittenNote]:
        """The note cut at those of the places that lie inside it, the parts of a sounding note tied."""
        inner = sorted({place for place in places if self.start < place < self.end})
        if not inner:
            return [self]
        edges = [self.start, *inner, self.end]
        sounds = self.pitch is not None
        return [
            replace(
                self,
                start=start,
                duration=end - start,
                tied_from_previous=self.tied_from_previous if start == self.start else sounds,
                tied_to_next=self.tied_to_next if end == self.end else sounds,
            )
            for start, end in pairwise(edges)
        ]


def written_bars(notes: Sequence[Note], chart: Chart) -> tuple[tuple[WrittenNote, ...], ...]:
    """Every bar of the chart, exactly full; `notes` are monophonic, in order and inside the chart."""
    bar_ticks = chart.ticks_per_bar
    bars: list[list[WrittenNote]] = [[] for _ in range(chart.bars)]
    for span in _spans(notes, chart.ticks):
        for part in span.cut(range(span.start // bar_ticks * bar_ticks, span.end, bar_ticks)):
            bar = part.start // bar_ticks
            bars[bar].append(replace(part, start=part.start - bar * bar_ticks))
    return tuple(_written_bar(bar, bar_ticks) for bar in bars)


def _spans(notes: Sequence[Note], ticks: int) -> list[WrittenNote]:
    """Notes and the rests between them, without a gap."""
    spans, now = [], 0
    for note in notes:
        if note.start > now:
            spans.append(WrittenNote(start=now, duration=note.start - now, pitch=None))
        spans.append(WrittenNote(start=note.start, duration=note.duration, pitch=note.pitch))
        now = note.start + note.duration
    if now < ticks:
        spans.append(WrittenNote(start=now, duration=ticks - now, pitch=None))
    return spans


def _written_bar(spans: Sequence[WrittenNote], bar_ticks: int) -> tuple[WrittenNote, ...]:
    if len(spans) == 1 and spans[0].pitch is None:
        type_, dots = _VALUES[bar_ticks]
        return (replace(spans[0], type=type_, dots=dots),)
    parts = [part for span in spans for part in span.cut(_cuts(span, bar_ticks))]
    written: list[WrittenNote] = []
    for beat in range(0, bar_ticks, _BEAT):
        inside = [part for part in parts if beat <= part.start and part.end <= beat + _BEAT]
        crossing = [part for part in parts if beat <= part.start < beat + _BEAT < part.end]
        figure = _figure(inside) if inside else []
        written += _beamed(figure) + [_valued(part, _VALUES) for part in crossing]
    return tuple(_beamed_by_halves(written) if bar_ticks == 48 else written)


def _cuts(span: WrittenNote, bar_ticks: int) -> list[int]:
    """Where a bar's note is cut so that each part is one value or lies inside one beat."""
    cuts, now = [], span.start
    while now < span.end:
        to_next_beat = _BEAT - now % _BEAT
        clear = (ticks for ticks in (48, 36, 24, 18, 12) if _is_clear(span, now, ticks, bar_ticks))
        longest = next(clear, to_next_beat)
        now += longest
        cuts.append(now)
    return cuts


def _is_clear(span: WrittenNote, start: int, ticks: int, bar_ticks: int) -> bool:
    """Whether one value of that length, from there on, is easy to read: it shows the bar's middle unless on beats."""
    end, middle = start + ticks, 24
    if end > span.end:
        return False
    on_beats = start % _BEAT == 0 and ticks % _BEAT == 0
    if span.pitch is None:
        return on_beats and (ticks == _BEAT or (bar_ticks == 48 and ticks == middle and start % middle == 0))
    if on_beats:
        return True
    hides_middle = bar_ticks == 48 and start < middle < end
    if hides_middle or span.end % _HALF_BEAT:
        return False
    if start % _BEAT == 0:
        return end == span.end
    return start % _BEAT == _HALF_BEAT and (ticks == _BEAT or end % _BEAT == 0)


def _figure(parts: Sequence[WrittenNote]) -> list[WrittenNote]:
    """The parts of one beat, or of what a syncopation leaves of it, with their values: the version of fewest notes."""
    start, end = parts[0].start, parts[-1].end
    if all((part.start - start) % 3 == 0 and part.duration % 3 == 0 for part in parts):
        return [_valued(part, _VALUES) for part in parts]
    if end - start == _HALF_BEAT:
        return _triplet(parts, "16th")
    whole = _triplet(parts, "eighth")
    middle = start + _HALF_BEAT
    halves = [half for part in parts for half in part.cut([middle])]
    split = _figure([half for half in halves if half.start < middle]) + _figure(
        [half for half in halves if half.start >= middle]
    )
    return split if len(split) <= len(whole) else whole


def _triplet(parts: Sequence[WrittenNote], unit: str) -> list[WrittenNote]:
    pieces = [piece for part in parts for piece in part.cut(_triplet_cuts(part))]
    notes = [_valued(replace(piece, triplet=unit), _TRIPLET_VALUES) for piece in pieces]
    notes[0] = replace(notes[0], edge="start")
    notes[-1] = replace(notes[-1], edge="stop")
    return notes


def _triplet_cuts(part: WrittenNote) -> list[int]:
    if part.duration in _TRIPLET_VALUES:
        return []
    return [part.start + max(value for value in (4, 8) if value < part.duration)]


def _valued(part: WrittenNote, values: dict[int, tuple[str, int]]) -> WrittenNote:
    type_, dots = values[part.duration]
    return replace(part, type=type_, dots=dots)


def _beamed(figure: Sequence[WrittenNote]) -> list[WrittenNote]:
    """The notes of a beat with beams over every run of eighths and shorter ones that no rest breaks."""
    levels = [_BEAM_LEVELS.get(note.type, 0) if note.pitch is not None else 0 for note in figure]
    beamed = []
    for index, note in enumerate(figure):
        before = levels[index - 1] if index else 0
        after = levels[index + 1] if index + 1 < len(figure) else 0
        words = tuple(_beam_word(level, before, after) for level in range(1, levels[index] + 1))
        beamed.append(replace(note, beams=words if before or after else ()))
    return beamed


def _beamed_by_halves(bar: list[WrittenNote]) -> list[WrittenNote]:
    """A bar of four beats, with one beam over the eighths of each half that is nothing but four of them."""
    beamed = list(bar)
    for half in (0, 24):
        places = [place for place, note in enumerate(bar) if half <= note.start < half + 24]
        if [bar[place].beams for place in places] == [("begin",), ("end",)] * 2:
            beamed[places[1]] = replace(bar[places[1]], beams=("continue",))
            beamed[places[2]] = replace(bar[places[2]], beams=("continue",))
    return beamed


def _beam_word(level: int, before: int, after: int) -> str:
    if before >= level and after >= level:
        return "continue"
    if after >= level:
        return "begin"
    if before >= level:
        return "end"
    return "forward hook" if after else "backward hook"
