"""CSV files of swatches: read, and written.

The columns are `name`, `row` (from 1 at the bottom), `stitches` (`k4 p2 yo k2tog`) and, where there is one, `family`:
swatches of one family are so much alike that none may be in training data while another is held out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from seqforge import DataError, Source
from seqforge_knitting.swatch import CHART, Swatch

__all__ = ["ChartFile", "SwatchFile", "SwatchReader"]

_COLUMNS = ("name", "row", "stitches")
_MOST = 500  # stitches that one word stands for


class SwatchReader:
    """Reads the swatches of a file; what can't be one is dropped with the reason, and the others are read."""

    def read(self, path: Path) -> Iterator[Swatch | Source]:
        """See `seqforge.Reader.read`."""
        for name, lines in _lines_by_name(path).items():
            try:
                yield _swatch(name, lines)
            except DataError as error:
                yield Source(name, 0, str(error))


class SwatchFile:
    """Writes a swatch as `SwatchReader` reads it."""

    def write(self, work: Swatch, path: Path) -> None:
        """See `seqforge.Format.write`."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("family", *_COLUMNS))
            for number, stitches in enumerate(work.written(), 1):
                writer.writerow((work.family, work.name, number, stitches))


class ChartFile:
    """Writes what a knitter needs: the chart, its signs, and the rows in words."""

    def write(self, work: Swatch, path: Path) -> None:
        """See `seqforge.Format.write`."""
        signs = ", ".join(f"{sign} {stitch}" for stitch, sign in CHART.items())
        rows = [f"Row {number}: {stitches}" for number, stitches in enumerate(work.written(), 1)]
        text = "\n".join((work.name, "", work.chart(), "", f"As seen from the right side: {signs}", "", *rows, ""))
        path.write_text(text, encoding="utf-8")


def _lines_by_name(path: Path) -> dict[str, list[dict[str, str]]]:
    """The lines of each swatch, in the order of the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
                raise DataError(f"it has no column '{missing[0]}'; needed: {', '.join(_COLUMNS)}")
            lines: dict[str, list[dict[str, str]]] = {}
            for line in reader:
                lines.setdefault(line["name"].strip(), []).append(line)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"it is no CSV file in UTF-8: {error}") from None
    if not lines:
        raise DataError("it has no line below its header")
    return lines


def _swatch(name: str, lines: list[dict[str, str]]) -> Swatch:
    numbers = [line["row"].strip() for line in lines]
    if sorted(numbers) != sorted(str(number) for number in range(1, len(lines) + 1)):
        raise DataError(f"its rows are {', '.join(numbers)[:80]}; needed: each number from 1 on, once")
    ordered = sorted(lines, key=lambda line: int(line["row"]))
    family = (lines[0].get("family") or "").strip()
    return Swatch(name, family or name, tuple(_stitches(line["stitches"]) for line in ordered))


def _stitches(text: str) -> tuple[str, ...]:
    """`k2 yo` as `k`, `k`, `yo`."""
    found: list[str] = []
    for word in text.lower().split():
        match = re.fullmatch(r"([kp])(\d{1,3})", word)
        count = int(match[2]) if match else 1
        if not 1 <= count <= _MOST:
            raise DataError(f"'{word}' is no number of stitches from 1 to {_MOST}")
        found += [match[1] if match else word] * count
    return tuple(found)
