"""The page of takes, of a run or of `generate`: one HTML file with everything inside."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seqforge.interfaces import Work
from seqforge.report.contents import Contents, Download, ShownTake
from seqforge.report.curve import curve_figure
from seqforge.report.frame import MOST_BYTES, frame, section
from seqforge.report.markup import Html, element
from seqforge.report.tables import evaluation, novelty, pairs, table

__all__ = ["MOST_BYTES", "HtmlPage", "page", "with_evaluation"]

_EVALUATION = "How good it is"
_SECTIONS = ("takes", "training", "evaluation", "novelty", "settings", "origin")


class HtmlPage:
    """Format `html`: a page of all takes, or of a work alone."""

    def write(self, work: Work, path: Path) -> None:
        """Write the page of one work, as text."""
        text = str(work)
        self.write_all(Contents(title=text, summary="", takes=(ShownTake(title="take 1", text=text),)), path)

    def write_all(self, contents: Contents, path: Path) -> None:
        """Write the page."""
        path.write_text(page(contents), encoding="utf-8", newline="\n")


def page(contents: Contents) -> Html:
    """The whole file; equal contents give equal text."""
    room = MOST_BYTES - len(_page(contents, room=0).encode("utf-8"))
    return _page(contents, room)


def with_evaluation(text: str, results: Mapping[str, Any]) -> str:
    """A page with its section of the evaluation made anew; one that has none stays as it is."""
    before, start, rest = text.partition('<section id="evaluation"')
    _, end, after = rest.partition("</section>")
    if not start or not end:
        return text
    return f"{before}{section('evaluation', _EVALUATION, list(evaluation(results)))}{after}"


def _page(contents: Contents, room: int) -> Html:
    sections = dict(_sections(contents, _Room(room)))
    return frame(
        contents.title, sections, summary=contents.summary, notes=contents.notes, view=contents.view
    )  # fmt: skip


def _sections(contents: Contents, room: _Room) -> Iterator[tuple[str, tuple[str, list[Html]]]]:
    """Name, heading and content of every section that has any."""
    made = {
        "takes": ("Takes", list(_takes(contents, room))),
        "training": ("How the loss fell", [curve_figure(contents.curve)] if contents.curve else []),
        "evaluation": (_EVALUATION, list(evaluation(contents.results))),
        "novelty": ("How much it copies", list(novelty(contents.results, contents.quotations))),
        "settings": ("Settings", list(_settings(contents))),
        "origin": ("Where it comes from, and how to make it again", list(_origin(contents))),
    }
    for name in _SECTIONS:
        if made[name][1]:
            yield name, made[name]


def _takes(contents: Contents, room: _Room) -> Iterator[Html]:
    if not contents.takes:
        return
    items = [_take(number, take, contents, room) for number, take in enumerate(contents.takes)]
    yield element("ol", *items, class_="takes")
    if contents.takes_left_out:
        yield element("p", f"{contents.takes_left_out:,} more takes are not shown here.")
    if contents.view:
        yield Html(contents.view.html)


def _take(number: int, take: ShownTake, contents: Contents, room: _Room) -> Html:
    title = element("span", take.title, class_="title")
    if number < contents.takes_played:
        title = element("button", take.title, type="button", data_show=number, aria_pressed="false", class_="title")
    surprise = "" if take.nats is None else f"Mean surprise {take.nats:.2f} nats a token."
    files = [room.link(file) for file in take.files]
    downloads = element("span", *(part for file in files for part in (file, " ")), class_="files") if files else ""
    if "\n" in take.text:  # it is what was generated, and not what is said of it
        parts = [element("span", surprise, class_="text"), element("pre", take.text)]
    else:
        parts = [element("span", f"{take.text}. {surprise}".rstrip(), class_="text")]
    return element("li", title, " ", parts[0], " ", downloads, *parts[1:])


def _settings(contents: Contents) -> Iterator[Html]:
    for name, rows in contents.settings.items():
        yield element("h3", name)
        yield pairs(rows)


def _origin(contents: Contents) -> Iterator[Html]:
    if contents.provenance:
        yield pairs(contents.provenance)
    if contents.commands:
        rows = [(element("code", command), what) for command, what in contents.commands]
        yield table(("type in the folder of the model", "to"), rows)


class _Room:
    """How many bytes are left for files inside of the page."""

    def __init__(self, size: int) -> None:
        self._left = size

    def link(self, file: Download) -> Html:
        """The file itself as a link while there is room, then its place."""
        label = f"{file.name} ({max(1, round(file.size / 1000)):,} kB)"
        needed = file.size * 4 // 3 + 100
        if file.content is None or needed > self._left:
            return element("a", label, href=quote(file.place, errors="replace"), download=file.name)
        self._left -= needed
        content = base64.b64encode(file.content).decode("ascii")
        return element("a", label, href=f"data:application/octet-stream;base64,{content}", download=file.name)
