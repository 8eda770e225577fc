"""The workers of a run, as one of them sees them: whose rows are whose, and what all must know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.evaluation.scoring import piece_nats
from seqforge.interfaces import NONE, Batch, Model, Piece, Share, State
from seqforge.launching import Distributed
from seqforge.windows import WindowBatch

__all__ = ["Team"]


class Team:
    """`size` workers, of which this one is number `rank`; by default it is alone.

    A step's rows are shared out in their order, as evenly as can be. What is gathered has the same bits in each.
    """

    def __init__(self, model: Model, rank: int = 0, size: int = 1) -> None:
        self.model = model
        self.rank = rank
        self.size = size

    @property
    def is_first(self) -> bool:
        """Whether this worker is the one that writes the run's files."""
        return self.rank == 0

    def share(self, example: WindowBatch) -> WindowBatch:
        """This worker's rows of a step's batch; if there are fewer rows than workers, one that counts for nothing."""
        if self.size == 1:
            return example
        batch, total = example.batch, len(example.batch.inputs)
        rows = self._rows(total)
        share = Share(rows.start, total)
        if rows.start == rows.stop:
            own = _idle(batch, share)
            return replace(example, batch=own, fresh=np.ones(1, np.bool_))
        own = Batch(
            inputs=batch.inputs[rows],
            context=batch.context[rows],
            targets=batch.targets[rows],
            weight=batch.weight[rows],
            share=share,
        )
        return replace(example, batch=own, fresh=example.fresh[rows])

    def own_rows(self, state: State | None) -> State | None:
        """This worker's rows of the state that is carried from step to step."""
        if state is None or self.size == 1:
            return state
        return {name: values[self._rows(len(values))] for name, values in state.items()}

    def all_rows(self, state: State | None, rows: int) -> State | None:
        """What `own_rows` was given, `rows` of it, out of the rows of all."""
        if state is None or self.size == 1:
            return state
        whole = {}
        for name, values in state.items():
            padded = np.zeros((rows, *values.shape[1:]))
            padded[self._rows(rows)] = values
            whole[name] = self._total(padded).astype(values.dtype)
        return whole

    def piece_nats(self, pieces: Sequence[Piece]) -> list[float]:
        """The nats of each piece, of which each worker scores its own."""
        if self.size == 1:
            return piece_nats(self.model, pieces)
        nats = np.zeros(len(pieces))
        if own := pieces[self.rank :: self.size]:
            nats[self.rank :: self.size] = piece_nats(self.model, own)
        return [float(value) for value in self._total(nats)]

    def told(self, value: Any) -> Any:
        """What the first worker has as `value`, which JSON can hold: all go on with that."""
        if self.size == 1:
            return value
        text = np.frombuffer(json.dumps(value).encode(), np.uint8) if self.is_first else np.zeros(0, np.uint8)
        buffer = np.zeros(int(self._total(np.array([float(len(text))]))[0]))
        buffer[: len(text)] = text
        return json.loads(self._total(buffer).astype(np.uint8).tobytes())

    def _rows(self, total: int) -> slice:
        return slice(self.rank * total // self.size, (self.rank + 1) * total // self.size)

    def _total(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        if not isinstance(self.model, Distributed):
            raise TypeError(f"{type(self.model).__name__} has no method total, and can't be one of several workers'")
        return self.model.total(array)


def _idle(batch: Batch, share: Share) -> Batch:
    """A row of nothing: every worker takes part in every step."""
    fields: Mapping[str, Any] = {
        "inputs": np.full_like(batch.inputs[:1], NONE),
        "context": np.zeros_like(batch.context[:1]),
        "targets": np.zeros_like(batch.targets[:1]),
        "weight": np.zeros_like(batch.weight[:1]),
    }
    return Batch(**fields, share=Share(min(share.first, share.total - 1), share.total))
