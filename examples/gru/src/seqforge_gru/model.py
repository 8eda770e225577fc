"""Any PyTorch network as a model that seqforge trains: nothing here knows that it is a GRU."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from seqforge import Batch, State

__all__ = ["TorchModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}  # seqforge's names for Adam's moments, and PyTorch's


class TorchModel:
    """`network(tokens, context, state)` gives logits and state; its `state_shapes` say what a sequence carries."""

    def __init__(self, network: nn.Module, weights: Mapping[str, Floats], *, clip_norm: float) -> None:
        self.network = network
        self.clip_norm = clip_norm
        self.parameters = dict(network.named_parameters())
        self.load_weights(weights)
        self.adam = torch.optim.Adam(self.parameters.values())

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """See `seqforge.Model.train_step`."""
        start = state if state is not None else self.initial_state(len(batch.inputs))
        self.network.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            logits, end = self._run(batch.inputs, batch.context, start)
        nats = functional.cross_entropy(logits.transpose(1, 2), _tensor(batch.targets, np.int64), reduction="none")
        loss = (nats * _tensor(batch.weight, np.float32)).sum()
        self.adam.zero_grad()
        loss.backward()
        self._clip_gradients()
        self.adam.param_groups[0]["lr"] = learning_rate
        self.adam.step()
        return loss.item(), end

    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """See `seqforge.Model.forward`."""
        self.network.eval()
        with torch.no_grad():
            logits, end = self._run(inputs, context, state)
        return logits.numpy(), end

    def initial_state(self, batch_size: int) -> State:
        """See `seqforge.Model.initial_state`."""
        return {name: np.zeros((batch_size, *shape), np.float32) for name, shape in self.network.state_shapes.items()}

    def weights(self) -> dict[str, Floats]:
        """See `seqforge.Model.weights`."""
        return {name: _array(parameter) for name, parameter in self.parameters.items()}

    @torch.no_grad()
    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """See `seqforge.Model.load_weights`."""
        for name, parameter in self.parameters.items():
            parameter.copy_(_tensor(weights[name], np.float32))

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """See `seqforge.Model.optimizer_state`."""
        state: dict[str, NDArray[Any]] = {"adam.step": np.array(0, np.int64)}
        for name, parameter, moments in self._moments():
            if moments:
                state["adam.step"] = np.array(int(moments["step"]), np.int64)
            for letter, key in _MOMENTS.items():
                state[f"adam.{letter}.{name}"] = _array(moments[key] if moments else torch.zeros_like(parameter))
        return state

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See `seqforge.Model.load_optimizer_state`."""
        for name, parameter, _ in self._moments():
            moments = {key: _tensor(state[f"adam.{letter}.{name}"], np.float32) for letter, key in _MOMENTS.items()}
            self.adam.state[parameter] = {"step": torch.tensor(float(state["adam.step"])), **moments}

    def _run(self, inputs: Ints, context: Ints, state: State) -> tuple[Tensor, dict[str, Floats]]:
        start = {name: _tensor(values, np.float32) for name, values in state.items()}
        logits, end = self.network(_tensor(inputs, np.int64), _tensor(context, np.int64), start)
        return logits, {name: _array(values) for name, values in end.items()}

    def _clip_gradients(self) -> None:
        """By their global norm; PyTorch's own helper adds 1e-6 to it."""
        gradients = [parameter.grad for parameter in self.parameters.values()]
        norm = float(torch.linalg.vector_norm(torch.cat([gradient.flatten() for gradient in gradients])))
        if 0 < self.clip_norm < norm:
            for gradient in gradients:
                gradient.mul_(self.clip_norm / norm)

    def _moments(self) -> Iterator[tuple[str, nn.Parameter, dict[str, Tensor]]]:
        """Every weight with what Adam keeps of it: nothing before the first step."""
        return ((name, parameter, self.adam.state.get(parameter, {})) for name, parameter in self.parameters.items())


def _tensor(values: NDArray[Any], dtype: type) -> Tensor:
    """A copy, so that read-only arrays will do and nothing is shared."""
    return torch.from_numpy(np.array(values, dtype, order="C"))


def _array(tensor: Tensor) -> NDArray[Any]:
    return np.array(tensor.detach().numpy(), order="C")
