"""Small models and random batches for the checks of backends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqforge.interfaces import NONE, Architecture, Batch, ContextField, Model, ModelSpec, OutputView, State
from seqforge.numpy_backend.backend import NumpyBackend

__all__ = ["VOCABULARY_SIZE", "Case", "cases", "random_batch", "random_state", "small_spec", "usual_case"]

VOCABULARY_SIZE = 11
FIELDS = (ContextField("few values", 5), ContextField("more values than embed one", 30))
_DROPOUT = ("dropout", "input_dropout", "recurrent_dropout")
_SMALL = {"lstm": {"hidden": 7}}
_RATE = 0.3


@dataclass(frozen=True)
class Case:
    """A model to build: an architecture, the options that differ from its defaults, and what it is told."""

    architecture: str
    label: str
    options: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[ContextField, ...] = FIELDS

    @property
    def drops(self) -> bool:
        """Whether something is random in a training step."""
        return any(self.options.get(name) for name in _DROPOUT)

    def __str__(self) -> str:
        return f"{self.architecture}, {self.label}"


_LSTM_CASES: Mapping[str, tuple[Mapping[str, Any], tuple[ContextField, ...]]] = {
    "one-hot": ({}, ()),
    "embedded": ({"embedding": 5}, ()),
    "one-hot, context, two layers": ({"layers": 2}, FIELDS),
    "embedded, context, three layers": ({"layers": 3, "embedding": 5}, FIELDS),
    "embedded, context, relative output": ({"layers": 2, "embedding": 5, "relative_output": True}, FIELDS),
    "embedded, context, dropout": ({"layers": 2, "embedding": 5, "dropout": _RATE}, FIELDS),
    "embedded, context, input dropout": ({"layers": 2, "embedding": 5, "input_dropout": _RATE}, FIELDS),
    "one-hot, recurrent dropout": ({"layers": 2, "recurrent_dropout": _RATE}, ()),
}


def cases(architectures: Mapping[str, Architecture], options: Mapping[str, Mapping[str, Any]]) -> Iterator[Case]:
    """What is built of each architecture; `options` are those that an author gives to one of his own.

    A case with an option that the architecture has not is left out.
    """
    for name, architecture in architectures.items():
        known = {option.name for option in architecture.options}
        if name in NumpyBackend.architectures:
            for label, (changes, fields) in _LSTM_CASES.items():
                if known.issuperset(changes):
                    yield Case(name, label, changes, fields)
            continue
        own = dict(options.get(name, {}))
        yield Case(name, "no context", own, ())
        yield Case(name, "context", own)
        for dropout in known.intersection(_DROPOUT):
            yield Case(name, f"context, {dropout}", {**own, dropout: _RATE})


def usual_case(architecture: str, options: Mapping[str, Mapping[str, Any]]) -> Case:
    """One model of the architecture that stands for all, without dropout."""
    if architecture in NumpyBackend.architectures:
        return Case(architecture, "embedded, context, two layers", {"layers": 2, "embedding": 5})
    return Case(architecture, "context", options.get(architecture, {}))


def small_spec(architecture: Architecture, case: Case) -> ModelSpec:
    """A small model over 11 symbols; a view for each field, the distance of a symbol from its value."""
    defaults = {option.name: option.default for option in architecture.options}
    return ModelSpec(
        architecture=case.architecture,
        vocabulary_size=VOCABULARY_SIZE,
        context_fields=case.fields,
        options={**defaults, **_SMALL.get(case.architecture, {}), **case.options},
        output_views=tuple(OutputView(field.name, _distances(field.size)) for field in case.fields),
    )


def _distances(size: int) -> tuple[tuple[int, ...], ...]:
    """From each value of a field of that size to each symbol, modulo the size."""
    return tuple(tuple((symbol - value) % size for symbol in range(VOCABULARY_SIZE)) for value in range(size))


def random_batch(
    spec: ModelSpec, generator: np.random.Generator, sequences: int = 3, steps: int = 6, *, weighted: bool = False
) -> Batch:
    """Random tokens, some inputs NONE; the arrays can't be written to.

    Every target weighs the same; if `weighted`, each something else, and some nothing.
    """
    shape = (sequences, steps)
    inputs = generator.integers(NONE, spec.vocabulary_size, shape).astype(np.int32)
    inputs[0, 0] = NONE
    context = np.zeros((*shape, len(spec.context_fields)), np.int32)
    for index, context_field in enumerate(spec.context_fields):
        context[..., index] = generator.integers(0, context_field.size, shape)
    weight = np.ones(shape, np.float32)
    if weighted:
        weight = generator.uniform(0.5, 1, shape).astype(np.float32)
        weight[-1, (steps + 1) // 2 :] = 0
    targets = generator.integers(0, spec.vocabulary_size, shape).astype(np.int32)
    weight /= weight.sum()
    for array in (inputs, context, targets, weight):
        array.flags.writeable = False
    return Batch(inputs=inputs, context=context, targets=targets, weight=weight)


def random_state(model: Model, spec: ModelSpec, generator: np.random.Generator, sequences: int = 3) -> State:
    """Somewhere in the middle of a sequence."""
    batch = random_batch(spec, generator, sequences)
    return model.forward(batch.inputs, batch.context, model.initial_state(sequences))[1]
