"""seqforge: train small sequence models on your own corpus; generate, hear, see and judge what they learnt.

These names are what plugins build on. Importing them loads no NumPy: `LSTM` and what belongs to it, which need it, are
loaded when they are first used; so are the interfaces, which no start of the command needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    CallbackSpec,
    CodecSpec,
    CommandSpec,
    DatasetSpec,
    FormatSpec,
    LauncherSpec,
    Measure,
    MetricSpec,
    PretrainedSpec,
    ReaderSpec,
    RecipeSpec,
    SamplerSpec,
    hookimpl,
)
from seqforge.options import Option, check_options

if TYPE_CHECKING:
    from seqforge.abilities import Divisible, Drawing, Naming, Placing, Quotable, QuotationView, Showing, Shown, View
    from seqforge.architectures.lstm import LSTM, DropoutMasks, dropout_masks, output_views
    from seqforge.callbacks import Callback, TrackedRun
    from seqforge.interfaces import (
        NONE,
        UNKNOWN,
        Architecture,
        Audit,
        Backend,
        BackendOptions,
        Batch,
        Codec,
        ContextField,
        Dataset,
        Format,
        Guides,
        Metric,
        Model,
        ModelSpec,
        OutputView,
        Piece,
        Processor,
        Reader,
        Sampler,
        Score,
        Search,
        Share,
        Source,
        State,
        Stepper,
        Vocabulary,
        Work,
    )
    from seqforge.launching import Answer, Call, Distributable, Distributed, Launcher, Worker

__version__ = "0.1.0"

__all__ = [
    "LSTM",
    "NONE",
    "UNKNOWN",
    "Answer",
    "Architecture",
    "Audit",
    "Backend",
    "BackendOptions",
    "BackendSpec",
    "Batch",
    "Call",
    "Callback",
    "CallbackSpec",
    "Codec",
    "CodecSpec",
    "CommandSpec",
    "ContextField",
    "DataError",
    "Dataset",
    "DatasetSpec",
    "Distributable",
    "Distributed",
    "Divisible",
    "Drawing",
    "DropoutMasks",
    "FileDamaged",
    "Format",
    "FormatSpec",
    "Guides",
    "Launcher",
    "LauncherSpec",
    "Measure",
    "Metric",
    "MetricSpec",
    "Model",
    "ModelSpec",
    "Naming",
    "NotInstalled",
    "Option",
    "OutOfRange",
    "OutputView",
    "Piece",
    "Placing",
    "PluginError",
    "PretrainedSpec",
    "Processor",
    "Quotable",
    "QuotationView",
    "Reader",
    "ReaderSpec",
    "RecipeSpec",
    "RequestError",
    "Sampler",
    "SamplerSpec",
    "Score",
    "Search",
    "SeqforgeError",
    "Share",
    "Showing",
    "Shown",
    "Source",
    "State",
    "Stepper",
    "TrackedRun",
    "TrainingDiverged",
    "UnknownName",
    "View",
    "Vocabulary",
    "Work",
    "Worker",
    "__version__",
    "check_options",
    "dropout_masks",
    "hookimpl",
    "output_views",
]

_ABILITIES = ("Divisible", "Drawing", "Naming", "Placing", "Quotable", "QuotationView", "Showing", "Shown", "View")
_OF_LAUNCHING = ("Answer", "Call", "Distributable", "Distributed", "Launcher", "Worker")
_OF_CALLBACKS = ("Callback", "TrackedRun")
_OF_THE_LSTM = ("LSTM", "DropoutMasks", "dropout_masks", "output_views")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'seqforge' has no attribute '{name}'")
    if name in _OF_THE_LSTM:
        from seqforge.architectures import lstm

        return getattr(lstm, name)
    if name in _ABILITIES:
        from seqforge import abilities

        return getattr(abilities, name)
    if name in _OF_LAUNCHING:
        from seqforge import launching

        return getattr(launching, name)
    if name in _OF_CALLBACKS:
        from seqforge import callbacks

        return getattr(callbacks, name)
    from seqforge import interfaces

    return getattr(interfaces, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
