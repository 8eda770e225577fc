"""The changes that a prompt asks for (`chords`, `title`, `key`, `transpose`, `choruses`), and the prompt of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seqforge import RequestError
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import Chord
from seqforge_jazz.forms import chart_from, form_of
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.pitch_range import asked_range

__all__ = ["Changes", "changes_of", "prompt_of", "sheet_of"]


@dataclass(frozen=True)
class Changes:
    """A chart, the key it is in, what it is called, and its form's style (empty where it is no form)."""

    chart: Chart
    key: str
    title: str
    style: str


def changes_of(prompt: Mapping[str, Any]) -> Changes:
    """The changes of a prompt; `RequestError` for a chord, form or key that can't be read."""
    return _changes(prompt["chords"], prompt["key"], prompt["transpose"], prompt["choruses"], prompt.get("title") or "")


def prompt_of(sheet: LeadSheet, instrument: str) -> dict[str, Any]:
    """The prompt that asks for the changes of a lead sheet, as it is played, by `instrument`."""
    return {
        "chords": sheet.chart.text,
        "key": sheet.key,
        "transpose": 0,
        "choruses": 1,
        "tempo": sheet.tempo_bpm,
        "swing": sheet.swing,
        "instrument": instrument,
    }


def sheet_of(changes: Changes, notes: Iterable[Note], prompt: Mapping[str, Any]) -> LeadSheet:
    """The lead sheet of `notes` over the changes, played as the prompt says."""
    return LeadSheet(
        title=changes.title,
        chart=changes.chart,
        notes=tuple(notes),
        key=changes.key,
        tempo_bpm=prompt["tempo"],
        swing=prompt["swing"],
        style=prompt.get("style") or changes.style,
        instrument=prompt["instrument"],
        pitch_range=asked_range(prompt),
    )


@lru_cache(maxsize=256)
def _changes(chords: str, key: str | None, transpose: int, choruses: int, called: str) -> Changes:
    if not chords.strip():
        raise RequestError("--chords is empty; write chords such as 'Dm7 G7 | Cmaj7 | %', or a form such as blues-f")
    chart, home, title = chart_from(chords, key)
    title = called or title
    form = form_of(chords)
    if transpose:
        chart = chart.transposed(transpose)
        home = _transposed_key(home, transpose)
        title = f"{title}, {transpose:+d} semitones"
    chart = chart.repeated(choruses) if choruses > 1 else chart
    return Changes(chart, home, title, form.style if form is not None else "")


def _transposed_key(key: str, semitones: int) -> str:
    parsed = Key.parse(key)
    tonic = Chord(parsed.tonic, "m" if parsed.is_minor else "").transposed(semitones).root
    return str(Key.parse(f"{tonic}{'m' if parsed.is_minor else ''}"))
