"""A solo as JSON for the player: what sounds when, in seconds as the MIDI file has them, and what each note is.

Notes are short lists, since there are many: [start, end, pitch, velocity, kind, name, nats, tick, is quoted], chords
[start, symbol], rests [start, end, nats], what the band plays [start, end, pitch, velocity]. docs/report.md says more.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import Shown
from seqforge_jazz.arrangement import PlayedNote, bass, comping, solo
from seqforge_jazz.charts import TICKS_PER_QUARTER
from seqforge_jazz.chords import Chord
from seqforge_jazz.drums import drums
from seqforge_jazz.formats.spelling import spelled
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.page.events import Event, Events
from seqforge_jazz.page.score import engraved
from seqforge_jazz.swing import heard_seconds

__all__ = ["entry", "note_kind"]

_VOICES = (
    (range(8), "piano"),
    (range(8, 16), "bell"),
    (range(24, 40), "string"),
    (range(40, 48), "bowed"),
    (range(56, 64), "brass"),
    (range(64, 72), "reed"),
    (range(72, 80), "flute"),
)
"""How an instrument sounds, by the range of its General MIDI program."""

_SIGNS = {-2: "𝄫", -1: "♭", 0: "", 1: "♯", 2: "𝄪"}

_ROUNDED = 1e-4
"""Seconds by which times that have been rounded may differ."""

Values = dict[str, Any]


def entry(shown: Shown, events_of: Events) -> Values:
    """The entry of a take, or of the bars of a passage with the note before it."""
    sheet: LeadSheet = shown.work
    events = events_of(shown.piece.tokens.tolist(), sheet.chart)
    nats = None if shown.nats is None else _sums(shown.nats, events)
    is_whole = shown.tokens == (0, len(shown.piece.tokens))
    first, last = _bars(sheet, events, shown.tokens, is_whole=is_whole)
    seconds_a_bar = sheet.chart.beats_per_bar * 60 / sheet.tempo_bpm
    whole = {
        **_line(sheet, events, nats, () if is_whole else shown.tokens),
        "chords": [_timed(sheet, change.tick, change.chord.symbol) for change in sheet.chart.changes],
        "bass": _played(sheet, bass(sheet)),
        "comping": _played(sheet, comping(sheet)),
        "drums": _played(sheet, drums(sheet)),
    }
    start, end = first * seconds_a_bar, last * seconds_a_bar
    values = whole if is_whole else {name: _cut(name, rows, start, end) for name, rows in whole.items()}
    return {
        "title": shown.title,
        "caption": f"{sheet.title} · {INSTRUMENTS[sheet.instrument].title} · {sheet.tempo_bpm:g} bpm",
        "voice": _voice(sheet),
        "tempo": sheet.tempo_bpm,
        "beats": sheet.chart.beats_per_bar,
        "firstBar": first + 1,
        "bars": last - first,
        "seconds": round((last - first) * seconds_a_bar, 4),
        **values,
        "score": engraved(sheet) if is_whole else [],
    }


def note_kind(pitch: int, chord: Chord) -> str:
    """`chord` for a tone of the chord, `scale` for another of its usual scale, else `other`."""
    if pitch % 12 in chord.tones:
        return "chord"
    return "scale" if pitch % 12 in chord.scale else "other"


def _voice(sheet: LeadSheet) -> str:
    program = INSTRUMENTS[sheet.instrument].program
    return next((name for programs, name in _VOICES if program in programs), "reed")


def _sums(nats: NDArray[np.float64], events: Sequence[Event]) -> list[float]:
    """The nats of each event; tokens after the last one count with it."""
    bounds = [event.tokens[0] for event in events] + [len(nats)]
    return [float(nats[start:end].sum()) for start, end in itertools.pairwise(bounds)]


def _bars(sheet: LeadSheet, events: Sequence[Event], tokens: tuple[int, int], *, is_whole: bool) -> tuple[int, int]:
    """The bars to show: the first, from 0 on, and the one after the last."""
    if is_whole:
        return 0, sheet.chart.bars
    inside = [event for event in events if event.tokens[0] < tokens[1] and event.tokens[1] > tokens[0]]
    before = [event for event in events if event.is_note and event.tokens[1] <= tokens[0]]
    chosen = [*before[-1:], *inside]
    size = sheet.chart.ticks_per_bar
    last = max(event.end for event in chosen)
    return min(event.start for event in chosen) // size, min(-(-last // size), sheet.chart.bars)


def _line(
    sheet: LeadSheet, events: Sequence[Event], nats: Sequence[float] | None, quoted: tuple[int, int] | tuple[()]
) -> Values:
    played = solo(sheet)
    fifths = Key.parse(sheet.key).fifths
    places = [place for place, event in enumerate(events) if event.is_note]
    in_quotation = [bool(quoted) and _is_quoted(events, place, quoted) for place in places]
    notes = []
    for note, (start, end), place, is_quoted in zip(
        played, heard_seconds(sheet, played), places, in_quotation, strict=True
    ):
        chord = sheet.chart.chord_at(note.start)
        letter, alteration, octave = spelled(note.pitch, chord, fifths)
        name = f"{letter}{_SIGNS.get(alteration, '')}{octave}"
        surprise = None if nats is None else round(nats[place], 3)
        kind = note_kind(note.pitch, chord)
        notes.append(
            [round(start, 4), round(end, 4), note.pitch, note.velocity, kind, name, surprise, note.start, is_quoted]
        )
    rests = [
        [*_timed(sheet, event.start, *_timed(sheet, event.end)), round(nats[place], 3)]
        for place, event in enumerate(events)
        if nats is not None and not event.is_note
    ]
    return {"notes": notes, "rests": rests}


def _is_quoted(events: Sequence[Event], place: int, tokens: tuple[int, ...]) -> bool:
    """Whether the note has a token of the quotation, or is the one from which its first interval is counted."""
    first, end = tokens
    if events[place].tokens[0] < end and events[place].tokens[1] > first:
        return True
    return place == max((p for p, event in enumerate(events) if event.is_note and event.tokens[1] <= first), default=-1)


def _played(sheet: LeadSheet, notes: Sequence[PlayedNote]) -> list[list[float]]:
    times = heard_seconds(sheet, notes)
    return [
        [round(start, 4), round(end, 4), note.pitch, note.velocity]
        for note, (start, end) in zip(notes, times, strict=True)
    ]


def _timed(sheet: LeadSheet, tick: int, *values: Any) -> list[Any]:
    """Seconds of a tick that lies on a beat, and what is said of it."""
    return [round(tick / TICKS_PER_QUARTER * 60 / sheet.tempo_bpm, 4), *values]


def _cut(name: str, rows: list[list[Any]], start: float, end: float) -> list[list[Any]]:
    """What begins between two times, counted from the first; the chord that sounds at the first one goes on."""
    if name == "chords":
        sounding = [row for row in rows if row[0] <= start][-1:]
        rows = [[start, *row[1:]] for row in sounding] + [row for row in rows if row[0] > start]
        return [[round(row[0] - start, 4), *row[1:]] for row in rows if row[0] < end - _ROUNDED]
    return [
        [round(row[0] - start, 4), round(row[1] - start, 4), *row[2:]]
        for row in rows
        if start - _ROUNDED <= row[0] < end - _ROUNDED
    ]
