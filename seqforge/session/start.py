"""Going on from a model: what a run takes from it, and what may not contradict it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqforge.errors import RequestError
from seqforge.interfaces import Codec
from seqforge.options import check_options
from seqforge.plugins import Part, Registry
from seqforge.session.models import FoundModel, find_model, model_codec

__all__ = ["Start", "find_start"]


@dataclass(frozen=True, kw_only=True)
class Start:
    """The model that a run goes on from, as `request` names it; `codec` has its options and vocabulary."""

    request: str
    registry: Registry
    found: FoundModel
    codec_part: Part
    codec: Codec

    @property
    def origin(self) -> str:
        """The name of a registered model, `file` for others: a path would tell where somebody keeps it."""
        return self.registry.full_name(self.found.part) if self.found.part else "file"

    def provenance(self) -> dict[str, Any]:
        """Which model it was, what it was trained on and how, for the model file of the run that went on from it."""
        model = self.found.model
        values = {
            "model": self.origin,
            "sha256": model.sha256,
            "data": dict(model.data),
            "configuration": model.provenance["configuration"],
        }
        earlier = model.provenance.get("start")
        return {**values, "start": earlier} if earlier else values

    def over(self, starting: Mapping[str, Any]) -> dict[str, Any]:
        """A recipe's values with the model's codec and architecture in the place of the recipe's.

        Of the samples' settings those go that another codec than the model's understands.
        """
        model = self.found.model
        codec = {
            "name": self.registry.full_name(self.codec_part),
            self.codec_part.spec.name: dict(model.codec["options"]),
        }
        architecture = model.spec.architecture
        values = {
            **starting,
            "codec": codec,
            "model": {"start": self.request, "architecture": architecture, architecture: dict(model.spec.options)},
        }
        samples = starting.get("samples")
        if isinstance(samples, Mapping) and not self._is_codec(_name(starting.get("codec"))):
            values["samples"] = self._fitting(samples)
        return values

    def refuse_other_names(self, codec: str, architecture: str) -> None:
        """`RequestError` if the user typed another codec or architecture than the model's."""
        if not self._is_codec(codec):
            raise self._contradiction("codec.name", codec, self.registry.full_name(self.codec_part))
        if architecture not in ("auto", self.found.model.spec.architecture):
            raise self._contradiction("model.architecture", architecture, self.found.model.spec.architecture)

    def refuse_other_options(self, prefix: str, options: Mapping[str, Any], own: Mapping[str, Any]) -> None:
        """`RequestError` if one of the `options` is not what it is in the model, whose `own` are complete."""
        for name, value in own.items():
            if options[name] != value:
                raise self._contradiction(f"{prefix}{name}", options[name], value)

    def codec_options(self) -> dict[str, Any]:
        """All options of the model's codec."""
        return check_options(self.codec_part.spec.options, self.found.model.codec["options"], "codec.")

    def architecture_options(self) -> dict[str, dict[str, Any]]:
        """The options of the model's architecture, in a table of its name."""
        spec = self.found.model.spec
        return {spec.architecture: dict(spec.options)}

    def _contradiction(self, key: str, typed: Any, own: Any) -> RequestError:
        return RequestError(
            f"{key} is {typed!r}, but the model '{self.request}' has {own!r}, and a run goes on with what its model "
            f"has; leave out {key}, or train from the beginning without --from"
        )

    def _is_codec(self, name: str) -> bool:
        return self.registry.has("codecs", name) and self.registry.find("codecs", name) == self.codec_part

    def _fitting(self, samples: Mapping[str, Any]) -> dict[str, Any]:
        known = {option.name for option in self.codec_part.spec.prompt_options}
        fitting = dict(samples)
        if isinstance(prompt := samples.get("prompt"), Mapping):
            fitting["prompt"] = {name: value for name, value in prompt.items() if name in known}
        if isinstance(formats := samples.get("formats"), list):
            fitting["formats"] = [name for name in formats if self._writes(name)]
        return fitting

    def _writes(self, name: Any) -> bool:
        """Whether a format takes the works of the codec; one that nobody offers stays, to be named as unknown."""
        if not isinstance(name, str) or not self.registry.has("formats", name):
            return True
        codec = self.codec_part.spec.name
        return any(part.spec.writes(codec) for part in self.registry.named("formats", name))


def find_start(registry: Registry, values: Mapping[str, Any]) -> Start | None:
    """The model that `model.start` names; `None` if it names none."""
    section = values.get("model")
    request = section.get("start") if isinstance(section, Mapping) else None
    if not request or not isinstance(request, str):
        return None
    found = find_model(registry, request)
    codec_part, codec = model_codec(registry, found.model)
    return Start(request=request, registry=registry, found=found, codec_part=codec_part, codec=codec)


def _name(section: Any) -> str:
    name = section.get("name") if isinstance(section, Mapping) else None
    return name if isinstance(name, str) else ""
