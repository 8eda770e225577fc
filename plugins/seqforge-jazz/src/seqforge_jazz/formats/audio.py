"""Formats `wav` and `mp3`: a lead sheet as the band sounds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.sound import heard
from seqforge_jazz.sound.files import write_mp3, write_wav
from seqforge_jazz.sound.signals import Signal
from seqforge_jazz.sound.soundfont import check_soundfont

__all__ = ["Mp3Format", "WavFormat"]


class _AudioFormat:
    """Writes a `LeadSheet` as its MIDI file says, in the sounds of `soundfont` or, without one, in those of NumPy."""

    def __init__(self, *, soundfont: str | None = None) -> None:
        self.soundfont = None if soundfont is None else Path(soundfont)
        if self.soundfont is not None:
            check_soundfont(self.soundfont)

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file, block after block."""
        with path.open("wb") as file:
            self._encode(heard(work, self.soundfont), file)

    def _encode(self, blocks: Iterable[Signal], file: BinaryIO) -> None:
        raise NotImplementedError


class WavFormat(_AudioFormat):
    """WAV: 16 bits, 44,100 Hz, stereo."""

    def _encode(self, blocks: Iterable[Signal], file: BinaryIO) -> None:
        write_wav(blocks, file)


class Mp3Format(_AudioFormat):
    """MP3 of libsndfile's usual quality: some 140 kbit a second."""

    def _encode(self, blocks: Iterable[Signal], file: BinaryIO) -> None:
        write_mp3(blocks, file)
