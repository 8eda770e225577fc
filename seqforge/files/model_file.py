"""model.safetensors: one self-contained file of weights, spec, codec, vocabulary and provenance.

A sealed file (see `seqforge.files.sealed`) whose description has `spec`, `codec`, `vocabulary`, `data`, `provenance`
and, from version 2 on, `quotations`; its tensors are the weights, and the bits of the digests of what may be quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import FileDamaged, RequestError
from seqforge.files.model_description import (
    check_provenance,
    check_weights,
    codec_from_json,
    entry,
    quotation_tensor,
    quotations_from_json,
    quotations_to_json,
    refuse_others,
    spec_from_json,
    spec_to_json,
    vocabulary_from_json,
    vocabulary_to_json,
)
from seqforge.files.ngram_filter import NgramFilter
from seqforge.files.sealed import Sealed, read_sealed, write_sealed
from seqforge.interfaces import ModelSpec, Vocabulary

__all__ = ["FORMAT_VERSION", "ModelFile", "read_model", "write_model"]

FORMAT_VERSION = 2
_OLDEST_VERSION = 1  # had no digests of quotations
_KIND = "model"
_LONGEST_REASON = 300


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """What a model file holds. `codec` has `name` and `options`; `data` and `provenance` hold no paths, no times.

    `quotations` tell which runs occur in all that the model was trained on; empty where that is not known.
    `sha256` is what the file says of itself; empty where there is no file yet.
    """

    spec: ModelSpec
    codec: Mapping[str, Any]
    vocabulary: Vocabulary
    data: Mapping[str, Any]
    provenance: Mapping[str, Any]
    weights: Mapping[str, NDArray[np.float32]]
    quotations: tuple[NgramFilter, ...] = ()
    sha256: str = ""


def write_model(path: Path, model: ModelFile) -> None:
    """Write the file; equal content gives equal bytes."""
    description = {
        "spec": spec_to_json(model.spec),
        "codec": dict(model.codec),
        "vocabulary": vocabulary_to_json(model.vocabulary),
        "data": dict(model.data),
        "provenance": dict(model.provenance),
        "quotations": quotations_to_json(model.quotations),
    }
    weights = {name: np.asarray(weight, np.float32) for name, weight in model.weights.items()}
    bits = {quotation_tensor(number): np.frombuffer(one.bits, np.uint8) for number, one in enumerate(model.quotations)}
    write_sealed(path, description, {**weights, **bits}, what=_KIND, version=FORMAT_VERSION)


def read_model(path: Path) -> ModelFile:
    """Read and verify the file.

    `RequestError` if there is none, `FileDamaged` if it is not what was written, or does not fit together.
    """
    sealed = read_sealed(path, what=_KIND, version=FORMAT_VERSION, oldest=_OLDEST_VERSION)
    try:
        return _model(sealed)
    except (ValueError, RequestError) as error:
        reason = "".join(letter if letter.isprintable() else "?" for letter in str(error)[:_LONGEST_REASON])
        raise FileDamaged(f"{path} is not a model that this seqforge understands: {reason}; name another") from None


def _model(sealed: Sealed) -> ModelFile:
    description = sealed.description
    added = ("quotations",) if sealed.version > _OLDEST_VERSION else ()
    refuse_others(description, "spec", "codec", "vocabulary", "data", "provenance", *added)
    vocabulary = vocabulary_from_json(entry(description, "vocabulary", dict))
    spec = spec_from_json(entry(description, "spec", dict), vocabulary)
    quotations = quotations_from_json(entry(description, "quotations", list), sealed.tensors) if added else ()
    bits = {quotation_tensor(number) for number in range(len(quotations))}
    weights = {name: tensor for name, tensor in sealed.tensors.items() if name not in bits}
    check_weights(spec, weights)
    data, provenance = entry(description, "data", dict), entry(description, "provenance", dict)
    check_provenance(data, provenance)
    return ModelFile(
        spec=spec,
        codec=codec_from_json(entry(description, "codec", dict)),
        vocabulary=vocabulary,
        data=data,
        provenance=provenance,
        weights=weights,
        quotations=quotations,
        sha256=sealed.sha256,
    )
