"""The workers that train one model together: sums over all of them, by the engine's own means.

Keras' means won't do: `fit` under `MultiWorkerMirroredStrategy` fails, and a Keras optimizer made in its scope would
sum what is summed already. So the model is an ordinary one, and only sums know the strategy.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqforge import BackendOptions, RequestError

__all__ = ["RENDEZVOUS", "Workers", "join_workers"]

RENDEZVOUS = {"tensorflow": "tensorflow", "torch": "torch"}
"""By engine, how its workers find one another: the variable TF_CONFIG; the process group of `torch.distributed`."""

Float64s = NDArray[np.float64]


class Workers(Protocol):
    """All workers of a training, this one among them. What one of them calls, all must call."""

    def sums(self, tensors: Sequence[Any]) -> list[Any]:
        """The sum of each tensor over the workers; part of a training step, and so of its graph."""

    def total(self, array: Float64s) -> Float64s:
        """See `seqforge.Distributed.total`."""


def join_workers(engine: str, options: BackendOptions) -> Workers:
    """The workers of an engine; `RequestError` if they have no rendezvous, or count themselves otherwise.

    TensorFlow must not have computed anything before.
    """
    if engine not in RENDEZVOUS:
        raise RequestError(f"Keras on '{engine}' can't train with several workers; allowed: {', '.join(RENDEZVOUS)}")
    place = _place_in_torch() if engine == "torch" else _place_in_tensorflow(os.environ)
    if place is None:
        missing = "PyTorch's process group is not initialized" if engine == "torch" else "TF_CONFIG is not set"
        raise RequestError(
            f"a model of {options.workers} workers, but {missing}; "
            f"start the run with a launcher that has the rendezvous '{RENDEZVOUS[engine]}'"
        )
    if place != (options.rank, options.workers):
        raise RequestError(
            f"worker {options.rank} of {options.workers} is number {place[0]} of {place[1]} at the rendezvous "
            f"'{RENDEZVOUS[engine]}'; the launcher must count them as the core does"
        )
    return _TorchWorkers() if engine == "torch" else _TensorFlowWorkers()


def _place_in_tensorflow(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Rank and number of workers; `None` without a rendezvous."""
    config = json.loads(environment.get("TF_CONFIG") or "{}")
    return (config["task"]["index"], len(config["cluster"]["worker"])) if config else None


def _place_in_torch() -> tuple[int, int] | None:
    distributed = importlib.import_module("torch.distributed")
    return (distributed.get_rank(), distributed.get_world_size()) if distributed.is_initialized() else None


@functools.cache
def _strategy() -> Any:
    """What holds the connections: one a process."""
    return importlib.import_module("tensorflow").distribute.MultiWorkerMirroredStrategy()


class _TensorFlowWorkers:
    def __init__(self) -> None:
        self._tf = importlib.import_module("tensorflow")
        self._strategy = _strategy()
        vector = self._tf.TensorSpec([None], self._tf.float64)
        self._total = self._tf.function(lambda flat: self.sums([flat])[0], input_signature=[vector])

    def sums(self, tensors: Sequence[Any]) -> list[Any]:
        """All in one: the strategy packs them into a single tensor."""
        return list(self._strategy.run(self._summed, args=(list(tensors),)))

    def total(self, array: Float64s) -> Float64s:
        flat = np.array(array, np.float64).reshape(-1)
        return np.array(self._total(flat).numpy(), np.float64).reshape(np.shape(array))

    def _summed(self, tensors: list[Any]) -> Any:
        # the strategy asks for the device of each, which arguments have not
        placed = [self._tf.identity(tensor) for tensor in tensors]
        return self._tf.distribute.get_replica_context().all_reduce(self._tf.distribute.ReduceOp.SUM, placed)


class _TorchWorkers:
    def __init__(self) -> None:
        self._torch = importlib.import_module("torch")

    def sums(self, tensors: Sequence[Any]) -> list[Any]:
        flat = self._torch.cat([tensor.detach().reshape(-1) for tensor in tensors])
        self._torch.distributed.all_reduce(flat)
        parts = flat.split([tensor.numel() for tensor in tensors])
        return [part.view(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]

    def total(self, array: Float64s) -> Float64s:
        flat = self._torch.from_numpy(np.array(array, np.float64, order="C"))
        self._torch.distributed.all_reduce(flat)
        return np.array(flat.numpy())
