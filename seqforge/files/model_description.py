"""What a model file says of its model, as JSON and back; whatever does not fit together is refused.

A seal proves that a file is as somebody wrote it, not that it makes sense. So sizes, names and weights are held against
one another here, and the programs behind may rely on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqforge.architectures.shapes import known_options, weight_shapes
from seqforge.files.ngram_filter import LONGEST_RUN, MOST_HASHES, NgramFilter
from seqforge.interfaces import ContextField, ModelSpec, OutputView, Vocabulary
from seqforge.options import check_options

__all__ = [
    "check_provenance",
    "check_weights",
    "codec_from_json",
    "entry",
    "quotation_tensor",
    "quotations_from_json",
    "quotations_to_json",
    "refuse_others",
    "spec_from_json",
    "spec_to_json",
    "vocabulary_from_json",
    "vocabulary_to_json",
]

_LONGEST_NAME = 200
_LONGEST_TEXT = 100_000
_LARGEST = 2**31 - 1  # tokens, context and classes are int32

T = TypeVar("T")


def entry(values: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """The entry of that name; `ValueError` if it is missing or of another type."""
    value = values.get(name)
    if type(value) is not kind:
        raise ValueError(f"its {name} is missing, or of the wrong kind")
    return value


def refuse_others(values: Mapping[str, Any], *names: str) -> None:
    """`ValueError` if there are entries of other names: a program that ignores them does not do as the file says."""
    if others := values.keys() - set(names):
        raise ValueError(f"it says {min(others)[:_LONGEST_NAME]}, which means nothing here")


def vocabulary_to_json(vocabulary: Vocabulary) -> dict[str, Any]:
    """The symbols and their classes, in order."""
    return {"symbols": list(vocabulary.symbols), "classes": list(vocabulary.classes)}


def vocabulary_from_json(values: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary; `ValueError` if it is none."""
    refuse_others(values, "symbols", "classes")
    symbols, classes = entry(values, "symbols", list), entry(values, "classes", list)
    if not all(isinstance(text, str) for text in (*symbols, *classes)):
        raise ValueError("a symbol or class of its vocabulary is no text")
    return Vocabulary(tuple(symbols), tuple(classes))


def codec_from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The codec's `name` and `options`; `ValueError` if they can't be that."""
    refuse_others(values, "name", "options")
    return {"name": _name(values.get("name")), "options": _options(entry(values, "options", dict))}


def quotations_to_json(filters: Sequence[NgramFilter]) -> list[dict[str, Any]]:
    """What the filters are of; their bits are tensors."""
    return [{"alphabet": one.alphabet, "length": one.length, "hashes": one.hashes} for one in filters]


def quotations_from_json(values: list[Any], tensors: Mapping[str, NDArray[Any]]) -> tuple[NgramFilter, ...]:
    """The filters, whose bits are among the tensors; `ValueError` if they are not, or can't be."""
    filters = []
    for number, value in enumerate(values):
        if type(value) is not dict:
            raise ValueError("its digests of quotations are of the wrong kind")
        refuse_others(value, "alphabet", "length", "hashes")
        length, hashes = entry(value, "length", int), entry(value, "hashes", int)
        bits = tensors.get(quotation_tensor(number))
        if bits is None or bits.dtype != np.uint8 or bits.ndim != 1 or not len(bits):
            raise ValueError("the bits of its digests of quotations are missing, or of the wrong kind")
        if not 1 <= length <= LONGEST_RUN or not 1 <= hashes <= MOST_HASHES:
            raise ValueError("its digests of quotations have sizes that none can have")
        filters.append(NgramFilter(_name(value.get("alphabet")), length, hashes, bits.tobytes()))
    return tuple(filters)


def quotation_tensor(number: int) -> str:
    """The name of the tensor that holds the bits of a filter."""
    return f"quotations.{number}"


