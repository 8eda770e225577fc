"""The part of a page that shows and plays lead sheets: markup, style and script from the files beside this one."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seqforge import Shown, View
from seqforge_jazz.page.entry import entry
from seqforge_jazz.page.events import Events

__all__ = ["view"]

_MOST_SCORE_LETTERS = 700_000

_SCRIPTS = ("times.js", "synthesizer.js", "player.js", "roll.js", "score.js", "controls.js")
"""In an order in which each uses only those before it."""


def view(shown: Sequence[Shown], events_of: Events) -> View:
    """The view of takes and passages; `events_of` is their codec's."""
    script = "".join(_resource(name) for name in _SCRIPTS)
    return View(
        html=_resource("player.html"),
        style=_resource("player.css"),
        script=f'(() => {{\n"use strict";\n{script}}})();\n',
        data=tuple(_with_scores(entry(each, events_of) for each in shown)),
    )


def _with_scores(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The entries, with their scores as far as there is room for them."""
    room = _MOST_SCORE_LETTERS
    for each in entries:
        room -= sum(map(len, each["score"]))
        yield each if room >= 0 else {**each, "score": []}


def _resource(name: str) -> str:
    return importlib.resources.files("seqforge_jazz.page").joinpath(name).read_text(encoding="utf-8")
