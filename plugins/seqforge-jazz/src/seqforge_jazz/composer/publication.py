"""The corpus as files: etudes.json, etudes.abc and LICENSE.txt, and what a JSON file of etudes says of their making."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from seqforge_jazz.charts import Chart
from seqforge_jazz.composer.corpus import Commission, Composed
from seqforge_jazz.etudes import FORMAT_VERSION
from seqforge_jazz.formats.abc import abc_tunebook
from seqforge_jazz.leadsheet import LeadSheet, Note

__all__ = ["LICENCE", "corpus_json", "recorded_attempts", "write_corpus"]

LICENCE = """\
The etudes in etudes.json and etudes.abc were composed by rules for seqforge.

To the extent possible under law, the seqforge authors have waived all copyright and related or neighbouring rights to
them: CC0 1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/. Use them for whatever you like; nobody
needs to be asked or named.
"""


def write_corpus(composed: Sequence[Composed], folder: Path) -> None:
    """Write the three files into `folder`, made if need be; equal etudes give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    tunebook = abc_tunebook([etude.sheet for etude in composed], preamble=LICENCE)
    for name, text in (("etudes.json", corpus_json(composed)), ("etudes.abc", tunebook), ("LICENSE.txt", LICENCE)):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def corpus_json(composed: Sequence[Composed]) -> str:
    """The JSON text that `seqforge_jazz.etudes` reads, one etude a line."""
    first = composed[0].sheet
    head = {
        "format_version": FORMAT_VERSION,
        "licence": "CC0-1.0",
        "common": {"instrument": first.instrument, "citation": first.citation},
    }
    lines = ",\n".join(_compact(_record(etude)) for etude in composed)
    return f'{_compact(head)[:-1]},"etudes":[\n{lines}\n]}}\n'


def recorded_attempts(text: str) -> dict[Commission, int]:
    """Which attempt at each commission the etudes in a JSON text are."""
    return {
        Commission(etude["group"], etude["key"], etude["number"]): etude["attempt"]
        for etude in json.loads(text)["etudes"]
    }


def _record(etude: Composed) -> dict[str, object]:
    sheet = etude.sheet
    chorus, choruses = _chorus(sheet.chart)
    return {
        "title": sheet.title,
        "group": sheet.group,
        "number": etude.commission.number,
        "attempt": etude.attempt,
        "key": sheet.key,
        "style": sheet.style,
        "tempo_bpm": sheet.tempo_bpm,
        "swing": sheet.swing,
        "chorus": chorus.text,
        "choruses": choruses,
        "notes": _numbers(sheet),
    }


def _chorus(chart: Chart) -> tuple[Chart, int]:
    """The shortest stretch of whole bars that the chart repeats, and how often."""
    for bars in range(1, chart.bars + 1):
        beats = chart.beats[: bars * chart.beats_per_bar]
        if chart.bars % bars == 0 and beats * (chart.bars // bars) == chart.beats:
            return Chart.of_beats(chart.beats_per_bar, beats), chart.bars // bars
    return chart, 1


def _numbers(sheet: LeadSheet) -> list[int]:
    numbers, before = [], Note(0, 0, 0)
    for note in sheet.notes:
        numbers += [note.start - before.end, note.duration, note.pitch]
        before = note
    return numbers


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