def check_provenance(data: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    """`ValueError` if something is missing that every model tells of its data and origin."""
    for name in ("source", "digest", "licence", "citation"):
        entry(data, name, str)
    for name, kind in (("backend", str), ("seed", int), ("step", int), ("configuration", dict), ("versions", dict)):
        entry(provenance, name, kind)
    _name(provenance["backend"])


def spec_to_json(spec: ModelSpec) -> dict[str, Any]:
    """The spec, in lists where order matters."""
    return {
        "architecture": spec.architecture,
        "vocabulary_size": spec.vocabulary_size,
        "context_fields": [[field.name, field.size] for field in spec.context_fields],
        "options": dict(spec.options),
        "output_views": [[view.field, view.classes] for view in spec.output_views],
    }


def spec_from_json(values: Mapping[str, Any], vocabulary: Vocabulary) -> ModelSpec:
    """The spec of a model with that vocabulary; `ValueError` or `RequestError` if it does not fit together.

    Options of an architecture that the core knows are checked, and filled up with those that came later.
    """
    refuse_others(values, "architecture", "vocabulary_size", "context_fields", "options", "output_views")
    architecture = _name(values.get("architecture"))
    options = _options(entry(values, "options", dict))
    known = known_options(architecture)
    size = entry(values, "vocabulary_size", int)
    if size != len(vocabulary) or size == 0:
        raise ValueError(f"it is for {size} symbols, but its vocabulary has {len(vocabulary)}")
    fields = tuple(_field(*_pair(item)) for item in entry(values, "context_fields", list))
    sizes = {field.name: field.size for field in fields}
    if len(sizes) != len(fields):
        raise ValueError("two of its context fields have the same name")
    views = [_pair(item) for item in entry(values, "output_views", list)]
    return ModelSpec(
        architecture=architecture,
        vocabulary_size=size,
        context_fields=fields,
        options=check_options(known, options, f"model.{architecture}.") if known is not None else options,
        output_views=tuple(_view(field, classes, sizes, size) for field, classes in views),
    )


def check_weights(spec: ModelSpec, weights: Mapping[str, NDArray[Any]]) -> None:
    """`ValueError` if the weights are not float32, or not those of the spec."""
    for name, weight in weights.items():
        if weight.dtype != np.float32:
            raise ValueError(f"its weights {name[:_LONGEST_NAME]} are {weight.dtype}, not float32")
    needed = weight_shapes(spec)
    if needed is None:
        return
    if missing := needed.keys() - weights.keys():
        raise ValueError(f"its weights {min(missing)} are missing")
    if unknown := weights.keys() - needed.keys():
        raise ValueError(f"it has weights {min(unknown)[:_LONGEST_NAME]}, which its architecture does not have")
    for name, shape in needed.items():
        if weights[name].shape != shape:
            raise ValueError(f"its weights {name} have the shape {weights[name].shape}; by its sizes it is {shape}")


def _name(value: Any) -> str:
    """A name of something registered: short, on one line."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or not value.isprintable():
        raise ValueError("a name in it is missing, or can't be one")
    return value


def _options(values: dict[str, Any]) -> dict[str, Any]:
    """Options by name: text, numbers, truth values, or not set."""
    for name, value in values.items():
        _name(name)
        fits = value is None or isinstance(value, (bool, float))
        fits = fits or (isinstance(value, int) and abs(value) < 2**63)
        if not fits and not (isinstance(value, str) and len(value) <= _LONGEST_TEXT):
            raise ValueError(f"its option {name} has a value that no option can have")
    return values


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("its context fields or output views are no pairs")
    return value[0], value[1]


def _field(name: Any, size: Any) -> ContextField:
    if type(size) is not int or not 0 < size <= _LARGEST:
        raise ValueError("one of its context fields has a size that none can have")
    return ContextField(_name(name), size)


def _view(field: Any, classes: Any, sizes: Mapping[str, int], vocabulary_size: int) -> OutputView:
    if _name(field) not in sizes:
        raise ValueError(f"an output view is of the context field {field}, which it does not have")
    if not isinstance(classes, list) or len(classes) != sizes[field]:
        raise ValueError(f"the output view of {field} does not have a row for each of its values")
    for row in classes:
        if not isinstance(row, list) or len(row) != vocabulary_size:
            raise ValueError(f"the output view of {field} does not have a class for each symbol")
        if not all(type(number) is int and 0 <= number <= _LARGEST for number in row):
            raise ValueError(f"the output view of {field} has a class that none can be")
    return OutputView(field, tuple(map(tuple, classes)))
