"""Window policies: how pieces become batches of examples of fixed length.

A policy says where windows start (one after another, or at `count` places drawn once), what the first input is (the
token before the window, or none), and whether the state is carried from a window to the next one of its piece.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import NONE, Batch, Piece
from seqforge.randomness import generator

__all__ = ["WindowBatch", "WindowPolicy", "drawn_windows", "epoch_tokens", "window_batches"]


@dataclass(frozen=True, kw_only=True)
class WindowPolicy:
    """`length` tokens a window; `starts` is `sequential` or `random`, then `count` windows are drawn once.

    Without `last_target` the last step of a window has weight 0: it is given a token and asked for nothing.
    """

    length: int
    batch_size: int
    first_input: str = "previous"
    starts: str = "sequential"
    count: int = 0
    carry_state: bool = False
    last_target: bool = True


@dataclass(frozen=True)
class WindowBatch:
    """A batch; `fresh` (B,) bool marks the rows whose state starts at zero; `tokens` counts the unmasked ones."""

    batch: Batch
    fresh: NDArray[np.bool_]
    tokens: int


@dataclass(frozen=True)
class _Window:
    piece: Piece
    start: int
    stop: int


def window_batches(
    pieces: Sequence[Piece], policy: WindowPolicy, seed: int, *, first: int = 0
) -> Iterator[WindowBatch]:
    """Batches without end from number `first` on, in an order that the seed fixes; each epoch has one of its own."""
    choices = _carried(pieces, policy, seed) if policy.carry_state else _shuffled(pieces, policy, seed)
    for windows, fresh in itertools.islice(choices, first, None):
        yield _batch(windows, policy, fresh)


def drawn_windows(pieces: Sequence[Piece], policy: WindowPolicy, seed: int) -> Iterator[Batch]:
    """The windows that `random` starts have drawn, in the order of their drawing, `batch_size` at a time."""
    windows = _drawn(pieces, policy, seed)
    for start in range(0, len(windows), policy.batch_size):
        rows = windows[start : start + policy.batch_size]
        yield _batch(rows, policy, fresh=np.ones(len(rows), np.bool_)).batch


def epoch_tokens(pieces: Sequence[Piece], policy: WindowPolicy) -> int:
    """How many tokens one pass over the windows holds."""
    if policy.starts == "random":
        return policy.count * (policy.length - (not policy.last_target))
    return sum(len(piece.tokens) for piece in pieces)


def _cut(pieces: Sequence[Piece], length: int) -> list[_Window]:
    return [
        _Window(piece, start, min(start + length, len(piece.tokens)))
        for piece in pieces
        for start in range(0, len(piece.tokens), length)
    ]


def _drawn(pieces: Sequence[Piece], policy: WindowPolicy, seed: int) -> list[_Window]:
    """`count` windows: a place among all tokens where a whole window fits, drawn uniformly."""
    places = np.array([max(1, len(piece.tokens) - policy.length + 1) for piece in pieces])
    ends = np.cumsum(places)
    drawn = generator(seed, "windows").integers(ends[-1], size=policy.count)
    windows = []
    for place in drawn:
        index = int(np.searchsorted(ends, place, side="right"))
        start = int(place - (ends[index] - places[index]))
        windows.append(_Window(pieces[index], start, min(start + policy.length, len(pieces[index].tokens))))
    return windows


_Choice = tuple[Sequence[_Window], NDArray[np.bool_]]
"""The windows of a batch, and which of them are fresh."""


def _shuffled(pieces: Sequence[Piece], policy: WindowPolicy, seed: int) -> Iterator[_Choice]:
    windows = _drawn(pieces, policy, seed) if policy.starts == "random" else _cut(pieces, policy.length)
    for epoch in itertools.count():
        order = generator(seed, "windows", epoch).permutation(len(windows))
        for start in range(0, len(order), policy.batch_size):
            rows = [windows[index] for index in order[start : start + policy.batch_size]]
            yield rows, np.ones(len(rows), np.bool_)


def _carried(pieces: Sequence[Piece], policy: WindowPolicy, seed: int) -> Iterator[_Choice]:
    """Each row walks through a segment of a piece window by window, then takes the next segment of the epoch."""
    queue = _segments_without_end(pieces, policy, seed)
    rows: list[_Window | None] = [None] * policy.batch_size
    while True:
        windows: list[_Window] = []
        fresh = np.zeros(policy.batch_size, np.bool_)
        for row, rest in enumerate(rows):
            segment = rest
            if segment is None:
                segment, fresh[row] = next(queue), True
            stop = min(segment.start + policy.length, segment.stop)
            windows.append(_Window(segment.piece, segment.start, stop))
            rows[row] = _Window(segment.piece, stop, segment.stop) if stop < segment.stop else None
        yield windows, fresh


def _segments_without_end(pieces: Sequence[Piece], policy: WindowPolicy, seed: int) -> Iterator[_Window]:
    """Pieces in the order of each epoch; one that would keep a row busy for longer than an epoch is cut."""
    total = sum(len(piece.tokens) for piece in pieces)
    longest = max(policy.length, -(-total // policy.batch_size))
    segments = _cut(pieces, longest)
    for epoch in itertools.count():
        for index in generator(seed, "windows", epoch).permutation(len(segments)):
            yield segments[index]


def _batch(windows: Sequence[_Window], policy: WindowPolicy, fresh: NDArray[np.bool_]) -> WindowBatch:
    shape = (len(windows), policy.length)
    inputs = np.full(shape, NONE, np.int32)
    targets = np.zeros(shape, np.int32)
    weight = np.zeros(shape, np.float32)
    context = np.zeros((*shape, windows[0].piece.context.shape[1]), np.int32)
    for row, window in enumerate(windows):
        tokens = window.piece.tokens
        size = window.stop - window.start
        targets[row, :size] = tokens[window.start : window.stop]
        inputs[row, 1:size] = tokens[window.start : window.stop - 1]
        if window.start and policy.first_input == "previous":
            inputs[row, 0] = tokens[window.start - 1]
        context[row, :size] = window.piece.context[window.start : window.stop]
        weight[row, : size if policy.last_target else size - 1] = 1
    count = int(weight.sum())
    weight /= max(count, 1)
    return WindowBatch(Batch(inputs=inputs, context=context, targets=targets, weight=weight), fresh, count)
