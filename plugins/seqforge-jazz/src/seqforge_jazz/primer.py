"""The primer of a prompt: the notes that a solo begins with, as the symbols of the `melody` codec.

A prompt holds it as text, `rest ticks-12 pitch-62 ticks-6 ...`, so that it needs no file to be followed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from seqforge import RequestError
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.melody_vocabulary import DURATIONS, LOWEST_PITCH, PITCHES, REST, TIE, VOCABULARY
from seqforge_jazz.pitch_range import PitchRange

__all__ = ["check_primer", "primer_text", "primer_ticks", "primer_tokens"]

_TOKENS = {symbol: token for token, symbol in enumerate(VOCABULARY.symbols)}


def primer_text(tokens: NDArray[np.int32]) -> str:
    """The symbols of an encoded line up to the end of its last note: rests after it are no part of a primer."""
    end = len(tokens)
    while end and tokens[end - 2] == REST:
        end -= 2
    return " ".join(VOCABULARY.symbols[token] for token in tokens[:end].tolist())


@lru_cache(maxsize=256)
def primer_tokens(text: str) -> tuple[int, ...]:
    """What `primer_text` wrote, as tokens; `RequestError` for any other text."""
    tokens = tuple(_TOKENS.get(symbol, -1) for symbol in text.split())
    if not tokens or not _is_line(tokens):
        shown = text if len(text) <= 80 else f"{text[:77]}..."
        raise RequestError(
            f"--primer is '{shown}': neither a file nor the notes of one that was read; "
            "give a MIDI, MusicXML or ABC file with the bars to go on from"
        )
    return tokens


def primer_ticks(tokens: Sequence[int]) -> int:
    """How long the primer is."""
    return sum(token - DURATIONS.start + 1 for token in tokens[1::2])


def check_primer(tokens: Sequence[int], chart: Chart, allowed: PitchRange) -> None:
    """`RequestError` for a primer that fills the whole chart, or more, and for pitches out of the range."""
    ticks = primer_ticks(tokens)
    if ticks >= chart.ticks:
        quarters, room = ticks / TICKS_PER_QUARTER, chart.ticks // TICKS_PER_QUARTER
        raise RequestError(
            f"--primer lasts {quarters:.4g} quarters, the chart {room}; "
            "give a shorter one, or more --chords or --choruses to go on over"
        )
    pitches = [token - PITCHES.start + LOWEST_PITCH for token in tokens if token in PITCHES]
    outside = [pitch for pitch in pitches if not allowed.lowest <= pitch <= allowed.highest]
    if outside:
        raise RequestError(
            f"--primer has pitch {outside[0]}; allowed: {allowed.lowest} to {allowed.highest}; "
            f"choose another --instrument, or a --range such as {min(pitches)}-{max(pitches)}"
        )


def _is_line(tokens: Sequence[int]) -> bool:
    """Whether pitches and durations alternate, ties follow notes, and the last event is a note."""
    firsts, durations = tokens[0::2], tokens[1::2]
    if len(firsts) != len(durations) or not all(token in DURATIONS for token in durations):
        return False
    if not all(token in PITCHES or token in (REST, TIE) for token in firsts):
        return False
    before = (REST, *firsts)
    return firsts[-1] != REST and not any(
        token == TIE and earlier == REST for earlier, token in zip(before, firsts, strict=False)
    )
