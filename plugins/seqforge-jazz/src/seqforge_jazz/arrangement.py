"""A lead sheet as a trio plays it: the solo, comping and a bass line, by rules and without chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["PlayedNote", "bass", "comping", "groove", "solo", "solo_line"]

_BEAT = TICKS_PER_QUARTER
_OFF_BEAT = TICKS_PER_QUARTER // 2

_COMPING_RHYTHMS: dict[str, tuple[tuple[tuple[int, int], ...], ...]] = {
    "swing": (
        ((0, 9), (18, 6)),
        ((18, 6), (42, 6)),
        ((0, 9), (18, 6)),
        ((12, 6), (30, 12)),
        ((6, 6), (24, 9)),
        ((0, 15), (42, 6)),
        ((18, 12), (36, 6)),
        ((6, 6), (30, 6)),
    ),
    "bossa": (((0, 9), (18, 9), (36, 9)), ((12, 9), (30, 12))),
    "waltz": (((12, 6), (24, 6)), ((0, 15), (18, 12)), ((12, 12),), ((6, 6), (18, 12))),
}
"""Start and duration in ticks of the hits in a bar; a groove's bars take turns."""

_LOWEST_BASS, _HIGHEST_BASS = 28, 50
_LOWEST_VOICING, _HIGHEST_VOICING = 51, 76


@dataclass(frozen=True)
class PlayedNote:
    """A note of the trio: start and duration in ticks of the straight grid, MIDI pitch and velocity."""

    start: int
    duration: int
    pitch: int
    velocity: int


def groove(sheet: LeadSheet) -> str:
    """`waltz`, `bossa` or `swing`."""
    if sheet.chart.beats_per_bar == 3:
        return "waltz"
    return "bossa" if "bossa" in sheet.style else "swing"


def solo_line(sheet: LeadSheet) -> tuple[Note, ...]:
    """The solo where its instrument can play it: a note out of range moves by octaves into it.

    A range that was asked for counts more than the instrument's.
    """
    instrument = INSTRUMENTS[sheet.instrument]
    lowest, highest = sheet.pitch_range or (instrument.lowest, instrument.highest)
    line = []
    for note in sheet.notes:
        pitch = note.pitch
        while pitch < lowest:
            pitch += 12
        while pitch > highest:
            pitch -= 12
        line.append(note if pitch == note.pitch else Note(note.start, note.duration, pitch))
    return tuple(line)


def solo(sheet: LeadSheet) -> tuple[PlayedNote, ...]:
    """The solo with accents: peaks of the line are loud, notes on the beat softer than those off it."""
    line = solo_line(sheet)
    pitches = [0, *(note.pitch for note in line), 0]
    played = []
    for note, previous, following in zip(line, pitches[:-2], pitches[2:], strict=True):
        accent = 10 if previous < note.pitch > following else 0
        on_beat = 5 if note.start % _BEAT == 0 else 0
        played.append(PlayedNote(note.start, note.duration, note.pitch, 92 + accent - on_beat))
    return tuple(played)


def comping(sheet: LeadSheet) -> tuple[PlayedNote, ...]:
    """Rootless voicings that move little from chord to chord; a hit off the beat takes the chord it leads to."""
    played: list[PlayedNote] = []
    voicing: tuple[int, ...] = ()
    hits = _hits(sheet)
    following = [*(start for start, _ in hits), sheet.chart.ticks][1:]
    for (start, duration), limit in zip(hits, following, strict=True):
        off_beat = start % _BEAT != 0
        ahead = start + _OFF_BEAT if off_beat else start
        chord = sheet.chart.chord_at(ahead if ahead < sheet.chart.ticks else start)
        if chord.root is None:
            continue
        voicing = _voicing(chord, voicing)
        length = min(duration, limit - start)
        played += [PlayedNote(start, length, pitch, 62 if off_beat else 56) for pitch in voicing]
    return tuple(played)


def _hits(sheet: LeadSheet) -> list[tuple[int, int]]:
    """Start and duration of every chord that is struck."""
    chart, rhythms = sheet.chart, _COMPING_RHYTHMS[groove(sheet)]
    hits: list[tuple[int, int]] = []
    for bar in range(chart.bars):
        start, end = bar * chart.ticks_per_bar, (bar + 1) * chart.ticks_per_bar
        changes = [change.tick for change in chart.changes if start <= change.tick < end]
        if bar == chart.bars - 1 and len(changes) <= 1:
            hits.append((start, chart.ticks_per_bar))
        elif len(changes) > 1:
            hits += [(tick, _BEAT - 3) for tick in changes]
        else:
            hits += [(start + tick, duration) for tick, duration in rhythms[bar % len(rhythms)]]
    return hits


def _voicing(chord: Chord, previous: tuple[int, ...]) -> tuple[int, ...]:
    """Third, seventh and colours in close position, as near as possible to the previous voicing."""
    root, *others = chord.all_tones
    third_and_seventh = [tone for tone in others if tone in chord.tones and (tone - root) % 12 not in (6, 7, 8)]
    colours = [tone for tone in others if tone not in chord.tones]
    fifths = [tone for tone in others if tone not in third_and_seventh and tone not in colours]
    wanted = [*third_and_seventh, *colours, *fifths][:4]
    if len(wanted) < 3:
        wanted.append(root)
    centre = sum(previous) / len(previous) if previous else 62.0
    candidates = [
        stack
        for lowest in range(_LOWEST_VOICING, _LOWEST_VOICING + 12)
        if lowest % 12 in wanted and (stack := _stack(lowest, wanted))[-1] <= _HIGHEST_VOICING
    ]
    return min(candidates, key=lambda stack: (abs(sum(stack) / len(stack) - centre), stack))


