"""seqforge: train small sequence models on your own corpus; generate, hear, see and judge what they learnt.

These names are what plugins build on. They are loaded when first used, so `import seqforge` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from seqforge.architectures.lstm import LSTM, dropout_masks
    from seqforge.errors import (
        DataError,
        FileDamaged,
        NotInstalled,
        OutOfRange,
        PluginError,
        RequestError,
        SeqforgeError,
        TrainingDiverged,
        UnknownName,
    )
    from seqforge.hookspecs import (
        BackendSpec,
        CodecSpec,
        ContextField,
        DatasetSpec,
        FormatSpec,
        ReaderSpec,
        RecipeSpec,
        SamplerSpec,
        hookimpl,
    )
    from seqforge.interfaces import (
        NONE,
        Architecture,
        Audit,
        Backend,
        BackendOptions,
        Batch,
        Codec,
        Dataset,
        Format,
        Guide,
        Guides,
        Model,
        ModelSpec,
        Piece,
        Processor,
        Reader,
        Sampler,
        Source,
        State,
        Vocabulary,
        Work,
    )
    from seqforge.options import Option, check_options

_MODULES = {
    "seqforge.architectures.lstm": ["LSTM", "dropout_masks"],
    "seqforge.errors": [
        "DataError",
        "FileDamaged",
        "NotInstalled",
        "OutOfRange",
        "PluginError",
        "RequestError",
        "SeqforgeError",
        "TrainingDiverged",
        "UnknownName",
    ],
    "seqforge.hookspecs": [
        "BackendSpec",
        "CodecSpec",
        "ContextField",
        "DatasetSpec",
        "FormatSpec",
        "ReaderSpec",
        "RecipeSpec",
        "SamplerSpec",
        "hookimpl",
    ],
    "seqforge.interfaces": [
        "NONE",
        "Architecture",
        "Audit",
        "Backend",
        "BackendOptions",
        "Batch",
        "Codec",
        "Dataset",
        "Format",
        "Guide",
        "Guides",
        "Model",
        "ModelSpec",
        "Piece",
        "Processor",
        "Reader",
        "Sampler",
        "Source",
        "State",
        "Vocabulary",
        "Work",
    ],
    "seqforge.options": ["Option", "check_options"],
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted([*_HOME, "__version__"])  # type: ignore[misc]  # the names stand above, for the type checker too


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'seqforge' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value
