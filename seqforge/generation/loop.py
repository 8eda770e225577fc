"""The generation loop: batched, one stream of randomness a sequence, results independent of the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import SeqforgeError
from seqforge.generation.processors import log_softmax
from seqforge.generation.stepping import make_stepper
from seqforge.interfaces import NONE, Codec, Guides, Model, Processor, Sampler, Search
from seqforge.randomness import UniformStreams, generator

__all__ = ["LONGEST", "Strategy", "generate_tokens", "permitted", "token_classes"]

LONGEST = 1_000_000
"""Tokens after which a sequence whose guide does not end is given up."""

BLOCK = 256
"""Sequences that go through the model together: their numbers stay in the cache."""


@dataclass(frozen=True)
class Strategy:
    """How tokens are chosen: processors in their order, then the sampler, or the search that asks for them."""

    processors: tuple[Processor, ...]
    sampler: Sampler | Search

    def processed(
        self,
        logits: NDArray[np.float32],
        guides: Guides,
        history: NDArray[np.int32],
        token_class: NDArray[np.int32],
    ) -> NDArray[np.float64]:
        """The logits (B, V) after what the guides say and all processors."""
        values = permitted(logits, guides)
        for processor in self.processors:
            values = processor(values, history, token_class)
        return values


def generate_tokens(
    model: Model,
    codec: Codec,
    prompts: Sequence[Mapping[str, Any]],
    strategy: Strategy,
    *,
    seed: int,
    wrap_guides: Callable[[Guides], Guides] | None = None,
) -> Iterator[NDArray[np.int32]]:
    """Generate a sequence of tokens for each prompt; sequence i depends on its prompt, on `seed` and on i alone.

    A search gives those of one prompt (the same object, time after time) together, best first. `wrap_guides` puts
    something around the guides of the codec that forbids more.
    """
    token_class = token_classes(codec)

    def guides_of(some: Sequence[Mapping[str, Any]]) -> Guides:
        guides = codec.guides(some)
        return guides if wrap_guides is None else wrap_guides(guides)

    if isinstance(strategy.sampler, Search):

        def score(logits: NDArray[np.float32], guides: Guides, history: NDArray[np.int32]) -> NDArray[np.float64]:
            return log_softmax(strategy.processed(logits, guides, history, token_class))

        for places in _runs(prompts):
            yield from strategy.sampler.run(
                make_stepper(model, 1),
                guides_of([prompts[places.start]]),
                score,
                count=len(places),
                generator=generator(seed, "search", places.start),
            )
        return
    for start in range(0, len(prompts), BLOCK):
        some = prompts[start : start + BLOCK]
        streams = UniformStreams(seed, range(start, start + len(some)))
        yield from _Block(model, guides_of(some), token_class, streams).run(strategy, strategy.sampler)


def _runs(prompts: Sequence[Mapping[str, Any]]) -> Iterator[range]:
    """The places of prompts in a row that are one object."""
    start = 0
    for end in range(1, len(prompts) + 1):
        if end == len(prompts) or prompts[end] is not prompts[start]:
            yield range(start, end)
            start = end


def token_classes(codec: Codec) -> NDArray[np.int32]:
    """(V,): the class of each symbol as a number, classes numbered as they first occur."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in codec.vocabulary.classes], np.int32)


def permitted(logits: NDArray[np.float32], guides: Guides) -> NDArray[np.float64]:
    """The logits (B, V) with what the guides forbid at minus infinity, and what they favour raised."""
    values = logits.astype(np.float64)
    allowed = guides.allowed()
    if allowed is None:
        return values
    if allowed.dtype == np.bool_:
        np.copyto(values, -np.inf, where=np.logical_not(allowed))
    else:
        with np.errstate(divide="ignore"):
            values += np.log(allowed)
    return values


class _Block:
    """Sequences that are generated together. Those that are done are left out once they are many."""

    def __init__(self, model: Model, guides: Guides, token_class: NDArray[np.int32], streams: UniformStreams) -> None:
        rows = len(guides.done)
        self.stepper = make_stepper(model, rows)
        self.guides = guides
        self.token_class = token_class
        self.streams = streams
        self.numbers = np.arange(rows)  # of the sequences that are still here
        self.history = np.full((rows, 256), NONE, np.int32)
        self.complete: list[NDArray[np.int32] | None] = [None] * rows

    def run(self, strategy: Strategy, sampler: Sampler) -> list[NDArray[np.int32]]:
        """Go on until all sequences are complete, and return them."""
        tokens = np.full(len(self.numbers), NONE, np.int32)
        step = 0
        while (finished := int(np.count_nonzero(self.guides.done))) < len(tokens):
            if finished * 4 >= len(tokens):
                tokens = self._leave_out(tokens, step)
                finished = 0
            if step == LONGEST:
                raise SeqforgeError(f"a sequence did not end within {LONGEST:,} tokens; ask for a shorter one")
            logits = self.stepper.step(tokens, self.guides.context())
            values = strategy.processed(logits, self.guides, self.history[:, :step], self.token_class)
            tokens = sampler(values, self.streams.draw())
            self._remember(tokens, step, some_done=finished > 0)
            self.guides.accept(tokens)
            step += 1
        self._put_away(np.arange(len(self.numbers)), step)
        return [sequence for sequence in self.complete if sequence is not None]

    def _leave_out(self, tokens: NDArray[np.int32], step: int) -> NDArray[np.int32]:
        """Put away the sequences that are done; the tokens of the others."""
        done = self.guides.done
        self._put_away(np.flatnonzero(done), step)
        rows = np.flatnonzero(~done).astype(np.int32)
        self.guides = self.guides.select(rows)
        self.stepper = self.stepper.select(rows)
        self.streams = self.streams.select(rows)
        self.numbers = self.numbers[rows]
        self.history = self.history[rows]
        return tokens[rows]

    def _put_away(self, rows: NDArray[np.int64], step: int) -> None:
        for row in rows.tolist():
            tokens = self.history[row, :step]
            self.complete[self.numbers[row]] = tokens[tokens != NONE].copy()

    def _remember(self, tokens: NDArray[np.int32], step: int, *, some_done: bool) -> None:
        if step == self.history.shape[1]:
            self.history = np.concatenate([self.history, np.full_like(self.history, NONE)], axis=1)
        self.history[:, step] = tokens
        if some_done:
            self.history[self.guides.done, step] = NONE
