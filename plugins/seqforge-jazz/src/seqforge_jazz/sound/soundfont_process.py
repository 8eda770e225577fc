"""A process that plays MIDI files from a SoundFont with symusic.

`python -P soundfont_process.py FONT FOLDER SAMPLES TEMPO` turns `solo.mid` and `band.mid` into `solo.f32` and
`band.f32`: float32 (samples, 2) at 44,100 Hz. It is a file of its own, without the package, so that it starts quickly.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["main"]

_SAMPLE_RATE = 44_100


def main(font: str, folder: str, samples: str, tempo_bpm: str) -> None:
    """Play both files; what goes wrong is one line on standard error."""
    from symusic import Synthesizer

    for stem in ("solo", "band"):
        synthesizer = Synthesizer(sf_path=font, sample_rate=_SAMPLE_RATE, quality=4)
        sound = _played(synthesizer, Path(folder, f"{stem}.mid"), int(samples), float(tempo_bpm))
        sound.tofile(Path(folder, f"{stem}.f32"))


def _played(synthesizer: Any, path: Path, samples: int, tempo_bpm: float) -> np.ndarray:
    """The sound (samples, 2) of a file; silence where it has no notes."""
    from symusic import Note, Score

    score = Score(path)
    sound = np.zeros((samples, 2), np.float32)
    if score.tracks:
        # symusic stops with the last note, so there is one more, after the end of what is wanted
        end = math.ceil(samples / _SAMPLE_RATE * tempo_bpm / 60 * score.ticks_per_quarter) + 1
        score.tracks[0].notes.append(Note(end, 1, 60, 1))
        played = synthesizer.render(score, stereo=True).T[:samples]
        sound[: len(played)] = played
    return sound


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # noqa: BLE001  # whatever a font does wrong is told by the process that asked
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")
