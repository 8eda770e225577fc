"""What a plugin can register."""

from __future__ import annotations

from typing import Any

from seqforge.hookspecs import (
    BackendSpec,
    CallbackSpec,
    CodecSpec,
    CommandSpec,
    DatasetSpec,
    FormatSpec,
    LauncherSpec,
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
    "launchers": "launcher",
    "callbacks": "callback",
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
    "launchers": LauncherSpec,
    "callbacks": CallbackSpec,
}
"""The spec of each kind."""