def _stack(lowest: int, tones: Sequence[int]) -> tuple[int, ...]:
    """The pitch classes in close position from `lowest` upwards."""
    return tuple(sorted(lowest + (tone - lowest) % 12 for tone in set(tones)))


def bass(sheet: LeadSheet) -> tuple[PlayedNote, ...]:
    """A walking line; roots and fifths in a bossa; in a waltz every other bar rests on its first note."""
    if groove(sheet) == "bossa":
        return _bossa_bass(sheet.chart)
    line = _walk(sheet.chart)
    kept = [(tick, pitch) for tick, pitch in line if not _is_held(tick, sheet)]
    ends = [*(tick for tick, _ in kept), sheet.chart.ticks][1:]
    spans = zip(kept, ends, strict=True)
    quiet = [start for start, _, chord in sheet.chart.spans() if chord.root is None]
    return tuple(
        PlayedNote(tick, min([end, *(start for start in quiet if tick < start)]) - tick, pitch, 84)
        for (tick, pitch), end in spans
    )


def _is_held(tick: int, sheet: LeadSheet) -> bool:
    """Whether the note before goes on sounding: in the last bar, and on beat 2 of every other bar of a waltz."""
    chart = sheet.chart
    bar, place = divmod(tick, chart.ticks_per_bar)
    if place == 0 or any(change.tick == tick for change in chart.changes):
        return False
    last_bar = bar == chart.bars - 1
    return last_bar or (groove(sheet) == "waltz" and bar % 2 == 0 and place == _BEAT)


def _walk(chart: Chart) -> list[tuple[int, int]]:
    """Tick and pitch of one note a beat: roots where the chord changes, approached by a semitone."""
    line: list[tuple[int, int]] = []
    pitch, upwards = 36, True
    for tick in range(0, chart.ticks, _BEAT):
        chord = chart.chord_at(tick)
        if chord.root is None:
            continue
        target = _anchor(chart, tick)
        coming = _anchor(chart, tick + _BEAT) if tick + _BEAT < chart.ticks else None
        if target is not None:
            pitch = _nearest(target, pitch)
        elif coming is not None:
            pitch = _approach(_nearest(coming, pitch), pitch)
        else:
            upwards = pitch < 34 or (upwards and pitch < 45)
            pitch = _chord_step(chord, pitch, upwards)
        line.append((tick, pitch))
    return line


def _anchor(chart: Chart, tick: int) -> int | None:
    """The pitch class that the beat must have: the bass of a new chord, or root and fifth by turns from bar to bar."""
    chord = chart.chord_at(tick)
    if chord.root is None:
        return None
    is_new = tick == 0 or chart.chord_at(tick - _BEAT) != chord
    if is_new:
        return chord.bass_pitch_class
    bar, place = divmod(tick, chart.ticks_per_bar)
    if place:
        return None
    return chord.root_pitch_class if bar % 2 == 0 else _fifth(chord)


def _fifth(chord: Chord) -> int:
    root = chord.tones[0]
    return next((tone for tone in chord.tones if (tone - root) % 12 in (6, 7, 8)), root)


def _nearest(pitch_class: int, pitch: int) -> int:
    """The pitch of that class in the bass's register that is nearest to `pitch`; the lower of two."""
    choices = range(_LOWEST_BASS + (pitch_class - _LOWEST_BASS) % 12, _HIGHEST_BASS + 1, 12)
    return min(choices, key=lambda choice: (abs(choice - pitch), choice))


def _approach(target: int, pitch: int) -> int:
    """A semitone below or above the target, on the side where the line comes from, if that is no repetition."""
    below, above = target - 1, target + 1
    sides = (below, above) if pitch < target else (above, below)
    inside = [side for side in sides if _LOWEST_BASS <= side <= _HIGHEST_BASS]
    return next((side for side in inside if side != pitch), inside[0])


def _chord_step(chord: Chord, pitch: int, upwards: bool) -> int:
    """The next chord tone in that direction, or in the other one where the register ends before it."""
    forwards = 1 if upwards else -1
    steps = [direction * distance for direction in (forwards, -forwards) for distance in range(1, 13)]
    register = range(_LOWEST_BASS, _HIGHEST_BASS + 1)
    return next(pitch + step for step in steps if pitch + step in register and (pitch + step) % 12 in chord.tones)


def _bossa_bass(chart: Chart) -> tuple[PlayedNote, ...]:
    """Root, fifth and back: a dotted quarter and an eighth each half bar; the eighth leads to the next chord."""
    hits: list[tuple[int, int]] = []
    pitch = 36
    for half in range(0, chart.ticks, 2 * _BEAT):
        chord = chart.chord_at(half)
        first_half = half % chart.ticks_per_bar == 0
        is_new = half == 0 or chart.chord_at(half - 1) != chord
        for tick, is_root in ((half, first_half or is_new), (half + 18, not first_half)):
            ahead = chart.chord_at(half + 2 * _BEAT) if tick != half and half + 2 * _BEAT < chart.ticks else chord
            heard = ahead if is_root else chord
            if heard.root is None or chart.chord_at(tick).root is None:
                continue
            wanted = heard.bass_pitch_class if is_root else _fifth(heard)
            pitch = _nearest(wanted if wanted is not None else heard.tones[0], pitch)
            hits.append((tick, pitch))
    ends = [*(tick for tick, _ in hits), chart.ticks][1:]
    return tuple(
        PlayedNote(tick, min(end - tick, 18), pitch, 82) for (tick, pitch), end in zip(hits, ends, strict=True)
    )
