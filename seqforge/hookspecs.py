"""The hooks that a plugin implements, and the light specs that they return.

A spec names its target as `package.module:Class`; the target is imported when it is used, never for a list or a
help page. So the module of a plugin that implements the hooks imports no framework.
"""

from __future__ import annotations

from dataclasses import dataclass

import pluggy

from seqforge.options import Option

__all__ = [
    "STAGES",
    "BackendSpec",
    "CallbackSpec",
    "CodecSpec",
    "CommandSpec",
    "DatasetSpec",
    "FormatSpec",
    "LauncherSpec",
    "Measure",
    "MetricSpec",
    "PretrainedSpec",
    "ReaderSpec",
    "RecipeSpec",
    "SamplerSpec",
    "Spec",
    "hookimpl",
    "hookspec",
]

STAGES = ("penalty", "temperature", "truncation", "draw", "search")
"""The order in which samplers are applied, after the guide; a search stands in the place of the draw."""

hookspec = pluggy.HookspecMarker("seqforge")
hookimpl = pluggy.HookimplMarker("seqforge")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A part that a plugin offers. `requires` lists import names; `options` are the target's keyword arguments.

    `lacks` says what parts of its kind usually have and this one has not, such as `optimizer state`: the conformance
    kit leaves out what rests on it. docs/conformance.md lists what can be said of each kind.
    """

    name: str
    target: str
    summary: str
    requires: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatasetSpec(Spec):
    """A named corpus; the target is called with the codec and the options and gives a `Dataset`.

    `codecs` are those that take its works; empty for any.
    """

    licence: str = ""
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReaderSpec(Spec):
    """Reads files whose names end in one of `suffixes` (lower case, with the dot); the target gives a `Reader`.

    Its options are keys of `data`, such as `data.melody_track`, where files of such a suffix are the source. `licence`
    and `citation` are those of its files, where all of them have the same, such as the dumps of a database. `codecs`
    are those that take its works; empty for any.
    """

    suffixes: tuple[str, ...]
    licence: str = ""
    citation: str = ""
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodecSpec(Spec):
    """A codec; `prompt_options` are what `seqforge generate` offers for its models.

    One named `primer` takes a file if the codec has the method `with_primer(prompt, piece)`: it returns the prompt with
    what was read and encoded in the place of the file's name.
    """

    prompt_options: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackendSpec(Spec):
    """An engine; `architectures` are the names of what it can build, `install` what to type if it is missing."""

    architectures: tuple[str, ...]
    install: str = ""


@dataclass(frozen=True, kw_only=True)
class SamplerSpec(Spec):
    """A processor, a sampler (`stage` = `draw`) or a search (`stage` = `search`).

    The stage of a processor says where it stands in the order: `penalty`, `temperature` or `truncation`.
    """

    stage: str

    @property
    def chooses(self) -> bool:
        """Whether it chooses tokens, as samplers and searches do."""
        return self.stage in ("draw", "search")


@dataclass(frozen=True, kw_only=True)
class FormatSpec(Spec):
    """Writes works of the given codecs, or of any if none is given, to files with this suffix.

    `seqforge generate` offers its options. Where `--format` is left out, every format is written that is there
    `by_default` and whose requirements are installed; `install` is what to type if they are missing.
    """

    suffix: str
    codecs: tuple[str, ...]
    by_default: bool = True
    install: str = ""

    def writes(self, codec: str) -> bool:
        """Whether it takes the works of that codec."""
        return not self.codecs or codec in self.codecs


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One value that a metric gives of a work, under `name`; `title` and `unit` are what tables show."""

    name: str
    title: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class MetricSpec(Spec):
    """Measures works of the given codecs; the target gives a `Metric`, whose values are those of `measures`."""

    codecs: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, kw_only=True)
class RecipeSpec:
    """A named set of defaults: a TOML file inside a package."""

    name: str
    package: str
    resource: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class PretrainedSpec:
    """A trained model: a model file inside a package. `licence` is that of its weights."""

    name: str
    package: str
    resource: str
    summary: str
    licence: str = ""


@dataclass(frozen=True, kw_only=True)
class CommandSpec:
    """A command `seqforge NAME ...`; the target is a `typer.Typer` app, imported when the command is used.

    `summary` is its line in `seqforge --help`; `requires` lists import names.
    """

    name: str
    target: str
    summary: str
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LauncherSpec(Spec):
    """Runs work in other processes, here or elsewhere; the target gives a `Launcher`.

    `rendezvous` are the ways in which it lets the workers of one run find one another, such as `torch`: a backend
    names the one that it needs. Without any it has one worker a run. `install` is what to type if requirements are
    missing.
    """

    rendezvous: tuple[str, ...] = ()
    install: str = ""


@dataclass(frozen=True, kw_only=True)
class CallbackSpec(Spec):
    """Is told how runs go that name it in `callbacks.use`; the target gives a `Callback`.

    `install` is what to type if requirements are missing.
    """

    install: str = ""


@hookspec
def seqforge_register_datasets() -> list[DatasetSpec]:  # type: ignore[empty-body]
    """Offer corpora by name, for `--data NAME`."""


@hookspec
def seqforge_register_readers() -> list[ReaderSpec]:  # type: ignore[empty-body]
    """Offer to turn files into works, for `--data PATH`."""


@hookspec
def seqforge_register_codecs() -> list[CodecSpec]:  # type: ignore[empty-body]
    """Offer ways between works and tokens."""


@hookspec
def seqforge_register_backends() -> list[BackendSpec]:  # type: ignore[empty-body]
    """Offer engines that build and train models."""


@hookspec
def seqforge_register_samplers() -> list[SamplerSpec]:  # type: ignore[empty-body]
    """Offer processors, samplers and searches for generation."""


@hookspec
def seqforge_register_formats() -> list[FormatSpec]:  # type: ignore[empty-body]
    """Offer file formats for what was generated."""


@hookspec
def seqforge_register_metrics() -> list[MetricSpec]:  # type: ignore[empty-body]
    """Offer measures of works, for `seqforge evaluate`."""


@hookspec
def seqforge_register_recipes() -> list[RecipeSpec]:  # type: ignore[empty-body]
    """Offer named sets of defaults, for `seqforge run NAME`."""


@hookspec
def seqforge_register_models() -> list[PretrainedSpec]:  # type: ignore[empty-body]
    """Offer trained models by name, for `seqforge generate NAME` and `seqforge run RECIPE --from NAME`."""


@hookspec
def seqforge_register_commands() -> list[CommandSpec]:  # type: ignore[empty-body]
    """Offer commands of your own, for `seqforge NAME ...`."""


@hookspec
def seqforge_register_launchers() -> list[LauncherSpec]:  # type: ignore[empty-body]
    """Offer to run work in other processes, for `--launcher NAME`."""


@hookspec
def seqforge_register_callbacks() -> list[CallbackSpec]:  # type: ignore[empty-body]
    """Offer to follow runs, for `callbacks.use`."""
