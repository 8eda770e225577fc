"""An n-gram as a model that seqforge trains: each window is counted, and the state is the tokens before the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import Batch, ModelSpec, State
from seqforge_ngram.counts import Counts

__all__ = ["NgramModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_STATE = "ngram.tokens"  # (B, n - 1): 1 + token, 0 where there was none: zeros are the start of a sequence


class NgramModel:
    """It knows the tokens alone: context and output views, which other backends use, are ignored."""

    def __init__(self, spec: ModelSpec, weights: Mapping[str, Floats]) -> None:
        self.before = int(spec.options["order"]) - 1
        self.counts = Counts(spec.vocabulary_size, self.before + 1, float(spec.options["discount"]))
        self.load_weights(weights)

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """See `seqforge.Model.train_step`: what the targets cost before they are counted.

        Of the learning rate it matters only whether it is 0: then nothing is learnt.
        """
        histories, end = self._histories(batch.inputs, state or self.initial_state(len(batch.inputs)))
        chances = self.counts.probabilities(histories)
        chosen = np.take_along_axis(chances, batch.targets[..., None], axis=-1)[..., 0]
        loss = float(-(np.log(chosen) * batch.weight).sum())
        if learning_rate:
            is_counted = batch.weight > 0
            self.counts.add(histories[is_counted], batch.targets[is_counted])
        return loss, end

    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """See `seqforge.Model.forward`."""
        histories, end = self._histories(inputs, state)
        return np.log(self.counts.probabilities(histories)).astype(np.float32), end

    def initial_state(self, batch_size: int) -> State:
        """See `seqforge.Model.initial_state`."""
        return {_STATE: np.zeros((batch_size, self.before), np.float32)}

    def weights(self) -> dict[str, Floats]:
        """See `seqforge.Model.weights`: every n-gram, as 1 + token a place, and how often it came."""
        return {"ngrams": self.counts.ngrams().astype(np.float32), "counts": self.counts.counts.astype(np.float32)}

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """See `seqforge.Model.load_weights`: any number of n-grams."""
        self.counts.replace(weights["ngrams"].astype(np.int64), weights["counts"].astype(np.int64))

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """There is none: the counts are everything."""
        return {}

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Nothing to take over."""

    def _histories(self, inputs: Ints, state: State) -> tuple[NDArray[np.int64], State]:
        """(B, T, n - 1): 1 + token of those before each target, the oldest first; and the state after the last."""
        tokens = np.concatenate([state[_STATE].astype(np.int64), inputs.astype(np.int64) + 1], axis=1)
        steps = inputs.shape[1]
        places = np.arange(steps)[:, None] + np.arange(1, self.before + 1)
        return tokens[:, places], {_STATE: tokens[:, steps:].astype(np.float32)}
