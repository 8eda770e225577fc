"""Samples as files that players open."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from seqforge import NotInstalled
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal
from seqforge_jazz.sound.soundfont import EXTRA

__all__ = ["write_mp3", "write_wav"]

_LARGEST = 32_767


def write_wav(blocks: Iterable[Signal], file: BinaryIO) -> None:
    """Write blocks (n, 2) as WAV of 16 bits."""
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        for block in blocks:
            samples = np.rint(np.clip(block, -1, 1) * _LARGEST).astype("<i2")
            writer.writeframesraw(samples.tobytes())


def write_mp3(blocks: Iterable[Signal], file: BinaryIO, *, compression: float | None = None) -> None:
    """Write blocks (n, 2) as MP3, by soundfile; `compression` from 0 (best) to 1 (smallest), `None` for its default.

    `NotInstalled` where soundfile is missing, or where its libsndfile is older than 1.1 and can't write MP3.
    """
    try:
        import soundfile
    except (ImportError, OSError):  # an OSError where the package is there and its library is not
        raise NotInstalled("format 'mp3' (soundfile not found)", EXTRA) from None
    if "MP3" not in soundfile.available_formats():
        raise NotInstalled(f"format 'mp3' (libsndfile {soundfile.__libsndfile_version__} is too old)", EXTRA)
    with soundfile.SoundFile(
        file, "w", SAMPLE_RATE, 2, format="MP3", subtype="MPEG_LAYER_III", compression_level=compression
    ) as writer:
        for block in blocks:
            writer.write(block)
