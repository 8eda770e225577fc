"""The configuration of a run: typed, frozen, the same dotted names in TOML, `--set` and the documentation.

Options of a part (a codec, an architecture, a backend) stand in a table of its name, such as `model.lstm`; those of
the data set stand in `data` itself. They are declared by plugins and checked where the part is known.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqforge.errors import OutOfRange, RequestError, UnknownName

__all__ = [
    "DataConfig",
    "RunConfig",
    "known_keys",
    "merge",
    "nested",
    "parse_assignment",
    "parse_value",
    "read_toml",
    "to_toml",
]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _OpenSection(_Section):
    """A section that holds options of parts beside its own keys."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    @property
    def options(self) -> dict[str, Any]:
        """What is not among the section's own keys."""
        return dict(self.__pydantic_extra__ or {})


class DataConfig(_OpenSection):
    """Where pieces come from, and how they are split."""

    source: str = Field("", description="a registered corpus, a file, a folder or a glob")
    split: Literal["groups", "order", "auto"] = Field(
        "groups",
        description="whole groups are held out, or the last tokens; auto: in order if there are fewer than 10 groups",
    )
    split_seed: int = Field(1, ge=0, description="chooses which groups are held out")
    validation: float = Field(0.1, ge=0, lt=1, description="share of groups, or tokens, that chooses the best weights")
    test: float = Field(0.1, ge=0, lt=1, description="share of groups, or tokens, for the final figure")
    max_seconds: float = Field(60.0, gt=0, description="how long reading one file may take")
    augment: bool = Field(False, description="train on every variant that the codec knows, such as the 12 keys")


class CodecConfig(_OpenSection):
    """How works become tokens."""

    name: str = Field("", description="the codec")


class ModelConfig(_OpenSection):
    """What is trained."""

    architecture: str = Field("auto", description="auto: lstm if the backend has it, else its first")
    start: str = Field("", description="a model, run or registered model whose weights and codec are gone on from")


class BackendConfig(_OpenSection):
    """The engine."""

    name: str = Field("auto", description="auto: SEQFORGE_BACKEND, else the first installed of torch, keras, numpy")


class LauncherConfig(_OpenSection):
    """Where the training is done."""

    name: str = Field("local", description="the launcher; local: this process")
    workers: int = Field(
        1, ge=1, le=10_000, description="processes that train one model together, a share of each batch"
    )


class CallbacksConfig(_OpenSection):
    """What follows the run; it changes nothing of what comes of it."""

    use: tuple[str, ...] = Field((), description="the callbacks that are told how the run goes")


class WindowsConfig(_Section):
    """How pieces are cut into training examples."""

    length: int = Field(64, ge=1, le=100_000, description="tokens a window")
    first_input: Literal["previous", "none"] = Field("previous", description="what a window's first step is given")
    starts: Literal["sequential", "random"] = Field("sequential", description="one after another, or drawn once")
    count: int = Field(0, ge=0, description="how many windows are drawn when starts is random")
    carry_state: bool = Field(False, description="go on from the state at the end of the window before")
    last_target: bool = Field(True, description="predict the token of the last step; if not, its weight is 0")


class TrainingConfig(_Section):
    """How the model is trained."""

    steps: int = Field(1000, ge=1, description="optimizer steps at most")
    batch_size: int = Field(32, ge=1, le=100_000, description="windows a step")
    learning_rate: float = Field(0.003, ge=0, description="of Adam, at its highest")
    schedule: Literal["constant", "cosine", "inverse"] = Field("constant", description="how the rate changes")
    warmup_steps: int = Field(0, ge=0, description="steps over which the rate rises from 0")
    decay: float = Field(0.0, ge=0, description="of the inverse schedule: rate / (1 + decay x step)")
    clip_norm: float = Field(1.0, ge=0, description="largest global norm of the gradients; 0 for no limit")
    evaluate_every: int = Field(100, ge=1, description="steps between evaluations")
    patience: int = Field(0, ge=0, description="evaluations without a better one before it stops; 0: never")


class SamplesConfig(_Section):
    """What is generated at the end of a run."""

    count: int = Field(4, ge=0, le=10_000, description="how many takes")
    formats: tuple[str, ...] = Field((), description="the formats to write")
    sampling: dict[str, Any] = Field(default_factory=dict, description="sampler and its options, as in generate")
    prompt: dict[str, Any] = Field(default_factory=dict, description="the codec's prompt options, as in generate")


