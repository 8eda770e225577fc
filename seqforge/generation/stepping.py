"""Models one token at a time: what the generation loop and the searches ask them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import Model, State, Stepper

__all__ = ["make_stepper"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_ROWS = 16


def make_stepper(model: Model, rows: int) -> Stepper:
    """`rows` sequences at their start: the model's own stepper where it offers one, else through `forward`.

    A model that has a faster way for single tokens offers a method `stepper(rows)`, which may return `None`.
    """
    offered = getattr(model, "stepper", None)
    stepper: Stepper | None = offered(rows) if offered is not None else None
    return stepper if stepper is not None else _ForwardStepper(model, rows, model.initial_state(rows))


class _ForwardStepper:
    """Any model. Products of matrices of one shape round each row in the same way whatever the others hold.

    So sequences go through the model in blocks of `_ROWS`, the last one filled up.
    """

    def __init__(self, model: Model, rows: int, state: State) -> None:
        self._model = model
        self._rows = rows
        self._state = {name: _filled(np.asarray(values)) for name, values in state.items()}

    def step(self, tokens: Ints, context: Ints) -> Floats:
        """See `seqforge.Stepper.step`."""
        tokens, context = _filled(tokens), _filled(context)
        blocks = []
        for start in range(0, len(tokens), _ROWS):
            rows = slice(start, start + _ROWS)
            state = {name: values[rows] for name, values in self._state.items()}
            logits, state_after = self._model.forward(tokens[rows, None], context[rows, None, :], state)
            for name, values in state_after.items():
                self._state[name][rows] = values
            blocks.append(logits[:, 0])
        return np.concatenate(blocks)[: self._rows]

    def select(self, rows: Ints) -> _ForwardStepper:
        """See `seqforge.Stepper.select`."""
        return _ForwardStepper(self._model, len(rows), {name: values[rows] for name, values in self._state.items()})


def _filled(values: NDArray[Any]) -> NDArray[Any]:
    """A copy with rows of zeros at its end, up to a multiple of `_ROWS`."""
    missing = -len(values) % _ROWS
    return np.concatenate([values, np.zeros((missing, *values.shape[1:]), values.dtype)])
