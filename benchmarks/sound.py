"""Times real time at which a lead sheet becomes sound: 32 bars, a solo in eighths, comping, bass and drums.

    python benchmarks/sound.py [--bars 32] [--tempo 160] [--soundfont FILE.sf2] [--rounds 3]

The first round has also to make the sounds that are kept from then on; `generate` writes a single take in that time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.audio import Mp3Format, WavFormat
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.sound import SAMPLE_RATE
from seqforge_jazz.sound.recording import length_samples


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", type=int, default=32)
    parser.add_argument("--tempo", type=float, default=160)
    parser.add_argument("--soundfont")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    writers = {"wav": WavFormat(soundfont=arguments.soundfont)}
    try:
        import soundfile  # noqa: F401  # without it there is no MP3 to measure

        writers["mp3"] = Mp3Format(soundfont=arguments.soundfont)
    except ImportError:
        pass
    for instrument in ("tenor-sax", "piano", "violin"):
        sheet = solo(arguments.bars, arguments.tempo, instrument)
        seconds = length_samples(sheet) / SAMPLE_RATE
        for name, writer in writers.items():
            took = [measure(writer, sheet) for _ in range(arguments.rounds)]
            shown = ", ".join(f"{one:.2f} s ({seconds / one:.0f} x)" for one in took)
            print(f"{instrument:10} {name}: {seconds:.1f} s of music in {shown}")


def solo(bars: int, tempo_bpm: float, instrument: str) -> LeadSheet:
    """A line of eighths with a rest in every other bar."""
    chart = Chart.parse(" | ".join(("Cm7", "F7", "Bbmaj7", "Ebmaj7")[bar % 4] for bar in range(bars)))
    middle = (INSTRUMENTS[instrument].lowest + INSTRUMENTS[instrument].highest) // 2
    notes = (Note(tick, 6, middle + tick // 6 * 5 % 13 - 6) for tick in range(0, chart.ticks, 6) if tick % 96 < 78)
    return LeadSheet(title="Benchmark", chart=chart, notes=tuple(notes), instrument=instrument, tempo_bpm=tempo_bpm)


def measure(writer: WavFormat | Mp3Format, sheet: LeadSheet) -> float:
    """Seconds to write the file."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        writer.write(sheet, Path(folder) / "take")
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
