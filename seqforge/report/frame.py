"""What every page has around its sections, in one HTML file: a policy in its head forbids it to ask for anything."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Iterable, Mapping, Sequence

from seqforge.abilities import View
from seqforge.report.markup import Html, element, joined, script_json

__all__ = ["MOST_BYTES", "frame", "section"]

MOST_BYTES = 2_000_000
"""Of a page: files are taken in as far as there is room, the others are named by their place."""

Sections = Mapping[str, tuple[str, Sequence[Html]]]


def frame(
    title: str, sections: Sections, *, summary: str = "", notes: Iterable[str] = (), style: str = "",
    view: View | None = None,
) -> Html:  # fmt: skip
    """The whole file: each section by its name, with a heading and what stands below it; equal values, equal text."""
    common = importlib.resources.files("seqforge.report").joinpath("page.css").read_text(encoding="utf-8")
    scripts = []
    if view:
        scripts.append(element("script", script_json(view.data), type="application/json", id="shown"))
        scripts.append(Html(f"<script>{view.script}</script>"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(view.script if view else "")),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        Html(f"<style>{common}{style}{view.style if view else ''}</style>"),
    )
    links = [element("li", element("a", heading, href=f"#{name}")) for name, (heading, _) in sections.items()]
    top = element(
        "header",
        element("h1", title),
        element("p", summary) if summary else "",
        *(element("p", note, class_="note") for note in notes),
        element("nav", element("ul", *links), aria_label="Sections") if len(links) > 1 else "",
    )
    main = element("main", joined(section(name, *content) for name, content in sections.items()))
    foot = element("footer", element("p", "Made with seqforge. This page asks nothing of the network."))
    return Html(f"<!DOCTYPE html>\n{element('html', head, element('body', top, main, foot, *scripts), lang='en')}\n")


def section(name: str, heading: str, content: Iterable[Html]) -> Html:
    """A section that its heading names."""
    title = element("h2", heading, id=f"{name}-heading")
    return element("section", title, joined(content), id=name, aria_labelledby=f"{name}-heading")


def _policy(script: str) -> str:
    """Nothing is loaded from anywhere, and no script runs but the one whose digest stands here."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    scripts = f"'sha256-{digest}'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'; form-action 'none'"
    )
