"""Milliseconds of one processor that a lead sheet takes as MusicXML and engraved, as SVG, PDF and PNG.

    python benchmarks/engraving.py [--bars 32] [--rounds 5]

Needs `seqforge-jazz[score]`. The line is of eighths and triplets over rhythm changes; the first round, in which fonts
and metrics are read, is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from seqforge_jazz.formats.musicxml import MusicXMLFormat
from seqforge_jazz.formats.pdf import PDFFormat
from seqforge_jazz.formats.png import PNGFormat
from seqforge_jazz.formats.svg import SVGFormat
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet, Note


def sheet(bars: int) -> LeadSheet:
    """A busy solo of so many bars, rounded up to whole choruses."""
    form = FORMS["rhythm-changes"]
    chart = form.chart.repeated(-(-bars // form.chart.bars))
    notes = []
    for beat in range(0, chart.ticks, 12):
        length = 4 if beat % 48 == 36 else 6
        notes += [Note(tick, length, 60 + (5 * tick) % 17) for tick in range(beat, beat + 12, length)]
    return LeadSheet(title="Benchmark", chart=chart, notes=tuple(notes), key=form.key)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    work = sheet(arguments.bars)
    print(f"{work.chart.bars} bars, {len(work.notes)} notes")
    with tempfile.TemporaryDirectory() as folder:
        for format_ in (MusicXMLFormat(), SVGFormat(), PDFFormat(), PNGFormat()):
            times = []
            for _ in range(arguments.rounds + 1):
                began = time.process_time()
                format_.write(work, Path(folder, "score"))
                times.append(time.process_time() - began)
            print(f"{type(format_).__name__:16s} {1000 * statistics.median(times[1:]):8.0f} ms")


if __name__ == "__main__":
    main()
