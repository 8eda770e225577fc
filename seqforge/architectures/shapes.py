"""The shapes that the weights of a spec must have, told without drawing them.

What a file says of its sizes can be held against its tensors before anything of those sizes is made.
"""

from __future__ import annotations

from seqforge.architectures.lstm import LSTM, context_embedding_size, input_size
from seqforge.interfaces import ModelSpec
from seqforge.options import Option

__all__ = ["known_options", "weight_shapes"]


def known_options(architecture: str) -> tuple[Option, ...] | None:
    """The options of an architecture of the core; `None` for those of plugins."""
    return LSTM().options if architecture == "lstm" else None


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]] | None:
    """The names and shapes of the initial weights, if the core knows the architecture; its options are checked."""
    if known_options(spec.architecture) is None:
        return None
    hidden, vocabulary = int(spec.options["hidden"]), spec.vocabulary_size
    shapes: dict[str, tuple[int, ...]] = {"output.kernel": (hidden, vocabulary), "output.bias": (vocabulary,)}
    if spec.options["embedding"]:
        shapes["embedding.weight"] = (vocabulary, int(spec.options["embedding"]))
    for index, field in enumerate(spec.context_fields):
        size = context_embedding_size(field, int(spec.options["context_embedding"]))
        shapes[f"context.{index}.weight"] = (field.size, size)
    inputs = input_size(spec)
    for layer in range(int(spec.options["layers"])):
        shapes[f"lstm.{layer}.kernel"] = (inputs, 4 * hidden)
        shapes[f"lstm.{layer}.recurrent"] = (hidden, 4 * hidden)
        shapes[f"lstm.{layer}.bias"] = (4 * hidden,)
        inputs = hidden
    for index, view in enumerate(spec.output_views if spec.options["relative_output"] else ()):
        shapes[f"view.{index}.kernel"] = (hidden, view.size)
    return shapes
