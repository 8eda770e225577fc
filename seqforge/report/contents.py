"""What a page is made of: plain values, found by a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqforge.abilities import View

__all__ = ["Contents", "Curve", "Download", "Quotation", "ShownTake"]

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to take along: its size in bytes, its content unless that is too much, and where it is from the page."""

    name: str
    size: int
    content: bytes | None
    place: str


@dataclass(frozen=True, kw_only=True)
class ShownTake:
    """A take: its title, its work in words, the mean surprise of its tokens in nats, its files."""

    title: str
    text: str
    nats: float | None = None
    files: tuple[Download, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """A quotation in words. `entries` are those of the view's data that play it: of the take, and of its source."""

    text: str
    entries: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the loss fell, in nats a token: (step, nats) of training batches and of the validation part.

    `baselines` are the nats of simple models on the validation part, by name; `best_step` is the one that was kept.
    """

    training: tuple[tuple[int, float], ...]
    validation: tuple[tuple[int, float], ...]
    baselines: Mapping[str, float]
    best_step: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything that a page shows; a section of which there is nothing is left out.

    The first `takes_played` entries of `view.data` are those of the first takes. `results` is what stands in
    evaluation.json. `commands` are what to type and what that does; `notes` are what a reader has to know first.
    """

    title: str
    summary: str
    takes: tuple[ShownTake, ...]
    takes_left_out: int = 0
    takes_played: int = 0
    view: View | None = None
    curve: Curve | None = None
    results: Mapping[str, Any] = field(default_factory=dict)
    quotations: tuple[Quotation, ...] = ()
    settings: Mapping[str, Pairs] = field(default_factory=dict)
    provenance: Pairs = ()
    commands: Pairs = ()
    notes: tuple[str, ...] = ()
