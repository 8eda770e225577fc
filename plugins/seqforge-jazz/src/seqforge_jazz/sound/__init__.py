"""Lead sheets as sound: a band of NumPy, or the instruments of a SoundFont."""

from seqforge_jazz.sound.levels import CEILING_DBFS, LOUDNESS_LUFS
from seqforge_jazz.sound.recording import heard, recorded, render, stems
from seqforge_jazz.sound.signals import SAMPLE_RATE

__all__ = ["CEILING_DBFS", "LOUDNESS_LUFS", "SAMPLE_RATE", "heard", "recorded", "render", "stems"]
