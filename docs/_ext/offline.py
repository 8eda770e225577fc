"""The site works from a folder, without a network: a page that would load something from elsewhere is a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.util.logging import getLogger

LOGGER = getLogger(__name__)
ELSEWHERE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)
IN_A_STYLE = re.compile(r"""(?:@import\s+|url\()\s*["']?\s*(?:https?:)?//[^"')\s]+""", re.IGNORECASE)
LOADS = {
    "href": ("link",),
    "src": ("script", "img", "iframe", "audio", "video", "source", "embed"),
    "data": ("object",),
}
KNOWN_BY_NAME_ONLY = ("canonical", "author", "license")


class _Loaded(HTMLParser):
    """Collects what a page loads when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        values = dict(attrs)
        if tag == "link" and values.get("rel") in KNOWN_BY_NAME_ONLY:
            return
        self.found += [values[name] or "" for name, tags in LOADS.items() if tag in tags and name in values]


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True}


def _check(app: Any, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        for path, what in sorted(_from_elsewhere(Path(app.outdir))):
            LOGGER.warning("%s would load %s, which needs a network", path.relative_to(app.outdir), what)


def _from_elsewhere(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.suffix == ".html":
            page = _Loaded()
            page.feed(path.read_text(encoding="utf-8"))
            yield from ((path, what) for what in page.found if ELSEWHERE.match(what))
        elif path.suffix == ".css":
            yield from ((path, what) for what in IN_A_STYLE.findall(path.read_text(encoding="utf-8")))
