"""Names that the core needs for itself: a plugin that took one would break commands for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from seqforge import builtin

__all__ = ["DATA_KEYS", "GENERATE_OPTIONS", "SECTION_KEYS", "reserved_name"]

GENERATE_OPTIONS = (
    "context", "count", "format", "h", "help", "json", "min_p", "model", "n", "no_copy", "open", "out", "q", "quiet",
    "sampler", "seed", "set", "temperature", "top_k", "top_p",
)  # fmt: skip
"""What `seqforge generate` has itself; a test holds that it has these."""

DATA_KEYS = ("augment", "max_seconds", "source", "split", "split_seed", "test", "validation")
"""The core's keys of `data`, in which the options of readers and data sets stand; a test holds that it has these."""

SECTION_KEYS: Mapping[str, tuple[str, ...]] = {
    "codecs": ("name",),
    "backends": ("name",),
    "architectures": ("architecture", "start"),
    "launchers": ("name", "workers"),
    "callbacks": ("use",),
}
"""The core's keys of `codec`, `backend`, `model`, `launcher` and `callbacks`, which have a table of the name of each
part beside them; a test holds that they have these.
"""

_VALUES = (("backends", "auto"), ("callbacks", "none"))
"""What is typed in the place of a part's name."""

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {"codecs": ("vocabulary",), "datasets": ("codec",)}
"""What the target of a part is called with beside its options."""


def reserved_name(kind: str, spec: Any) -> str:
    """A name in a spec of another package that the core needs for itself, in words; empty if there is none."""
    if spec.name in SECTION_KEYS.get(kind, ()) or (kind, spec.name) in _VALUES:
        return f"it is called '{spec.name}', which is a key or value of seqforge's own"
    for name in getattr(spec, "architectures", ()):
        if name in (*SECTION_KEYS["architectures"], "auto"):
            return f"{spec.name}: architecture '{name}' is called as a key or value of seqforge's own"
    for option in getattr(spec, "options", ()):
        if option.name in ("self", *_ARGUMENTS.get(kind, ()), *_option_names(kind)):
            return _words(spec, "options", option.name)
    for option in getattr(spec, "prompt_options", ()):
        if option.name in GENERATE_OPTIONS:
            return _words(spec, "prompt_options", option.name)
    return ""


def _words(spec: Any, field: str, name: str) -> str:
    return f"{spec.name}: {field}: '{name}' is a name of seqforge's own, which can't be replaced; it needs another name"


def _option_names(kind: str) -> tuple[str, ...]:
    if kind == "formats":
        return GENERATE_OPTIONS
    if kind in ("readers", "datasets"):
        return DATA_KEYS
    return _sampling_names() if kind == "samplers" else ()


@cache
def _sampling_names() -> tuple[str, ...]:
    """What stands in `samples.sampling` beside the options of plugins; `data` is what `generate --set` reads with."""
    own = {option.name for spec in builtin.seqforge_register_samplers() for option in spec.options}
    return ("sampler", "data", *sorted(own))
