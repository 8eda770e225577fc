"""model.safetensors: one self-contained file of weights, spec, codec, vocabulary and provenance.

A safetensors file whose metadata has one entry, `seqforge`: JSON with `format_version`, `spec`, `codec`, `vocabulary`,
`data`, `provenance` and `sha256`, a digest over everything else in the file. One entry, since the order of several is
not fixed, and equal runs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from seqforge.errors import FileDamaged, RequestError
from seqforge.files import atomic
from seqforge.interfaces import ContextField, ModelSpec, OutputView, Vocabulary

__all__ = ["FORMAT_VERSION", "ModelFile", "read_model", "write_model"]

FORMAT_VERSION = 1
_LARGEST_HEADER = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """What a model file holds. `codec` has `name` and `options`; `data` and `provenance` hold no paths, no times.

    `sha256` is what the file says of itself; empty where there is no file yet.
    """

    spec: ModelSpec
    codec: Mapping[str, Any]
    vocabulary: Vocabulary
    data: Mapping[str, Any]
    provenance: Mapping[str, Any]
    weights: Mapping[str, NDArray[np.float32]]
    sha256: str = ""


def write_model(path: Path, model: ModelFile) -> None:
    """Write the file; equal content gives equal bytes."""
    description = {
        "format_version": FORMAT_VERSION,
        "spec": _spec_to_json(model.spec),
        "codec": dict(model.codec),
        "vocabulary": {"symbols": list(model.vocabulary.symbols), "classes": list(model.vocabulary.classes)},
        "data": dict(model.data),
        "provenance": dict(model.provenance),
    }
    tensors = {name: np.ascontiguousarray(model.weights[name]) for name in sorted(model.weights)}
    header, body = _split(safetensors.numpy.save(tensors))
    description["sha256"] = _digest(description, header, body)
    metadata = {"seqforge": json.dumps(description, sort_keys=True, separators=(",", ":"))}
    atomic.write_bytes(path, safetensors.numpy.save(tensors, metadata=metadata))


def read_model(path: Path) -> ModelFile:
    """Read and verify the file; `RequestError` if there is none, `FileDamaged` if it is not what was written."""
    content = _content(path)
    try:
        header, body = _split(content)
        description = json.loads(header.pop("__metadata__")["seqforge"])
        stated = description.pop("sha256")
        version = description["format_version"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FileDamaged(f"{path} is not a model of seqforge, or its beginning is damaged") from None
    if version != FORMAT_VERSION:
        raise FileDamaged(f"{path} has format version {version!r}; this seqforge reads {FORMAT_VERSION}: update it")
    if _digest(description, header, body) != stated:
        raise FileDamaged(f"{path} was altered or damaged: its SHA-256 does not fit; take a fresh copy")
    try:
        return ModelFile(
            spec=_spec_from_json(description["spec"]),
            codec=description["codec"],
            vocabulary=Vocabulary(
                tuple(description["vocabulary"]["symbols"]), tuple(description["vocabulary"]["classes"])
            ),
            data=description["data"],
            provenance=description["provenance"],
            weights=safetensors.numpy.load(content),
            sha256=stated,
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise FileDamaged(f"{path} is not a model that this seqforge understands: {error}") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RequestError(f"there is no model file {path}; `seqforge list runs` shows the runs here") from None
    except OSError as error:
        raise RequestError(f"{path} can't be read: {error.strerror}") from None


def _split(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """The JSON header and the tensors' bytes; `ValueError` if the lengths do not fit."""
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or size > min(_LARGEST_HEADER, len(content) - 8):
        raise ValueError("the header is longer than the file")
    header = json.loads(content[8 : 8 + size])
    if not isinstance(header, dict):
        raise TypeError("the header is not an object")
    return header, memoryview(content)[8 + size :]


def _digest(description: Mapping[str, Any], header: Mapping[str, Any], body: memoryview) -> str:
    digest = hashlib.sha256()
    digest.update(json.dumps([description, header], sort_keys=True, separators=(",", ":")).encode())
    digest.update(body)
    return digest.hexdigest()


def _spec_to_json(spec: ModelSpec) -> dict[str, Any]:
    return {
        "architecture": spec.architecture,
        "vocabulary_size": spec.vocabulary_size,
        "context_fields": [[field.name, field.size] for field in spec.context_fields],
        "options": dict(spec.options),
        "output_views": [[view.field, view.classes] for view in spec.output_views],
    }


def _spec_from_json(values: Mapping[str, Any]) -> ModelSpec:
    return ModelSpec(
        architecture=values["architecture"],
        vocabulary_size=values["vocabulary_size"],
        context_fields=tuple(ContextField(name, size) for name, size in values["context_fields"]),
        options=values["options"],
        output_views=tuple(
            OutputView(field, tuple(tuple(row) for row in classes)) for field, classes in values["output_views"]
        ),
    )
