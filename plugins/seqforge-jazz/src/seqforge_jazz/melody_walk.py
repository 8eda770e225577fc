"""Where a guide of the `melody` codec leads, as a prompt asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqforge_jazz.changes import changes_of
from seqforge_jazz.charts import Chart
from seqforge_jazz.pitch_range import range_of
from seqforge_jazz.primer import check_primer, primer_tokens

__all__ = ["ENDINGS", "FREE", "Walk", "walk_of"]

FREE = "free"
ENDINGS = ("chord", "root", FREE)
"""What the last note is to be of the chord under it: one of its tones, its root, anything."""


@dataclass(frozen=True)
class Walk:
    """Along a chart, within a range of pitches (MIDI, inclusive).

    `primer` are the tokens that come first. `density` is how many notes a beat are wished for behind it, if it matters.
    `ending` is one of `ENDINGS`.
    """

    chart: Chart
    lowest: int
    highest: int
    primer: tuple[int, ...] = ()
    density: float | None = None
    ending: str = FREE


def walk_of(prompt: Mapping[str, Any]) -> Walk:
    """The walk of a prompt, which may lack the options of steering; `RequestError` if it can't be followed."""
    chart = changes_of(prompt).chart
    allowed = range_of(prompt)
    text = prompt.get("primer")
    primer = () if text is None else primer_tokens(text)
    if primer:
        check_primer(primer, chart, allowed)
    return Walk(
        chart,
        allowed.lowest,
        allowed.highest,
        primer,
        prompt.get("density"),
        prompt.get("ending", FREE),
    )
