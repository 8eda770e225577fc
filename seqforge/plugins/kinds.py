"""What a plugin can register."""

from __future__ import annotations

from typing import Any

from seqforge.hookspecs import (
    BackendSpec,
    CodecSpec,
    CommandSpec,
    DatasetSpec,
    FormatSpec,
    MetricSpec,
    PretrainedSpec,
    ReaderSpec,
    RecipeSpec,
    SamplerSpec,
)

__all__ = ["KINDS", "SPECS"]

KINDS = {
    "datasets": "data set",
    "readers": "reader",
    "codecs": "codec",
    "backends": "backend",
    "samplers": "sampler",
    "formats": "format",
    "metrics": "metric",
    "recipes": "recipe",
    "models": "model",
    "commands": "command",
}
"""The word for one of each kind."""

SPECS: dict[str, type[Any]] = {
    "datasets": DatasetSpec,
    "readers": ReaderSpec,
    "codecs": CodecSpec,
    "backends": BackendSpec,
    "samplers": SamplerSpec,
    "formats": FormatSpec,
    "metrics": MetricSpec,
    "recipes": RecipeSpec,
    "models": PretrainedSpec,
    "commands": CommandSpec,
}
"""The spec of each kind."""
