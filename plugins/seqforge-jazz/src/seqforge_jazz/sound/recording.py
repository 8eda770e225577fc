"""From a lead sheet to samples at their final level: once to listen how loud it is, once to give it out."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seqforge import OutOfRange, UnknownName
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.sound.band import BLOCK, played_blocks
from seqforge_jazz.sound.levels import Levels
from seqforge_jazz.sound.signals import SAMPLE_RATE, Signal
from seqforge_jazz.sound.soundfont import soundfont_blocks

__all__ = ["LONGEST_HOURS", "PARTS", "TAIL_SECONDS", "heard", "length_samples", "recorded", "render", "stems"]

PARTS = ("solo", "band")
TAIL_SECONDS = 1.5
"""What rings when the chart is over."""
LONGEST_HOURS = 6
"""A WAV file holds 6.7 hours."""

_IN_MEMORY = 32 << 20
_STEM_SHAPE = (len(PARTS), 2, -1)


def render(sheet: LeadSheet, part: str, soundfont: Path | None = None) -> Signal:
    """The sound (samples, 2) of the stem `solo` or `band`, at the level that it has in the mix of both."""
    if part not in PARTS:
        raise UnknownName("stem", part, PARTS)
    return stems(sheet, soundfont)[part]


def stems(sheet: LeadSheet, soundfont: Path | None = None) -> dict[str, Signal]:
    """Each stem by its name, (samples, 2) float32; their sum is the mix, which has the stated loudness."""
    blocks = list(recorded(sheet, soundfont))
    return {
        part: np.ascontiguousarray(np.concatenate([block[number] for block in blocks], axis=1).T)
        for number, part in enumerate(PARTS)
    }


def heard(sheet: LeadSheet, soundfont: Path | None = None) -> Iterator[Signal]:
    """The mix in blocks (n, 2) float32, in bounded memory."""
    for block in recorded(sheet, soundfont):
        yield np.ascontiguousarray(block.sum(axis=0).T)


def recorded(sheet: LeadSheet, soundfont: Path | None = None) -> Iterator[Signal]:
    """The stems in blocks (2 stems, 2 channels, n), at the level that makes their sum as loud as it should be."""
    samples = length_samples(sheet)
    raw = played_blocks(sheet, samples) if soundfont is None else soundfont_blocks(sheet, samples, soundfont)
    levels = Levels(BLOCK)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for block in raw:
            levels.add(block.sum(axis=0))
            spool.write(np.ascontiguousarray(block, np.float32).tobytes())
        levels.settle()
        spool.seek(0)
        for start in range(0, samples, BLOCK):
            length = min(BLOCK, samples - start)
            block = np.frombuffer(spool.read(4 * 4 * length), np.float32).reshape(_STEM_SHAPE)
            yield block * levels.gains(start, length)


def length_samples(sheet: LeadSheet) -> int:
    """How many samples a sheet gives: its chart and the tail."""
    chart_seconds = sheet.chart.bars * sheet.chart.beats_per_bar * 60 / sheet.tempo_bpm
    if not chart_seconds <= LONGEST_HOURS * 3_600:
        raise OutOfRange(
            f"the length of '{sheet.title}'",
            f"{sheet.chart.bars} bars at {sheet.tempo_bpm:g} a minute",
            f"up to {LONGEST_HOURS} hours as sound; choose fewer choruses or a faster tempo",
        )
    return math.ceil((chart_seconds + TAIL_SECONDS) * SAMPLE_RATE)
