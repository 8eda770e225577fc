"""The part of a page that shows and plays lead sheets: markup, style and script from the files beside this one."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence

from seqforge import Shown, View
from seqforge_jazz.page.entry import entry
from seqforge_jazz.page.events import Events

__all__ = ["view"]

_SCRIPTS = ("times.js", "synthesizer.js", "player.js", "roll.js", "score.js", "controls.js")
"""In an order in which each uses only those before it."""


def view(shown: Sequence[Shown], events_of: Events) -> View:
    """The view of takes and passages; `events_of` is their codec's."""
    script = "".join(_resource(name) for name in _SCRIPTS)
    return View(
        html=_resource("player.html"),
        style=_resource("player.css"),
        script=f'(() => {{\n"use strict";\n{script}}})();\n',
        data=tuple(entry(each, events_of) for each in shown),
    )


def _resource(name: str) -> str:
    return importlib.resources.files("seqforge_jazz.page").joinpath(name).read_text(encoding="utf-8")