class RunConfig(_Section):
    """Everything that decides what a run does."""

    recipe: str = Field("", description="the recipe that the defaults came from")
    seed: int = Field(1, ge=0, lt=2**63, description="of everything random but the split")
    threads: int = Field(1, ge=1, le=1024, description="threads for matrix products")
    data: DataConfig = Field(default_factory=DataConfig)
    codec: CodecConfig = Field(default_factory=CodecConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    backend: BackendConfig = Field(default_factory=BackendConfig)
    launcher: LauncherConfig = Field(default_factory=LauncherConfig)
    callbacks: CallbacksConfig = Field(default_factory=CallbacksConfig)
    windows: WindowsConfig = Field(default_factory=WindowsConfig)
    training: TrainingConfig = Field(default_factory=TrainingConfig)
    samples: SamplesConfig = Field(default_factory=SamplesConfig)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> RunConfig:
        """The configuration that `values` say; the first thing wrong is a one-line `RequestError`."""
        try:
            config = cls.model_validate(dict(values))
        except ValidationError as error:
            raise _explain(error) from None
        if config.windows.starts == "random" and not config.windows.count:
            raise OutOfRange("windows.count", 0, "at least 1 when windows.starts is random")
        if config.windows.starts == "random" and config.windows.carry_state:
            raise RequestError("windows.carry_state needs windows.starts = 'sequential', not 'random'")
        return config

    def decisive(self) -> dict[str, Any]:
        """Plain values of all that decides the result: not what follows the run, nor where one worker trains it."""
        values = self.model_dump(mode="json", exclude_none=True, exclude={"callbacks", "launcher"})
        if self.launcher.workers > 1:  # their sums are rounded in another order
            values["launcher"] = {"name": self.launcher.name, "workers": self.launcher.workers}
        return values

    def digest(self) -> str:
        """SHA-256 of all that decides the result, the name of a run among others."""
        return hashlib.sha256(tomli_w.dumps(_without_none(self.decisive())).encode()).hexdigest()

    def replaced(self, **sections: Mapping[str, Any]) -> RunConfig:
        """A copy with some values changed, section by section."""
        return RunConfig.check(merge(self.model_dump(), sections))


def _explain(error: ValidationError) -> RequestError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return UnknownName("key", key, known_keys())
    arrived = first["input"]
    if isinstance(arrived, Mapping):
        arrived = "a table"
    elif first["type"] in ("model_type", "dict_type"):
        return RequestError(f"{key} is {arrived!r}; allowed: a table of keys, such as --set {_example(key)}=...")
    message = first["msg"].removeprefix("Input should be ")
    return OutOfRange(key, arrived, message[0].lower() + message[1:])


def _example(section: str) -> str:
    return next((key for key in known_keys() if key.startswith(f"{section}.")), section)


def known_keys() -> list[str]:
    """Every dotted name of the core's own keys."""
    return list(_keys(RunConfig, ""))


def _keys(section: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, info in section.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _keys(info.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merged key by key; where both have a value, that of `above`."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def nested(key: str, value: Any) -> dict[str, Any]:
    """A dotted name and its value as tables: `a.b` and 1 are `{"a": {"b": 1}}`."""
    for name in reversed(key.split(".")):
        value = {name: value}
    return dict(value)


def parse_assignment(text: str, example: str = "training.steps=500") -> dict[str, Any]:
    """`a.b=VALUE`, as `--set` takes it, as nested tables. VALUE is TOML; a bare word is a string."""
    key, equals, value = text.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(parts):
        raise RequestError(f"--set got '{text}'; allowed: KEY=VALUE, such as {example}")
    parsed = parse_value(value)
    for part in reversed(parts):
        parsed = {part: parsed}
    return dict(parsed)


def parse_value(text: str) -> Any:
    """A value as TOML writes it; a bare word is a string."""
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def read_toml(text: str, name: str) -> dict[str, Any]:
    """The tables of a TOML text; `RequestError` names the file and the place that is wrong."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{name} is not TOML: {error}") from None


def to_toml(config: RunConfig) -> str:
    """The configuration as TOML, every value that is set."""
    return tomli_w.dumps(_without_none(config.model_dump(mode="json")))


def _without_none(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {key: _without_none(value) for key, value in values.items() if value is not None}
    return values
