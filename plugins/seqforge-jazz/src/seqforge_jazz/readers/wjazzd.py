"""Reader of the Weimar Jazz Database: SQLite files in the layout of the published `wjazzd.db`, version 2."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from seqforge import DataError, RequestError, Source
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import Chord, ChordError
from seqforge_jazz.keys import likely_key
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.grid import SHORTEST_REST, chart_of_changes, fitting_instrument, one_at_a_time

__all__ = ["WeimarReader"]

_CITATION = "Weimar Jazz Database, Jazzomat Research Project, Open Database License 1.0"
_SOLOS = """
SELECT solo_info.melid AS number, performer, COALESCE(composition_info.title, solo_info.title, '') AS title, titleaddon,
  solopart, instrument, avgtempo AS tempo_bpm, rhythmfeel AS feel, key, signature
FROM solo_info LEFT JOIN composition_info ON composition_info.compid = solo_info.compid ORDER BY solo_info.melid
"""
_NOTES = """
SELECT bar, beat, tatum, division, duration, beatdur, pitch, period FROM melody WHERE melid = ? ORDER BY onset, eventid
"""
_CHORDS = "SELECT bar, beat, chord FROM beats WHERE melid = ? AND COALESCE(chord, '') <> '' ORDER BY bar, beat"

_INSTRUMENTS = {
    "as": "alto-sax",
    "bcl": "bass-clarinet",
    "bs": "baritone-sax",
    "cl": "clarinet",
    "cor": "cornet",
    "g": "guitar",
    "p": "piano",
    "ss": "soprano-sax",
    "tb": "trombone",
    "tp": "trumpet",
    "ts": "tenor-sax",
    "ts-c": "tenor-sax",
    "vib": "vibraphone",
}
_KEY = re.compile(r"([A-G][b#]?)(?:-(\w+))?")
_MINOR = ("min", "dor", "aeol", "phry")
_STRAIGHT_FEELS = ("LATIN", "FUNK", "EVEN", "ROCK")


class _PlayedNote(NamedTuple):
    """A row of the table `melody`."""

    bar: int
    beat: int
    tatum: int
    division: int
    seconds: float
    beat_seconds: float
    pitch: float
    period: int

    @property
    def is_usable(self) -> bool:
        """Whether nothing is missing, and beat, tatum and division count from 1."""
        return None not in self and min(self.beat, self.tatum, self.division) >= 1 and self.beat_seconds > 0

    def placed(self, first_bar: int, beats_per_bar: int) -> Note:
        """The note on the grid: its start from bar, beat and tatum, its length in terms of the local beat."""
        beats = (self.bar - first_bar) * beats_per_bar + self.beat - 1
        place = round((self.tatum - 1) * TICKS_PER_QUARTER / self.division)
        length = round(self.seconds / self.beat_seconds * TICKS_PER_QUARTER)
        return Note(beats * TICKS_PER_QUARTER + place, max(length, 1), round(self.pitch))


class WeimarReader:
    """Gives a `LeadSheet` for every solo; a `Source` with the reason stands in for one that can't be used.

    Starts come from bar, beat, tatum and division, never from seconds. Lengths are seconds over the local length of
    a beat; a gap below 3 ticks belongs to the note before. The chart starts with bar 1, or with the bar of the first
    note where that is a pick-up, under N.C. until the first chord; it ends with the bar of the last note. All solos
    over one composition share a group.
    """

    def read(self, path: Path) -> Iterator[LeadSheet | Source]:
        """The solos in the order of the database; `DataError` if the file has not the layout."""
        try:
            # Read-only, so that a wrong path is never made into an empty database.
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
                database.row_factory = sqlite3.Row
                solos = database.execute(_SOLOS).fetchall()
                if not solos:
                    raise DataError(f"{path.name}: no solos in the table solo_info")
                titles = _titles(solos)
                for solo, title in zip(solos, titles, strict=True):
                    yield _work_or_reason(database, solo, title)
        except sqlite3.Error as error:
            raise DataError(f"{path.name}: not a Weimar Jazz Database, version 2 ({error})") from None


def _titles(solos: list[sqlite3.Row]) -> list[str]:
    """A title for each solo, no two alike."""
    titles: list[str] = []
    for solo in solos:
        additions = "".join(f" ({addition})" for addition in (solo["titleaddon"], solo["solopart"]) if addition)
        title = f"{solo['performer'] or 'unknown'}: {solo['title']}{additions}"
        titles.append(f"{title}, solo {solo['number']}" if title in titles else title)
    return titles


def _work_or_reason(database: sqlite3.Connection, solo: sqlite3.Row, title: str) -> LeadSheet | Source:
    try:
        return _lead_sheet(database, solo, title)
    except RequestError as error:
        return Source(title, 0, str(error))


def _lead_sheet(database: sqlite3.Connection, solo: sqlite3.Row, title: str) -> LeadSheet:
    number = solo["number"]
    played = [_PlayedNote(*row) for row in database.execute(_NOTES, (number,))]
    beats_per_bar = _beats_per_bar(solo["signature"], {note.period for note in played})
    if not all(note.is_usable for note in played):
        raise DataError("a note's bar, beat, tatum, division, duration, beatdur or pitch is missing or impossible")
    first_bar = min(1, *(note.bar for note in played))
    notes = one_at_a_time((note.placed(first_bar, beats_per_bar) for note in played), SHORTEST_REST)
    chords = database.execute(_CHORDS, (number,)).fetchall()
    chart = _chart(beats_per_bar, first_bar, notes[-1].end, chords)
    latin = (solo["feel"] or "").upper().startswith("LATIN")
    return LeadSheet(
        title=title,
        chart=chart,
        notes=notes,
        key=_key(solo["key"]) or str(likely_key(chart)),
        tempo_bpm=solo["tempo_bpm"] or 60 / played[0].beat_seconds,
        swing=0.5 if (solo["feel"] or "").upper().startswith(_STRAIGHT_FEELS) else 0.62,
        style="bossa" if latin else "",
        instrument=_INSTRUMENTS.get(solo["instrument"] or "", "") or fitting_instrument(notes),
        group=solo["title"].casefold(),
        citation=_CITATION,
    )


def _beats_per_bar(signature: str | None, periods: set[int]) -> int:
    if not periods:
        raise DataError("no notes")
    meters = {f"{period}/4" for period in periods} | ({signature} if signature else set())
    if meters not in ({"3/4"}, {"4/4"}):
        raise DataError(f"the meter is {' and '.join(sorted(meters))}; allowed: 3/4 or 4/4 throughout")
    return int(next(iter(meters))[0])


def _chart(beats_per_bar: int, first_bar: int, end: int, chords: list[sqlite3.Row]) -> Chart:
    bars = -(-end // (beats_per_bar * TICKS_PER_QUARTER))
    changes = []
    for bar, beat, symbol in chords:
        tick = ((bar - first_bar) * beats_per_bar + beat - 1) * TICKS_PER_QUARTER
        try:
            changes.append((max(tick, 0), Chord.parse(symbol)))
        except ChordError as error:
            raise DataError(f"bar {bar}, beat {beat}: {error}") from None
    return chart_of_changes(beats_per_bar, bars, changes)


def _key(text: str | None) -> str:
    """`Bb` for `Bb-maj`, `Dm` for `D-min` and the minor modes; empty where the database says nothing."""
    match = _KEY.match(text or "")
    if match is None:
        return ""
    return match[1] + ("m" if (match[2] or "").startswith(_MINOR) else "")
