"""The LSTM as a trainable model in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from seqforge import BackendOptions, Batch, DropoutMasks, ModelSpec, State, dropout_masks, output_views
from seqforge_torch.adam import Adam, clip_by_global_norm
from seqforge_torch.parameters import Parameters

__all__ = ["LSTMModel"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class LSTMModel:
    """The canonical LSTM on PyTorch's fused kernel, a layer at a time so that our dropout stands between them."""

    def __init__(self, spec: ModelSpec, weights: Mapping[str, Floats], options: BackendOptions) -> None:
        self.spec = spec
        self.layers = int(spec.options["layers"])
        self.hidden = int(spec.options["hidden"])
        self.clip_norm = options.clip_norm
        self._parameters = Parameters(weights)
        self._adam = Adam(self._parameters.flat)
        self._views = [(field, _integers(classes)) for field, classes in output_views(spec)]
        self._second_bias = torch.zeros(4 * self.hidden)  # the kernel has two; canonically there is one
        if not spec.options["embedding"]:
            # one-hot rows, then a row of zeros: NONE is -1, and so finds the last one
            self._one_hot = torch.eye(spec.vocabulary_size + 1)[:, :-1].contiguous()

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """See `seqforge.Model.train_step`."""
        start = state if state is not None else self.initial_state(len(batch.inputs))
        masks = dropout_masks(self.spec, len(batch.inputs), seed, batch.share)
        loss, gradient, end = self._learn(batch, start, masks)
        clip_by_global_norm(gradient, self.clip_norm)
        self._adam.update(gradient, learning_rate)
        return loss.item(), end

    @torch.no_grad()
    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """See `seqforge.Model.forward`."""
        logits, end = self._run(inputs, context, state, None)
        return logits.numpy(), end

    def initial_state(self, batch_size: int) -> State:
        """See `seqforge.Model.initial_state`."""
        names = [f"lstm.{layer}.{part}" for layer in range(self.layers) for part in ("hidden", "cell")]
        return {name: np.zeros((batch_size, self.hidden), np.float32) for name in names}

    def weights(self) -> dict[str, Floats]:
        """See `seqforge.Model.weights`."""
        return self._parameters.split(self._parameters.flat)

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """See `seqforge.Model.load_weights`."""
        self._parameters.load(weights)

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """See `seqforge.Model.optimizer_state`."""
        state: dict[str, NDArray[Any]] = {"adam.step": np.array(self._adam.step, np.int64)}
        for moment, flat in (("m", self._adam.first), ("v", self._adam.second)):
            state |= {f"adam.{moment}.{name}": array for name, array in self._parameters.split(flat).items()}
        return state

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See `seqforge.Model.load_optimizer_state`."""
        self._adam.step = int(state["adam.step"])
        for moment, flat in (("m", self._adam.first), ("v", self._adam.second)):
            flat.copy_(
                self._parameters.join({name: state[f"adam.{moment}.{name}"] for name in self._parameters.by_name})
            )

    def _learn(
        self, batch: Batch, start: State, masks: DropoutMasks
    ) -> tuple[torch.Tensor, torch.Tensor, dict[str, Floats]]:
        """The loss of a step, its gradient, flat, and the end state."""
        loss, end = self._loss(batch, start, masks)
        return loss, self._parameters.gradient(loss), end

    def _loss(self, batch: Batch, start: State, masks: DropoutMasks) -> tuple[torch.Tensor, dict[str, Floats]]:
        """The sum of weight x nats, and the end state."""
        logits, end = self._run(batch.inputs, batch.context, start, masks)
        targets = _integers(batch.targets).clamp_(min=0).reshape(-1)
        nats = functional.cross_entropy(logits.reshape(-1, self.spec.vocabulary_size), targets, reduction="none")
        return (nats * _floats(batch.weight).reshape(-1)).sum(), end

    def _run(
        self, inputs: Ints, context: Ints, state: State, masks: DropoutMasks | None
    ) -> tuple[torch.Tensor, dict[str, Floats]]:
        """Logits (B, T, V) and the state after the last step."""
        output = self._layer_input(_integers(inputs), _integers(context))
        if masks is not None and masks.inputs is not None:
            output = output * torch.from_numpy(masks.inputs)
        end: dict[str, Floats] = {}
        for layer in range(self.layers):
            name = f"lstm.{layer}"
            start = [_floats(state[f"{name}.{part}"])[None] for part in ("hidden", "cell")]
            kernel, recurrent, bias = (self._parameters[f"{name}.{part}"] for part in ("kernel", "recurrent", "bias"))
            if masks is not None and masks.recurrent:
                recurrent = recurrent * torch.from_numpy(masks.recurrent[layer].T)
            weights = [kernel, recurrent, bias, self._second_bias]
            output, hidden, cell = torch.lstm(
                output, start, weights, True, 1, 0.0, torch.is_grad_enabled(), False, True
            )
            end[f"{name}.hidden"], end[f"{name}.cell"] = hidden.detach()[0].numpy(), cell.detach()[0].numpy()
            if masks is not None and masks.outputs:
                output = output * torch.from_numpy(masks.outputs[layer])
        return self._logits(output, _integers(context)), end

    def _logits(self, output: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        logits = functional.linear(output, self._parameters["output.kernel"], self._parameters["output.bias"])
        for index, (field, classes) in enumerate(self._views):
            relative = functional.linear(output, self._parameters[f"view.{index}.kernel"])
            logits = logits + relative.gather(-1, classes[context[..., field]])
        return logits

    def _layer_input(self, tokens: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """The token, embedded or one-hot, then the embedding of each context field: (B, T, inputs)."""
        if self.spec.options["embedding"]:
            known = (tokens >= 0)[..., None]
            parts = [functional.embedding(tokens.clamp(min=0), self._parameters["embedding.weight"]) * known]
        else:
            parts = [self._one_hot[tokens]]
        for index in range(len(self.spec.context_fields)):
            parts.append(functional.embedding(context[..., index], self._parameters[f"context.{index}.weight"]))
        return torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]


def _integers(array: Ints) -> torch.Tensor:
    """A copy, so that read-only arrays will do."""
    return torch.from_numpy(np.array(array, np.int64, order="C"))


def _floats(array: Floats) -> torch.Tensor:
    """A copy, so that read-only arrays will do."""
    return torch.from_numpy(np.array(array, np.float32, order="C"))
