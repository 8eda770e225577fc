"""The generation loop: batched, one stream of randomness a sequence, results independent of the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import SeqforgeError
from seqforge.interfaces import NONE, Codec, Guides, Model, Processor, Sampler
from seqforge.randomness import UniformStreams

__all__ = ["LONGEST", "Strategy", "generate_tokens", "token_classes"]

LONGEST = 1_000_000
"""Tokens after which a sequence whose guide does not end is given up."""

_ROWS = 16
# Products of matrices of one shape round each row in the same way whatever the other rows hold, so sequences go
# through the model in blocks of this many rows, the last one filled up: a take is the same alone and among others.


@dataclass(frozen=True)
class Strategy:
    """How tokens are chosen: processors in their order, then the sampler."""

    processors: tuple[Processor, ...]
    sampler: Sampler

    def choose(
        self,
        logits: NDArray[np.float64],
        history: NDArray[np.int32],
        token_class: NDArray[np.int32],
        uniform: NDArray[np.float64],
    ) -> NDArray[np.int32]:
        """The next token of each row, (B,)."""
        for processor in self.processors:
            logits = processor(logits, history, token_class)
        return self.sampler(logits, uniform)


def generate_tokens(
    model: Model, codec: Codec, prompt: Mapping[str, Any], strategy: Strategy, *, seed: int, count: int
) -> list[NDArray[np.int32]]:
    """Generate `count` sequences of tokens for one prompt; sequence i depends on `seed` and i alone."""
    sequences: list[NDArray[np.int32]] = []
    for start in range(0, count, _ROWS):
        places = range(start, start + _ROWS)
        guides = codec.guides([prompt] * _ROWS)
        block = _Block(model, guides, token_classes(codec), UniformStreams(seed, places))
        sequences += block.run(strategy, wanted=min(_ROWS, count - start))
    return sequences


def token_classes(codec: Codec) -> NDArray[np.int32]:
    """(V,): the class of each symbol as a number, classes numbered as they first occur."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in codec.vocabulary.classes], np.int32)


class _Block:
    """`_ROWS` sequences that are generated together."""

    def __init__(self, model: Model, guides: Guides, token_class: NDArray[np.int32], streams: UniformStreams) -> None:
        self.model = model
        self.guides = guides
        self.token_class = token_class
        self.streams = streams
        self.history = np.full((_ROWS, 256), NONE, np.int32)
        self.lengths = np.zeros(_ROWS, np.int64)

    def run(self, strategy: Strategy, wanted: int) -> list[NDArray[np.int32]]:
        """Go on until the first `wanted` sequences are complete, and return them."""
        state = self.model.initial_state(_ROWS)
        tokens = np.full(_ROWS, NONE, np.int32)
        step = 0
        while not self.guides.done[:wanted].all():
            if step == LONGEST:
                raise SeqforgeError(f"a sequence did not end within {LONGEST:,} tokens; ask for a shorter one")
            active = ~self.guides.done
            logits, state = self.model.forward(tokens[:, None], self.guides.context()[:, None, :], state)
            tokens = strategy.choose(
                self._permitted(logits[:, 0]), self.history[:, :step], self.token_class, self.streams.draw()
            )
            self.guides.accept(tokens)
            self._remember(tokens, active, step)
            step += 1
        return [self.history[row, : self.lengths[row]].copy() for row in range(wanted)]

    def _permitted(self, logits: NDArray[np.float32]) -> NDArray[np.float64]:
        allowed = self.guides.allowed()
        values = logits.astype(np.float64)
        return values if allowed is None else np.where(allowed, values, -np.inf)

    def _remember(self, tokens: NDArray[np.int32], active: NDArray[np.bool_], step: int) -> None:
        if step == self.history.shape[1]:
            more = np.full_like(self.history, NONE)
            self.history = np.concatenate([self.history, more], axis=1)
        self.history[:, step] = np.where(active, tokens, NONE)
        self.lengths += active
