"""The page of the parts: what seqforge's own packages register, and the keys of their options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markdown import code, codes, sentence, table, value

from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.options import Option
from seqforge.plugins import KINDS, Part, Registry

INTRODUCTION = """# Parts

What seqforge's own packages offer, and the keys of their options. `seqforge list KIND` shows what is installed,
`seqforge plugins list` where it comes from.

An option's key is the one of TOML files and of `run --set`. What belongs to sampling and to prompts is given to
`seqforge generate` as an option of its own, or by `--set` without `samples.sampling.` in front.

"""

TITLES = {
    "recipes": "Recipes",
    "models": "Models",
    "datasets": "Data sets",
    "readers": "Readers",
    "codecs": "Codecs",
    "backends": "Backends and architectures",
    "samplers": "Processors, samplers and searches",
    "formats": "Formats",
    "metrics": "Metrics",
}
HEAD = ["key", "allowed", "default", "meaning"]


def page() -> str:
    """The page: a section a kind, those that have none here left out."""
    registry = Registry.installed()
    text = INTRODUCTION
    for kind in [*TITLES, *(kind for kind in KINDS if kind not in TITLES)]:
        parts = sorted(registry.parts(kind), key=lambda part: part.distribution != "seqforge-core")
        if parts:
            text += f"## {TITLES.get(kind, kind.capitalize())}\n\n" + "".join(_part(kind, part) for part in parts)
        if kind == "backends":
            text += _architectures()
    return text


def _part(kind: str, part: Part) -> str:
    spec = part.spec
    name = spec.name if kind not in ("samplers",) else f"{spec.name} ({spec.stage})"
    text = f"### {name}\n\n{sentence(getattr(spec, 'summary', ''))} From `{part.distribution}`.{_facts(kind, spec)}\n\n"
    prefixes = {
        "datasets": "data.",
        "readers": "data.",
        "codecs": f"codec.{spec.name}.",
        "backends": f"backend.{spec.name}.",
        "callbacks": f"callbacks.{spec.name}.",
        "samplers": "samples.sampling.",
    }
    options: Iterable[Option] = getattr(spec, "options", ())
    if kind == "formats":
        text += table(["option of `generate`", *HEAD[1:]], (_row(option, "--") for option in options))
    else:
        text += table(HEAD, (_row(option, prefixes.get(kind, "")) for option in options))
    text += table(HEAD, (_row(option, "samples.prompt.") for option in getattr(spec, "prompt_options", ())))
    measures = ([code(m.name), m.title, m.unit] for m in getattr(spec, "measures", ()))
    return text + table(["measure", "meaning", "unit"], measures)


def _row(option: Option, prefix: str) -> list[str]:
    allowed = codes(option.choices) if option.choices else option.allowed()
    return [code(option.shown(prefix)), allowed, value(option.default), option.help]


def _facts(kind: str, spec: Any) -> str:
    """What else its spec says, in words."""
    facts = []
    if kind == "readers":
        facts.append(f"Files: {codes(spec.suffixes)}")
    if kind == "formats":
        facts.append(f"Suffix {code(spec.suffix)}, written {'by default' if spec.by_default else 'when it is named'}")
    if getattr(spec, "codecs", ()):
        facts.append(f"For {codes(spec.codecs)}")
    if getattr(spec, "requires", ()):
        facts.append(f"Needs {codes(spec.requires)}")
    if getattr(spec, "install", ""):
        facts.append(f"Install: {code(spec.install)}")
    if getattr(spec, "licence", ""):
        facts.append(f"Licence: {spec.licence}")
    if getattr(spec, "lacks", ()):
        facts.append(f"Lacks: {', '.join(spec.lacks)}")
    if kind == "backends":
        facts.append(f"Architectures: {codes(spec.architectures)}")
    return "".join(f" {fact}." for fact in facts)


def _architectures() -> str:
    """The options of the core's architectures, which every backend that names them has."""
    text = ""
    for name, architecture in sorted(NumpyBackend.architectures.items()):
        doc = (type(architecture).__doc__ or "").partition("\n")[0]
        text += f"### Architecture {name}\n\n{doc}\n\n"
        text += table(HEAD, (_row(option, f"model.{name}.") for option in architecture.options))
    return text
