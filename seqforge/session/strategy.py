"""From sampling settings to processors, and a sampler or a search."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from seqforge.errors import RequestError, UnknownName
from seqforge.generation.loop import Strategy
from seqforge.hookspecs import STAGES
from seqforge.interfaces import Processor, Vocabulary
from seqforge.options import Option
from seqforge.plugins import CORE, Part, Registry

__all__ = ["changed_settings", "make_strategy", "portable_settings", "sampling_settings"]

_DRAW = "draw"
"""The usual sampler, which is the core's, whoever else offers one of this name."""


def _owners(registry: Registry) -> dict[str, tuple[Part, Option]]:
    """Every option of every processor, sampler and search, by name: of two plugins the first has it."""
    owners: dict[str, tuple[Part, Option]] = {}
    for part in registry.parts("samplers"):
        for option in part.spec.options:
            owners.setdefault(option.name, (part, option))
    return owners


def _sampling_options(registry: Registry) -> dict[str, Option]:
    return {name: option for name, (_, option) in _owners(registry).items()}


def _sampler(registry: Registry, name: str) -> Part:
    return registry.find("samplers", f"{CORE}:{name}" if name == _DRAW else name)


def _defaults(registry: Registry) -> dict[str, Any]:
    return {"sampler": _DRAW, **{name: option.default for name, option in _sampling_options(registry).items()}}


def sampling_settings(
    registry: Registry, values: Mapping[str, Any], where: str, flags: Collection[str] = ()
) -> dict[str, Any]:
    """`sampler` and the options of all processors, checked and filled up; `where` prefixes names in messages.

    With `--` for that, only `flags` have such a name; the others are named as `--set` takes them.
    """
    options = _sampling_options(registry)
    samplers = [part.spec.name for part in registry.parts("samplers") if part.spec.chooses]
    settings: dict[str, Any] = {"sampler": values.get("sampler", _DRAW)}
    chosen = str(settings["sampler"])
    if not registry.has("samplers", chosen):
        raise UnknownName("sampler", chosen, samplers)
    of_set = "" if where == "--" else where
    part = _sampler(registry, chosen)  # an error if several packages offer it
    if not part.spec.chooses:
        raise _not_a_sampler(part, samplers, of_set)
    for name in values:
        if name != "sampler" and name not in options:
            raise UnknownName("key", f"{of_set}{name}", [f"{of_set}{known}" for known in ("sampler", *options)])
    for name, option in options.items():
        shown = where if name in flags else of_set
        settings[name] = option.check(values[name], shown) if name in values else option.default
    make_strategy(registry, settings)  # a text may be wrong in a way that only its processor knows
    return settings


def _not_a_sampler(part: Part, samplers: Collection[str], where: str) -> RequestError:
    """For the name of a processor where that of a sampler is due."""
    switches = " or ".join(f"--set {where}{option.name}=..." for option in part.spec.options)
    return RequestError(
        f"'{part.spec.name}' chooses no tokens, it changes how likely they are; switch it on with {switches} "
        f"(samplers: {', '.join(samplers)})"
    )


def changed_settings(registry: Registry, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings that are not the defaults."""
    defaults = _defaults(registry)
    return {name: value for name, value in settings.items() if value != defaults.get(name)}


def portable_settings(registry: Registry, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without the defaults of other packages: where a run goes on they may not be installed, and nobody needs them."""
    changed = changed_settings(registry, settings)
    own = {
        option.name for part in registry.parts("samplers") if part.distribution == CORE for option in part.spec.options
    }
    return {name: value for name, value in settings.items() if name in changed or name in own or name == "sampler"}


def make_strategy(registry: Registry, settings: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> Strategy:
    """The processors that the settings switch on, in the order of their stages, and the sampler or search.

    Settings that are left out have their defaults. Processors that ask for it get the `vocabulary`; `RequestError` if
    it does not fit the settings.
    """
    settings = {**_defaults(registry), **settings}
    processors = [part for part in registry.parts("samplers") if not part.spec.chooses]
    processors.sort(key=lambda part: STAGES.index(part.spec.stage))
    owners = _owners(registry)
    options = [(part, _own_settings(part, settings, owners)) for part in processors]
    active = [(part, own) for part, own in options if _is_on(part, own)]
    sampler = _sampler(registry, settings["sampler"])
    chooses = sampler.build(**_own_settings(sampler, settings, owners))
    return Strategy(tuple(_processor(part, own, vocabulary) for part, own in active), chooses)


def _own_settings(part: Part, settings: Mapping[str, Any], owners: Mapping[str, tuple[Part, Option]]) -> dict[str, Any]:
    """The settings of a part's options; of one that another plugin has under this name, the default."""
    own = {}
    for option in part.spec.options:
        owner, _ = owners[option.name]
        is_own = (owner.distribution, owner.entry_point) == (part.distribution, part.entry_point)
        own[option.name] = settings[option.name] if is_own else option.default
    return own


def _is_on(part: Part, own: Mapping[str, Any]) -> bool:
    return any(own[option.name] != option.default for option in part.spec.options)


def _processor(part: Part, own: Mapping[str, Any], vocabulary: Vocabulary | None) -> Any:
    processor = part.build(**own)
    if vocabulary is not None and hasattr(processor, "with_vocabulary"):
        processor = processor.with_vocabulary(vocabulary)
    return processor if part.distribution == CORE else _Guest(part, processor)


@dataclass(frozen=True)
class _Guest:
    """A processor of another package: what goes wrong in it names that."""

    part: Part
    processor: Processor

    def __call__(self, *arguments: Any) -> Any:
        with self.part.working("change logits"):
            return self.processor(*arguments)
