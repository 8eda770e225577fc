"""The network. For another one, change this module alone: `model.py` takes any that has these two names."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from seqforge import ModelSpec, output_views

__all__ = ["GRUNetwork"]


class GRUNetwork(nn.Module):
    """Token and context, each embedded, into GRU layers; their output into logits.

    With `relative_output` each symbol also gets the logits of what it is relative to the context, such as an interval.
    """

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        options = spec.options
        layers, hidden = int(options["layers"]), int(options["hidden"])
        size, context_size = int(options["embedding"]), int(options["context_embedding"])
        self.state_shapes = {"gru.hidden": (layers, hidden)}
        """By name: the shape of what each sequence carries from step to step."""
        self.token = nn.Embedding(spec.vocabulary_size, size)
        self.context = nn.ModuleList(nn.Embedding(field.size, context_size) for field in spec.context_fields)
        self.dropout = nn.Dropout(float(options["dropout"]))
        inputs = size + len(spec.context_fields) * context_size
        self.gru = nn.GRU(inputs, hidden, layers, batch_first=True)
        self.output = nn.Linear(hidden, spec.vocabulary_size)
        views = output_views(spec)  # none unless `relative_output` is set
        self.view_classes = [(field, torch.from_numpy(classes).long()) for field, classes in views]
        self.views = nn.ModuleList(nn.Linear(hidden, int(classes.max()) + 1, bias=False) for _, classes in views)

    def forward(self, tokens: Tensor, context: Tensor, state: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """Logits (B, T, V) for tokens (B, T) and context (B, T, F), and the state after the last step."""
        is_token = (tokens >= 0)[..., None]  # NONE is -1, and gives zeros
        parts = [self.token(tokens.clamp(min=0)) * is_token]
        parts += [embedding(context[..., field]) for field, embedding in enumerate(self.context)]
        start = state["gru.hidden"].transpose(0, 1).contiguous()
        output, end = self.gru(self.dropout(torch.cat(parts, dim=-1)), start)
        output = self.dropout(output)
        logits = self.output(output)
        for view, (field, classes) in zip(self.views, self.view_classes, strict=True):
            logits = logits + view(output).gather(-1, classes[context[..., field]])
        return logits, {"gru.hidden": end.transpose(0, 1)}
