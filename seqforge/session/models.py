"""Trained models: found by name or path, read, and given the codec that they name."""

from __future__ import annotations

import importlib.resources
import os
from dataclasses import dataclass
from pathlib import Path

from seqforge.errors import FileDamaged, PluginError, RequestError, SeqforgeError, UnknownName
from seqforge.files.model_file import ModelFile, read_model
from seqforge.files.run_folder import model_path
from seqforge.interfaces import Backend, BackendOptions, Codec, Model
from seqforge.options import check_options
from seqforge.plugins import CORE, Part, Registry

__all__ = ["FoundModel", "find_model", "model_codec", "numpy_model"]


@dataclass(frozen=True, kw_only=True)
class FoundModel:
    """A model and where it is from: `part` is that of a registered one, `short_name` what its takes are named after."""

    model: ModelFile
    short_name: str
    part: Part | None = None


def find_model(registry: Registry, request: str) -> FoundModel:
    """The model that `request` names: a model file, the folder of a run or, if there is neither, a registered model."""
    path = Path(request)
    looks_like_path = request.endswith(".safetensors") or "/" in request or os.sep in request
    if not path.exists() and not looks_like_path:
        return _registered_model(registry, request)
    model = read_model(model_path(path))
    return FoundModel(model=model, short_name=path.name if path.is_dir() else path.stem)


def _registered_model(registry: Registry, name: str) -> FoundModel:
    try:
        part = registry.find("models", name)
    except UnknownName:
        hint = "- or give a model file or the folder of a run (see `seqforge list runs`)"
        raise UnknownName("model", name, registry.names("models"), hint) from None
    try:
        resource = importlib.resources.files(part.spec.package).joinpath(part.spec.resource)
        with importlib.resources.as_file(resource) as path:
            model = read_model(path)
    except (ImportError, OSError, TypeError, ValueError, SeqforgeError) as error:
        raise PluginError(
            f"model '{part.spec.name}' of {part.distribution} (entry point {part.entry_point}) can't be read: "
            f"{type(error).__name__}: {error}; reinstall {part.distribution}"
        ) from error
    return FoundModel(model=model, short_name=part.spec.name, part=part)


def model_codec(registry: Registry, model: ModelFile) -> tuple[Part, Codec]:
    """The codec that a model file names, with the file's options and vocabulary."""
    part = registry.find("codecs", model.codec["name"])
    options = check_options(part.spec.options, model.codec["options"], f"codec.{part.spec.name}.")
    codec: Codec = part.build(vocabulary=model.vocabulary, **options)
    stored = (model.vocabulary, model.spec.context_fields, model.spec.output_views)
    if (codec.vocabulary, codec.context_fields, codec.output_views) != stored:
        raise FileDamaged(
            f"the model's vocabulary or context does not fit codec {part.spec.name} of {part.distribution}; "
            f"install the version that the model was trained with"
        )
    return part, codec


def numpy_model(registry: Registry, model: ModelFile) -> Model:
    """The model in the numpy backend; one of an architecture that it does not know, in the backend that trained it."""
    backend: Backend = registry.find("backends", f"{CORE}:numpy").build()
    if model.spec.architecture not in backend.architectures:
        backend = _own_backend(registry, model)
    return backend.build(model.spec, model.weights, BackendOptions())


def _own_backend(registry: Registry, model: ModelFile) -> Backend:
    """The backend that trained the model; `RequestError` if it is not there, or has not this architecture."""
    name, architecture = model.provenance["backend"], model.spec.architecture
    if not registry.has("backends", name):
        installed = {"numpy", *(plugin.distribution for plugin in registry.plugins)}
        named = [f"{package} {version}" for package, version in model.provenance["versions"].items()]
        missing = ", ".join(words for words in named if words.partition(" ")[0] not in installed)
        raise RequestError(
            f"the model's architecture '{architecture}' is built by backend '{name}', which is not installed; install "
            f"the package that it comes from{f' (the model names {missing:.200})' if missing else ''}"
        )
    part = registry.find("backends", name)
    backend: Backend = part.build()
    if architecture not in backend.architectures:
        raise UnknownName(f"architecture of backend {name} of {part.distribution}", architecture, backend.architectures)
    return backend
