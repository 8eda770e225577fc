"""A request, resolved: every part found, every value checked, before any work is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqforge.callbacks import Callback
from seqforge.choice import (
    BackendChoice,
    architecture_options,
    choose_architecture,
    choose_backend,
    part_options,
)
from seqforge.configuration import RunConfig, merge
from seqforge.corpus import data_options, foreign_options
from seqforge.errors import PluginError, RequestError, UnknownName
from seqforge.interfaces import Backend, BackendOptions, Codec, ModelSpec, Vocabulary
from seqforge.plugins import Part, Registry, is_usual, short_name
from seqforge.plugins.part import output_to_stderr
from seqforge.session.placement import Placement, choose_placement
from seqforge.session.prompt import checked_prompt
from seqforge.session.start import Start, find_start
from seqforge.session.strategy import portable_settings, sampling_settings

__all__ = ["Plan", "check_formats", "make_plan", "usual_formats"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run will do. `config` holds every value; the parts are built and ready; `versions` are theirs.

    `start` is the model that the run goes on from, if it does; `callbacks` follow the run.
    """

    config: RunConfig
    codec: Codec
    backend: Backend
    choice: BackendChoice
    backend_options: BackendOptions
    architecture: str
    model_options: Mapping[str, Any]
    placement: Placement
    versions: Mapping[str, str]
    start: Start | None = None
    callbacks: tuple[tuple[Part, Callback], ...] = ()

    def spec(self, vocabulary: Vocabulary) -> ModelSpec:
        """The model's spec for the vocabulary that the codec has once the corpus is encoded."""
        return ModelSpec(
            architecture=self.architecture,
            vocabulary_size=len(vocabulary),
            context_fields=self.codec.context_fields,
            options=self.model_options,
            output_views=self.codec.output_views,
        )

    @property
    def has_fixed_windows(self) -> bool:
        """Whether training sees one set of windows, drawn at its beginning, again and again."""
        return self.config.windows.starts == "random"

    @property
    def engine(self) -> str:
        """The backend in words, such as `numpy (NumPy 2.4.6): asked for by --backend`."""
        return f"{self.choice.part.spec.name} ({self.backend.describe(self.backend_options)}): {self.choice.reason}"


def make_plan(
    registry: Registry, starting: Mapping[str, Any], changes: Mapping[str, Any], *, backend: str | None = None
) -> Plan:
    """Check the values of a configuration and find the parts that they name.

    `starting` is what a recipe or file says, `changes` what the user typed, `backend` what `--backend` says. Anything
    wrong is a `RequestError` that names the key.
    """
    start = find_start(registry, merge(starting, changes))
    config = RunConfig.check(_values(registry, start.over(starting) if start else starting, changes))
    if start:
        start.refuse_other_names(config.codec.name, config.model.architecture)
    codec_part = _named(registry, "codecs", config.codec.name, "codec.name")
    codec_options = part_options(
        "codec", codec_part.spec.name, codec_part.spec.options, config.codec.options,
        set(registry.names("codecs")), "name",
    )  # fmt: skip
    if not config.data.source:
        raise RequestError("data.source is not set; name a corpus or files with --data (see `seqforge list data`)")
    codec: Codec = start.codec if start else codec_part.build(vocabulary=None, **codec_options)
    choice = choose_backend(registry, asked=backend, configured=config.backend.name)
    engine: Backend = choice.part.build()
    architecture = choose_architecture(choice.part, config.model.architecture)
    model_options = architecture_options(registry, engine, architecture, config.model.options)
    if start:
        own = architecture_options(registry, engine, architecture, start.architecture_options())
        start.refuse_other_options(f"codec.{codec_part.spec.name}.", codec_options, start.codec_options())
        start.refuse_other_options(f"model.{architecture}.", model_options, own)
    extra = _backend_extra(registry, choice.part, config)
    backend_options = BackendOptions(clip_norm=config.training.clip_norm, threads=config.threads, extra=extra)
    placement = choose_placement(registry, config, choice.part, engine, backend_options)
    followers = _callbacks(registry, config)
    resolved = config.replaced(
        data=data_options(registry, config.data.source, registry.full_name(codec_part), config.data.options),
        codec={"name": registry.full_name(codec_part), codec_part.spec.name: codec_options},
        model={"architecture": architecture, architecture: model_options},
        backend={"name": registry.full_name(choice.part), choice.part.spec.name: extra},
        launcher={"name": registry.full_name(placement.part), placement.part.spec.name: placement.options},
        samples=_samples(registry, config, codec_part, codec),
        callbacks={
            "use": [registry.full_name(part) for part, _ in followers],
            **{part.spec.name: options for part, options in followers},
        },
    )
    return Plan(
        config=_only_chosen(resolved),
        codec=codec,
        backend=engine,
        choice=choice,
        backend_options=backend_options,
        architecture=architecture,
        model_options=model_options,
        placement=placement,
        versions=_versions(registry, codec_part, choice.part, *([start.found.part] if start else [])),
        start=start,
        callbacks=tuple((part, _built(part, options)) for part, options in followers),
    )


