"""The domain: a swatch, its stitches, and what can be knitted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["CHART", "MIRRORED", "WIDENS", "Swatch", "problem_of"]

CHART = {"k": ".", "p": "-", "yo": "o", "k2tog": "/", "ssk": "\\"}
"""Every stitch, and its sign in a chart: knit, purl, yarn over, and two decreases that lean right and left."""

MIRRORED = {"k": "k", "p": "p", "yo": "yo", "k2tog": "ssk", "ssk": "k2tog"}
"""The stitch that looks the same in a mirror. A yarn over is on no side."""

WIDENS = {"k": 0, "p": 0, "yo": 1, "k2tog": -1, "ssk": -1}
"""By how many stitches a row gets wider. A chart stays a rectangle where that comes to nothing in every row."""


@dataclass(frozen=True)
class Swatch:
    """Rows of stitches as the right side shows them, from the bottom up and each from left to right."""

    name: str
    family: str
    rows: tuple[tuple[str, ...], ...]

    def chart(self) -> str:
        """The rows from the top down, a sign a stitch."""
        return "\n".join("".join(CHART[stitch] for stitch in row) for row in reversed(self.rows))

    def written(self) -> list[str]:
        """The rows in words, such as `k2 p2 yo k2tog`."""
        return [" ".join(_words(row)) for row in self.rows]

    def __str__(self) -> str:
        return f"{self.name}: {len(self.rows[0])} stitches, {len(self.rows)} rows\n{self.chart()}"


def problem_of(rows: Sequence[Sequence[str]]) -> str:
    """Why this is no swatch; empty if it is one."""
    if not rows or not rows[0]:
        return "it has no stitches"
    for number, row in enumerate(rows, 1):
        if unknown := set(row) - CHART.keys():
            return f"row {number} has the stitch '{min(unknown)}'; allowed: {', '.join(CHART)}"
        if len(row) != len(rows[0]):
            return f"row {number} has {len(row)} stitches, and row 1 has {len(rows[0])}"
        if wider := sum(WIDENS[stitch] for stitch in row):
            return (
                f"row {number} makes it {abs(wider)} {'wider' if wider > 0 else 'narrower'}: balance yo and decreases"
            )
    return ""


def _words(row: Sequence[str]) -> list[str]:
    words: list[str] = []
    for stitch, same in itertools.groupby(row):
        count = len(list(same))
        words += [f"{stitch}{count}"] if stitch in ("k", "p") else [stitch] * count
    return words
