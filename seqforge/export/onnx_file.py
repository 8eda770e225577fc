"""A model as a file of ONNX, which stands by itself: its metadata say what the tokens and the context mean.

Every entry of the metadata is JSON: `seqforge.format_version`, and `spec`, `codec`, `vocabulary`, `data` and
`provenance` as in a model file, `seqforge.` in front of each; `seqforge.sha256` is that of the model file.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import seqforge
from seqforge.errors import NotInstalled, RequestError
from seqforge.files import atomic
from seqforge.files.model_description import spec_to_json, vocabulary_to_json
from seqforge.files.model_file import ModelFile

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, ValueInfoProto

__all__ = ["FORMAT_VERSION", "check_export", "write_onnx"]

FORMAT_VERSION = 1
_IR_VERSION = 7  # the oldest that has opset 14
_LARGEST = 2**31 - 2**24  # bytes: protobuf ends at 2 GiB, and metadata take their share


def check_export(model: ModelFile) -> None:
    """`RequestError` if the model has no export or is too large for one, `NotInstalled` without the package `onnx`."""
    if model.spec.architecture != "lstm":
        raise RequestError(
            f"the model's architecture is '{model.spec.architecture}', which has no ONNX export; allowed: lstm"
        )
    size = sum(4 * weight.size for weight in model.weights.values())
    if size > _LARGEST:
        raise RequestError(f"the weights take {size:,} bytes; ONNX allows {_LARGEST:,}: export a smaller model")
    if importlib.util.find_spec("onnx") is None:
        raise NotInstalled("the ONNX export", "onnx")


def write_onnx(path: Path, model: ModelFile) -> dict[str, Any]:
    """Write the file, whole or not at all; equal models give equal bytes. The model has gone through `check_export`.

    Returns what the file takes and gives: the `opset`, and by name the shapes of `inputs` and `outputs`.
    """
    from seqforge.export.lstm_graph import OPSET, lstm_graph

    graph = lstm_graph(model.spec, model.weights)
    content: bytes = _model(graph, OPSET, model).SerializeToString(deterministic=True)
    atomic.write_bytes(path, content)
    return {
        "opset": OPSET,
        "inputs": {value.name: _shape(value) for value in graph.input},
        "outputs": {value.name: _shape(value) for value in graph.output},
    }


def _model(graph: GraphProto, opset: int, model: ModelFile) -> ModelProto:
    from onnx import helper

    proto = helper.make_model(
        graph,
        producer_name="seqforge",
        producer_version=seqforge.__version__,
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", opset)],
    )
    entries = {f"seqforge.{name}": _json(value) for name, value in _metadata(model).items()}
    helper.set_model_props(proto, entries)
    return proto


def _metadata(model: ModelFile) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "spec": spec_to_json(model.spec),
        "codec": dict(model.codec),
        "vocabulary": vocabulary_to_json(model.vocabulary),
        "data": dict(model.data),
        "provenance": dict(model.provenance),
        "sha256": model.sha256,
    }


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _shape(value: ValueInfoProto) -> list[str | int]:
    """The size along each axis, or its name where any size will do."""
    return [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]
