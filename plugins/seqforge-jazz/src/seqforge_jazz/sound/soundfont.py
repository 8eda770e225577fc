"""Lead sheets played by the instruments of a SoundFont, in a process of its own: a damaged font ends only that."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np

from seqforge import DataError, NotInstalled, OutOfRange
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.sound import soundfont_process
from seqforge_jazz.sound.band import BLOCK, in_the_room
from seqforge_jazz.sound.loudness import LoudnessMeter
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal

__all__ = ["EXTRA", "check_soundfont", "soundfont_blocks"]

EXTRA = '"seqforge-jazz[sound]"'
"""What to install for it, as a shell takes it."""

LONGEST_MINUTES = 30
"""The process holds a stem in memory: 20 MiB a minute."""

_BAND_BELOW_SOLO_DB = 4.5
_STEMS = ("solo", "band")
_PATIENCE_SECONDS = 60


def check_soundfont(path: Path) -> None:
    """Raise `NotInstalled` or `DataError` where `path` can't be played from; only the beginning of it is read."""
    if importlib.util.find_spec("symusic") is None:
        raise NotInstalled("--soundfont (symusic not found)", EXTRA)
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise DataError(
            f"--soundfont {path} can't be read: {error.strerror}; name a file of type .sf2 or .sf3"
        ) from None
    if head[:4] != b"RIFF" or head[8:] != b"sfbk":
        raise DataError(f"--soundfont {path} is no SoundFont; name a file of type .sf2 or .sf3")


def soundfont_blocks(sheet: LeadSheet, samples: int, soundfont: Path) -> Iterator[Signal]:
    """Solo and band (2 stems, 2 channels, n), in blocks of `BLOCK`; `samples` together."""
    from seqforge_jazz.formats.midi import stem_file  # sound without a font needs no MIDI

    check_soundfont(soundfont)
    if samples > LONGEST_MINUTES * 60 * SAMPLE_RATE:
        minutes = samples / 60 / SAMPLE_RATE
        raise OutOfRange("the length in minutes", round(minutes, 1), f"up to {LONGEST_MINUTES} with --soundfont")
    with tempfile.TemporaryDirectory(prefix="seqforge-") as folder, ExitStack() as stack:
        for stem in _STEMS:
            Path(folder, f"{stem}.mid").write_bytes(stem_file(sheet, stem))
        _play(soundfont, Path(folder), samples, sheet.tempo_bpm)
        files = [stack.enter_context(Path(folder, f"{stem}.f32").open("rb")) for stem in _STEMS]
        balance = _balance(files, samples)
        yield from in_the_room(block * balance for block in _blocks(files, samples))


def _blocks(files: Sequence[BinaryIO], samples: int) -> Iterator[Signal]:
    """What was played, from the beginning: (2 stems, 2 channels, n)."""
    for file in files:
        file.seek(0)
    for start in range(0, samples, BLOCK):
        length = min(BLOCK, samples - start)
        yield np.stack([np.fromfile(file, np.float32, 2 * length).reshape(length, 2).T for file in files])


def _balance(files: Sequence[BinaryIO], samples: int) -> Signal:
    """The gain of each stem (2, 1, 1) that leaves the band as much softer than the solo as our own band is.

    Fonts differ by 10 dB in how loud they make which instrument.
    """
    meters = [LoudnessMeter(BLOCK) for _ in files]
    for block in _blocks(files, samples):
        for meter, stem in zip(meters, block, strict=True):
            meter.add(stem)
    solo, band = (meter.lufs() for meter in meters)
    gain_db = solo - _BAND_BELOW_SOLO_DB - band if np.isfinite(solo) and np.isfinite(band) else 0.0
    return np.array([1.0, 10 ** (float(np.clip(gain_db, -12, 12)) / 20)], np.float32).reshape(2, 1, 1)


def _play(soundfont: Path, folder: Path, samples: int, tempo_bpm: float) -> None:
    """Let another process play `solo.mid` and `band.mid` of the folder into files beside them."""
    command = [sys.executable, "-P", soundfont_process.__file__, soundfont, folder, samples, tempo_bpm]
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the font is a file that the user names
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=_PATIENCE_SECONDS + samples / SAMPLE_RATE,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise DataError(f"--soundfont {soundfont} took over {late.timeout:.0f} s; choose another font") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        cause = lines[-1] if lines and done.returncode > 0 else "the synthesizer broke down on it"
        raise DataError(f"--soundfont {soundfont} can't be played from: {cause}; choose another font")
