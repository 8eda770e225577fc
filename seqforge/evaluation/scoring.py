"""The one protocol of scoring: whole pieces, the state carried through, every token counted, no dropout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import NONE, Codec, Model, Piece

__all__ = ["Score", "piece_nats", "score", "score_from_nats", "token_nats"]

_ROWS, _STEPS = 16, 128  # one shape for all calls: a framework that compiles for each shape compiles once


@dataclass(frozen=True)
class Score:
    """Nats over all pieces, and how many of each unit (`token`, `event`, `note`, `beat`) the pieces hold."""

    nats: float
    units: dict[str, float]

    def per(self, unit: str) -> float:
        """Nats a unit."""
        return self.nats / self.units[unit]

    def rates(self) -> dict[str, float]:
        """Nats for every unit that there is any of."""
        return {unit: self.nats / count for unit, count in self.units.items() if count}


def score(model: Model, pieces: Sequence[Piece], codec: Codec) -> Score:
    """How well the model predicts the pieces."""
    return score_from_nats(piece_nats(model, pieces), pieces, codec)


def score_from_nats(nats: Sequence[float], pieces: Sequence[Piece], codec: Codec) -> Score:
    """A score from the nats of each piece."""
    units: dict[str, float] = {"token": float(sum(len(piece.tokens) for piece in pieces))}
    for piece in pieces:
        for unit, count in codec.units(piece.tokens).items():
            units[unit] = units.get(unit, 0.0) + count
    return Score(float(sum(nats)), units)


def piece_nats(model: Model, pieces: Sequence[Piece]) -> list[float]:
    """The nats of each piece: minus the log-likelihood of all its tokens."""
    nats = np.zeros(len(pieces))
    order = sorted(range(len(pieces)), key=lambda index: len(pieces[index].tokens))
    for start in range(0, len(order), _ROWS):
        rows = order[start : start + _ROWS]
        state = model.initial_state(_ROWS)
        for inputs, context, targets, counted in _chunks([pieces[index] for index in rows]):
            logits, state = model.forward(inputs, context, state)
            nats[rows] += (token_nats(logits, targets) * counted).sum(axis=1)[: len(rows)]
    return [float(value) for value in nats]


def _chunks(pieces: Sequence[Piece]) -> Iterator[tuple[NDArray[np.int32], ...]]:
    """Inputs, context, targets and a mask of what counts, `_STEPS` tokens at a time, in `_ROWS` rows."""
    longest = max(len(piece.tokens) for piece in pieces)
    for start in range(0, longest, _STEPS):
        inputs = np.full((_ROWS, _STEPS), NONE, np.int32)
        context = np.zeros((_ROWS, _STEPS, pieces[0].context.shape[1]), np.int32)
        targets = np.zeros((_ROWS, _STEPS), np.int32)
        counted = np.zeros((_ROWS, _STEPS), np.int32)
        for row, piece in enumerate(pieces):
            part = piece.tokens[start : start + _STEPS]
            size = len(part)
            if not size:
                continue
            targets[row, :size] = part
            inputs[row, 1:size] = part[:-1]
            if start:
                inputs[row, 0] = piece.tokens[start - 1]
            context[row, :size] = piece.context[start : start + size]
            counted[row, :size] = 1
        yield inputs, context, targets, counted


@np.errstate(invalid="ignore")  # of weights that ran away; the training loop looks at the sum
def token_nats(logits: NDArray[np.float32], targets: NDArray[np.int32]) -> NDArray[np.float64]:
    """Cross-entropy of each token in nats, (B, T)."""
    shifted = (logits - logits.max(axis=-1, keepdims=True)).astype(np.float64)
    chosen = np.take_along_axis(shifted, targets[..., None], axis=-1)[..., 0]
    total: NDArray[np.float64] = np.log(np.exp(shifted).sum(axis=-1))
    return np.asarray(total - chosen)
