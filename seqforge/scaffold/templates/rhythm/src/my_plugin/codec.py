"""The codec: rhythms of bars of 16 steps, such as `x..x..x.x...x...`, to tokens and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from seqforge import ContextField, DataError, OutputView, Piece, Vocabulary

__all__ = ["BAR", "Rhythm", "RhythmCodec"]

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

BAR = 16
"""Steps a bar: sixteenth notes."""

_SYMBOLS = Vocabulary((".", "x"), ("rest", "hit"))  # each symbol, and its class


@dataclass(frozen=True)
class Rhythm:
    """A work: its steps, `x` for a hit and `.` for none, and where it is from."""

    steps: str
    name: str = ""
    group: str = ""

    def __str__(self) -> str:
        return " ".join(self.steps[start : start + BAR] for start in range(0, len(self.steps), BAR))


class RhythmCodec:
    """A token a step. What the model is told of each next token is the step's place in the bar."""

    context_fields: tuple[ContextField, ...] = (ContextField("step", BAR),)
    output_views: tuple[OutputView, ...] = ()  # what symbols are relative to the context: nothing here

    def __init__(self, *, vocabulary: Vocabulary | None = None) -> None:
        self.options: Mapping[str, Any] = {}
        self.vocabulary = vocabulary or _SYMBOLS

    def encode(self, work: Rhythm) -> Piece:
        """The rhythm as a piece; `DataError` says why it can't be one."""
        unknown = set(work.steps).difference(self.vocabulary.symbols)
        if unknown:
            raise DataError(f"'{min(unknown)}' is no step; allowed: {' and '.join(self.vocabulary.symbols)}")
        if not work.steps or len(work.steps) % BAR:
            raise DataError(f"{len(work.steps)} steps are not whole bars; each has {BAR}")
        tokens = np.array([self.vocabulary.symbols.index(step) for step in work.steps], np.int32)
        return Piece(
            id=work.name,
            group=work.group,  # pieces of a group are never in training and test data at once
            prompt={"bars": len(tokens) // BAR},
            tokens=tokens,
            context=_places(np.arange(len(tokens))),
        )

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """What `data.augment` trains on: the rhythm, begun at each step of its first bar."""
        for shift in range(BAR):
            turned = np.roll(piece.tokens, -shift)
            yield replace(piece, id=f"{piece.id} from {shift}", tokens=turned)

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> RhythmGuides:
        """Walks a sequence for each prompt: the options that `plugin.py` declares, such as `bars`."""
        lengths = np.array([prompt["bars"] * BAR for prompt in prompts])
        return RhythmGuides(lengths, np.zeros(len(prompts), np.int64))

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> Rhythm:
        """The rhythm that the tokens say, whatever they are."""
        return Rhythm("".join(self.vocabulary.symbols[token] for token in tokens))

    def units(self, tokens: Ints) -> dict[str, float]:
        """What nats are counted in, beside tokens: a beat is a quarter note."""
        return {"event": float(len(tokens)), "beat": len(tokens) / 4}


class RhythmGuides:
    """Where each of a batch of B sequences stands: `taken` (B,) of its `lengths` (B,) tokens are there.

    `done` (B,) says which are complete.
    """

    def __init__(self, lengths: NDArray[np.int64], taken: NDArray[np.int64]) -> None:
        self.lengths = lengths
        self.taken = taken
        self.done: Bools = taken >= lengths

    def context(self) -> Ints:
        """(B, 1): the next token's place in the bar."""
        return _places(self.taken)

    def allowed(self) -> Bools | None:
        """(B, V), or `None`: everything is."""
        return None

    def accept(self, tokens: Ints) -> None:
        """Take the chosen tokens (B,)."""
        self.taken = self.taken + ~self.done
        self.done = self.taken >= self.lengths

    def select(self, rows: Ints) -> RhythmGuides:
        """Guides of the given rows, copied."""
        return RhythmGuides(self.lengths[rows], self.taken[rows])


def _places(steps: NDArray[np.int64]) -> Ints:
    return (steps % BAR).astype(np.int32)[:, None]
