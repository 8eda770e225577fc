"""The weights, laid out as PyTorch's kernels want them, in one block of memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["Parameters"]

Floats = NDArray[np.float32]


class Parameters:
    """All weights as views of one flat tensor, so that clipping and Adam are a few calls, however many there are.

    Kernels are canonically (inputs, outputs); PyTorch wants (outputs, inputs), so here they stand transposed. The
    optimizer's moments have the layout of `flat`, and `split` and `join` translate them too.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._shapes = {name: _turned(name, np.asarray(weight)).shape for name, weight in weights.items()}
        self.flat = torch.zeros(sum(int(np.prod(shape)) for shape in self._shapes.values()))
        self.by_name = {name: view.requires_grad_() for name, view in self._views(self.flat).items()}
        self.load(weights)

    def __getitem__(self, name: str) -> torch.Tensor:
        return self.by_name[name]

    def load(self, weights: Mapping[str, Floats]) -> None:
        """Take over canonical weights, copied."""
        self.flat.copy_(self.join(weights))

    def join(self, arrays: Mapping[str, Floats]) -> torch.Tensor:
        """Canonical arrays, one a weight, as a new flat tensor."""
        for name, shape in self._shapes.items():
            arrived = _turned(name, np.asarray(arrays[name])).shape
            if arrived != shape:
                raise ValueError(f"{name} has shape {arrays[name].shape}; its kernel needs {shape} in PyTorch's order")
        rows = [_turned(name, np.asarray(arrays[name], np.float32)).reshape(-1) for name in self._shapes]
        return torch.from_numpy(np.concatenate(rows))

    def split(self, flat: torch.Tensor) -> dict[str, Floats]:
        """A flat tensor as canonical arrays, copied."""
        return {
            name: np.array(_turned(name, view.detach().numpy()), order="C") for name, view in self._views(flat).items()
        }

    def gradient(self, loss: torch.Tensor) -> torch.Tensor:
        """The gradient of `loss` with respect to every weight, flat."""
        parts: Sequence[torch.Tensor] = torch.autograd.grad(loss, list(self.by_name.values()))
        return torch.cat([part.reshape(-1) for part in parts])

    def _views(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        views, start = {}, 0
        for name, shape in self._shapes.items():
            stop = start + int(np.prod(shape))
            views[name] = flat[start:stop].view(shape)
            start = stop
        return views


def _turned(name: str, weight: Floats) -> Floats:
    """Kernels transposed, between the canonical layout and PyTorch's; embeddings and biases as they are."""
    return weight.T if name.endswith((".kernel", ".recurrent")) else weight
