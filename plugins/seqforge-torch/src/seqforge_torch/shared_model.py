"""The LSTM as one of several workers trains it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed

from seqforge import BackendOptions, Batch, DropoutMasks, ModelSpec, RequestError, State
from seqforge_torch.lstm_model import LSTMModel

__all__ = ["SharedLSTMModel"]

Floats = NDArray[np.float32]


class SharedLSTMModel(LSTMModel):
    """The LSTM whose gradient is summed over the workers, as one tensor, in PyTorch's default process group.

    Not by `DistributedDataParallel`: it puts the gradients into other buckets after its first step, so that with three
    workers a training that was resumed has other bits than an unbroken one. Told to keep them (by
    `find_unused_parameters`) it is no faster: a step at 2 x 512 units with two workers on one machine took 236 to
    238 ms, 238 ms with the one sum.
    """

    def __init__(self, spec: ModelSpec, weights: Mapping[str, Floats], options: BackendOptions) -> None:
        _check_group(options)
        super().__init__(spec, weights, options)

    def total(self, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """See `seqforge.Distributed.total`."""
        summed = torch.from_numpy(np.array(array, np.float64, order="C"))
        distributed.all_reduce(summed)
        return summed.numpy()

    def _learn(
        self, batch: Batch, start: State, masks: DropoutMasks
    ) -> tuple[torch.Tensor, torch.Tensor, dict[str, Floats]]:
        """The loss of all rows, its gradient, flat, and the end state of the worker's own."""
        loss, end = self._loss(batch, start, masks)
        summed = loss.detach().clone()
        losses = distributed.all_reduce(summed, async_op=True)  # on its way while the gradient is computed
        gradient = self._parameters.gradient(loss)
        distributed.all_reduce(gradient)
        losses.wait()
        return summed, gradient, end


def _check_group(options: BackendOptions) -> None:
    """`RequestError` unless the process group stands, with as many workers, and this one in its place."""
    if not distributed.is_initialized():
        raise RequestError(
            f"a model of {options.workers} workers, but PyTorch's process group is not initialized; "
            "start the run with a launcher that has the rendezvous 'torch'"
        )
    place = (distributed.get_rank(), distributed.get_world_size())
    if place != (options.rank, options.workers):
        raise RequestError(
            f"worker {options.rank} of {options.workers} is number {place[0]} of {place[1]} in PyTorch's process "
            "group; the launcher must count them as the core does"
        )
