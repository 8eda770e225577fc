"""Seconds to read a corpus: cold, then from the cache, then its memory.

    python benchmarks/reading.py [wjazzd.db] [--files 1000]

Writes that many MIDI files of 32 bars, and reads them, and the database if one is named, with `seqforge inspect` in a
cache folder of its own. The ratio of the two times is what the cache is worth.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mido


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "midi"
        corpus.mkdir()
        for number in range(arguments.files):
            write_tune(corpus / f"tune-{number:05d}.mid", number)
        for name, source in (("database", arguments.database), (f"{arguments.files} MIDI files", corpus)):
            if source is not None:
                measure(name, source.resolve(), Path(folder) / f"cache of {source.name}")


def write_tune(path: Path, number: int) -> None:
    """A line of eighths over chords, 32 bars; no two files are alike."""
    file = mido.MidiFile(ticks_per_beat=96)
    melody, chords = file.add_track("Sax"), file.add_track("Piano")
    for place in range(256):
        pitch = 60 + (place * (number % 11 + 1) + number) % 14
        melody.append(mido.Message("note_on", note=pitch, velocity=90, time=0))
        melody.append(mido.Message("note_off", note=pitch, time=48))
    for bar in range(32):
        pitches = [48 + (bar * 5 + step) % 12 for step in (0, 4, 7, 10)]
        chords.extend(mido.Message("note_on", channel=1, note=pitch, velocity=60, time=0) for pitch in pitches)
        for place, pitch in enumerate(pitches):
            chords.append(mido.Message("note_off", channel=1, note=pitch, time=0 if place else 384))
    file.save(path)


def measure(name: str, source: Path, cache: Path) -> None:
    """Read `source` twice in new processes, and a start of the command beside them."""
    start = run("list", "data", cache=cache)
    cold, warm = (run("inspect", str(source), "--json", cache=cache) for _ in range(2))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{name}: cold {cold:.2f} s, cached {warm:.2f} s ({cold / warm:.1f} times faster), the command's start alone "
        f"{start:.2f} s; largest process so far {largest:.0f} MiB"
    )


def run(*arguments: str, cache: Path) -> float:
    """Seconds that the command takes."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "seqforge", *arguments],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)}, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
