"""The one protocol of scoring: whole pieces, the state carried through, every token counted, no dropout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import NONE, Codec, Model, Piece

__all__ = [
    "SCORER",
    "Prediction",
    "Score",
    "main_unit",
    "piece_nats",
    "predict",
    "score",
    "score_from_nats",
    "surprises",
    "token_nats",
]

SCORER: Mapping[str, str | int] = {"name": "whole-pieces", "version": 1}
"""The protocol of this module. A change that moves a score beyond rounding is another version."""

_ROWS, _STEPS = 16, 128  # of all calls but those of one piece alone: a framework compiles for each shape
_ALWAYS = "token"  # the unit that needs no codec


@dataclass(frozen=True)
class Score:
    """The nats of each piece, and how many of each unit it holds: of `token`s, then of those that the codec counts."""

    piece_nats: tuple[float, ...]
    piece_units: dict[str, tuple[float, ...]]

    @property
    def nats(self) -> float:
        """Nats over all pieces."""
        return float(sum(self.piece_nats))

    @property
    def units(self) -> dict[str, float]:
        """How many of each unit all pieces hold."""
        return {unit: float(sum(counts)) for unit, counts in self.piece_units.items()}

    def per(self, unit: str) -> float:
        """Nats a unit."""
        return self.nats / self.units[unit]

    def rates(self) -> dict[str, float]:
        """Nats for every unit that there is any of."""
        return {unit: self.nats / count for unit, count in self.units.items() if count}


def main_unit(units: Iterable[str]) -> str:
    """The unit to compare by: the first that the codec counts, `token` where it counts none."""
    return next((unit for unit in units if unit != _ALWAYS), _ALWAYS)


def score(model: Model, pieces: Sequence[Piece], codec: Codec) -> Score:
    """How well the model predicts the pieces."""
    return score_from_nats(piece_nats(model, pieces), pieces, codec)


def score_from_nats(nats: Sequence[float], pieces: Sequence[Piece], codec: Codec) -> Score:
    """A score from the nats of each piece."""
    counts = [{_ALWAYS: float(len(piece.tokens)), **codec.units(piece.tokens)} for piece in pieces]
    units = dict.fromkeys(unit for piece in counts for unit in piece)
    return Score(tuple(nats), {unit: tuple(piece.get(unit, 0.0) for piece in counts) for unit in units})


def piece_nats(model: Model, pieces: Sequence[Piece]) -> list[float]:
    """The nats of each piece: minus the log-likelihood of all its tokens."""
    return [float(value) for value in predict(model, pieces).nats]


@dataclass(frozen=True)
class Prediction:
    """What a model makes of each piece, (P,): its nats, and how many tokens are those that it finds likeliest.

    `right` and `tokens` are by class of the tokens, such as `pitch`, for all pieces together.
    """

    nats: NDArray[np.float64]
    right: dict[str, int]
    tokens: dict[str, int]

    @property
    def accuracy(self) -> dict[str, float]:
        """The share of tokens that the model finds likeliest: of all `token`s, and by class where there are several."""
        shares = {_ALWAYS: sum(self.right.values()) / max(sum(self.tokens.values()), 1)}
        if len(self.tokens) > 1:
            shares |= {name: self.right[name] / count for name, count in self.tokens.items()}
        return shares


def predict(model: Model, pieces: Sequence[Piece], classes: Sequence[str] = ()) -> Prediction:
    """Let the model predict every token of the pieces; `classes` (V,) names the class of each symbol."""
    nats = np.zeros(len(pieces))
    names = list(dict.fromkeys(classes)) or [_ALWAYS]
    kinds = np.array([names.index(name) for name in classes], np.int64)
    right, total = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    order = sorted(range(len(pieces)), key=lambda index: len(pieces[index].tokens))
    height = _height(pieces)
    for start in range(0, len(order), _ROWS):
        rows = order[start : start + _ROWS]
        state = model.initial_state(height)
        for inputs, context, targets, counted in _chunks([pieces[index] for index in rows], height):
            logits, state = model.forward(inputs, context, state)
            nats[rows] += (token_nats(logits, targets) * counted).sum(axis=1)[: len(rows)]
            hits = (logits.argmax(axis=-1) == targets)[counted > 0]
            kind = kinds[targets[counted > 0]] if len(kinds) else np.zeros(len(hits), np.int64)
            right += np.bincount(kind, weights=hits, minlength=len(names)).astype(np.int64)
            total += np.bincount(kind, minlength=len(names))
    present = [place for place in range(len(names)) if total[place]]
    return Prediction(
        nats,
        {names[place]: int(right[place]) for place in present},
        {names[place]: int(total[place]) for place in present},
    )


def surprises(model: Model, pieces: Sequence[Piece]) -> list[NDArray[np.float64]]:
    """The nats of every token of each piece, (T,): they add up to its nats."""
    found: list[NDArray[np.float64]] = []
    height = _height(pieces)
    for start in range(0, len(pieces), _ROWS):
        rows = pieces[start : start + _ROWS]
        state = model.initial_state(height)
        nats: list[NDArray[np.float64]] = []
        for inputs, context, targets, _ in _chunks(rows, height):
            logits, state = model.forward(inputs, context, state)
            nats.append(token_nats(logits, targets))
        by_row = np.concatenate(nats, axis=1)
        found += [by_row[row, : len(piece.tokens)] for row, piece in enumerate(rows)]
    return found


def _height(pieces: Sequence[Piece]) -> int:
    """How many rows a call has: one piece alone, such as the end of a book, is not worth more than its own."""
    return 1 if len(pieces) == 1 else _ROWS


def _chunks(pieces: Sequence[Piece], height: int) -> Iterator[tuple[NDArray[np.int32], ...]]:
    """Inputs, context, targets and a mask of what counts, `_STEPS` tokens at a time, in `height` rows."""
    longest = max(len(piece.tokens) for piece in pieces)
    for start in range(0, longest, _STEPS):
        inputs = np.full((height, _STEPS), NONE, np.int32)
        context = np.zeros((height, _STEPS, pieces[0].context.shape[1]), np.int32)
        targets = np.zeros((height, _STEPS), np.int32)
        counted = np.zeros((height, _STEPS), np.int32)
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
