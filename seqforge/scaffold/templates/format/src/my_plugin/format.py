"""The format: a rhythm as a sound file."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from .codec import Rhythm

__all__ = ["ClickSound"]

_RATE = 22_050  # samples a second
_CLICK_SECONDS = 0.03


class ClickSound:
    """A click a hit, 16 bits mono. Equal works give equal bytes: nothing in the file is random or tells the time."""

    def __init__(self, *, tempo_bpm: float) -> None:
        self.tempo_bpm = tempo_bpm

    def write(self, work: Rhythm, path: Path) -> None:
        """Write the sound of `work` to `path`, in the place of whatever is there."""
        step = round(_RATE * 60 / self.tempo_bpm / 4)
        click = _click()
        samples = np.zeros(len(work.steps) * step + len(click))
        for number, letter in enumerate(work.steps):
            if letter == "x":
                samples[number * step : number * step + len(click)] += click
        path.write_bytes(_wav(samples))


def _click() -> np.ndarray:
    """A short high tone that dies away."""
    seconds = np.arange(round(_RATE * _CLICK_SECONDS)) / _RATE
    return 0.5 * np.sin(2 * np.pi * 1200 * seconds) * np.exp(-seconds * 150)


def _wav(samples: np.ndarray) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return file.getvalue()
