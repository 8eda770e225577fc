"""What of a melody can be quoted: its intervals, its intervals with their rhythm, its pitches; and in which bar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge import Piece, QuotationView
from seqforge_jazz.melody_context import PLACES
from seqforge_jazz.melody_history import CONTEXT_FIELDS, NO_INTERVAL, NO_PITCH, intervals
from seqforge_jazz.melody_views import OUTPUT_VIEWS
from seqforge_jazz.melody_vocabulary import DURATIONS, LONGEST, PITCHES

__all__ = ["QUOTATION", "alphabets", "bar_of"]

Ints = NDArray[np.int32]

QUOTATION = QuotationView(
    name="intervals",
    view=next(view for view in OUTPUT_VIEWS if view.field == "last_pitch"),
    nothing=NO_INTERVAL,
)
"""Rests are passed over: a line that is quoted with another rest in it is quoted all the same."""

_COLUMNS = {field.name: column for column, field in enumerate(CONTEXT_FIELDS)}


def alphabets(piece: Piece) -> dict[str, tuple[Ints, Ints]]:
    """See `seqforge.Quotable.alphabets`: the length of a note is that of its first duration, four beats at most."""
    tokens = piece.tokens
    is_pitch = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
    pitch = np.where(is_pitch, tokens - PITCHES.start, NO_PITCH)
    moves = intervals(piece.context[:, _COLUMNS["last_pitch"]], pitch)
    with_duration = np.flatnonzero((moves != NO_INTERVAL)[:-1])
    durations = tokens[with_duration + 1] - DURATIONS.start
    pitches = np.flatnonzero(is_pitch)
    return {
        "intervals and rhythm": (moves[with_duration] * LONGEST + durations, with_duration + 1),
        "pitches": (tokens[pitches] - PITCHES.start, pitches),
    }


def bar_of(piece: Piece, token: int) -> str:
    """See `seqforge.Placing.place`: the bar in which the token's note starts, counted from 1."""
    before = piece.tokens[:token]
    tick = int((before[before >= DURATIONS.start] - DURATIONS.start + 1).sum())
    _, ticks_per_bar = PLACES[piece.context[token, _COLUMNS["place"]]]
    return f"bar {tick // ticks_per_bar + 1}"