def _values(registry: Registry, starting: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The starting values under the changes; options of other sources than the one that is read do not matter."""
    values = merge(starting, changes)
    data = values.get("data")
    if not isinstance(data, Mapping) or not isinstance(data.get("source"), str) or not data["source"]:
        return values
    codec = values.get("codec", {})
    name = codec.get("name", "") if isinstance(codec, Mapping) else ""
    if not isinstance(name, str) or not registry.has("codecs", name):
        return values
    typed = changes.get("data", {})
    foreign = foreign_options(registry, data["source"], name)
    return {**values, "data": {key: value for key, value in data.items() if key in typed or key not in foreign}}


def check_formats(registry: Registry, names: tuple[str, ...], codec: str) -> list[Part]:
    """The formats of those names; each must write what the codec decodes to.

    Of several packages' formats of one name that one is meant which does, if there is one alone.
    """
    fitting = [part for part in registry.parts("formats") if part.spec.writes(codec)]
    known = [registry.full_name(part) for part in fitting]
    parts: dict[str, Part] = {}
    for name in names:
        if not registry.has("formats", name):
            raise UnknownName("format", name, known)
        own = [part for part in fitting if part.spec.name == name]
        part = own[0] if len(own) == 1 else registry.find("formats", name)
        if not part.spec.writes(codec):
            raise UnknownName(f"format for codec {codec}", name, known)
        other = parts.setdefault(part.spec.suffix, part)
        if other is not part:
            raise RequestError(
                f"formats {registry.full_name(other)} and {name} both write {part.spec.suffix}; name one"
            )
    return list(parts.values())


def usual_formats(registry: Registry, codec: str) -> tuple[tuple[str, ...], list[str]]:
    """The full names of the formats that are written of a codec's works where nobody says which ones.

    Those that can't be imported are left out: what is wrong with each is the second value.
    """
    names, problems = [], []
    for part in registry.parts("formats"):
        if part.spec.writes(codec) and is_usual(part.spec):
            try:
                part.load()
                names.append(registry.full_name(part))
            except PluginError as error:
                problems.append(f"{error}; it is left out")
    return tuple(names), problems


def _named(registry: Registry, kind: str, name: str, key: str) -> Part:
    if not name:
        known = ", ".join(registry.names(kind)) or "none"
        raise RequestError(f"{key} is not set; allowed: {known}")
    return registry.find(kind, name)


def _versions(registry: Registry, *parts: Part | None) -> dict[str, str]:
    return {**registry.versions(part for part in parts if part), "numpy": np.__version__}


def _backend_extra(registry: Registry, part: Part, config: RunConfig) -> dict[str, Any]:
    others = set(registry.names("backends"))
    return part_options("backend", part.spec.name, part.spec.options, config.backend.options, others, "name")


def _callbacks(registry: Registry, config: RunConfig) -> list[tuple[Part, dict[str, Any]]]:
    """The callbacks that are used, each once, with their options."""
    parts = list(dict.fromkeys(registry.find("callbacks", name) for name in config.callbacks.use))
    values, others = config.callbacks.options, set(registry.names("callbacks"))
    for table in values:
        if not registry.has("callbacks", table):
            raise UnknownName("key", f"callbacks.{table}", ["callbacks.use", *(f"callbacks.{name}" for name in others)])
    names = [part.spec.name for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"callbacks.use names two callbacks '{name}', which have one table of options; name one")
    return [
        (part, part_options("callbacks", part.spec.name, part.spec.options, values, others, "use")) for part in parts
    ]


def _built(part: Part, options: Mapping[str, Any]) -> Callback:
    with output_to_stderr():
        callback: Callback = part.build(**options)
    return callback


def _samples(registry: Registry, config: RunConfig, codec_part: Part, codec: Codec) -> dict[str, Any]:
    """The samples section, filled up; the prompt is tried, so that a wrong chart ends the run before it begins."""
    for part in check_formats(registry, config.samples.formats, codec_part.spec.name):
        part.load()  # what is missing is said now, and not when the model is trained
    prompt = checked_prompt(registry, codec_part, codec, config.samples.prompt, "samples.prompt.")
    if config.samples.count:
        codec.guides([prompt])
    sampling = sampling_settings(registry, config.samples.sampling, "samples.sampling.")
    return {"prompt": prompt, "sampling": portable_settings(registry, sampling)}


_CHOICES = {
    "codec": "name", "model": "architecture", "backend": "name", "launcher": "name", "callbacks": "use",
}  # fmt: skip
"""The sections with a table for each part, and the key that names those that were chosen."""


def _only_chosen(config: RunConfig) -> RunConfig:
    """Without the tables of parts that were not chosen: they played no role."""
    values = config.model_dump()
    for section, key in _CHOICES.items():
        chosen = values[section][key]
        tables = [short_name(name) for name in ([chosen] if isinstance(chosen, str) else chosen)]
        own = {name: values[section][name] for name in type(getattr(config, section)).model_fields}
        values[section] = {**own, **{table: values[section].get(table, {}) for table in tables}}
    return RunConfig.check(values)
