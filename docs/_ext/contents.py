"""The site's navigation, from the lists of the start page.

`index.md` is plain Markdown: a heading for each part of the site, below it a list of links to pages. Each becomes a
section of the navigation, so that no list is kept twice.
"""

from __future__ import annotations

import re
from typing import Any

PAGE = re.compile(r"^- \[[^\]]+\]\(([\w/-]+)\.md\)", re.MULTILINE)


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _add_navigation)
    return {"parallel_read_safe": True}


def _add_navigation(app: Any, name: str, source: list[str]) -> None:
    if name != app.config.root_doc:
        return
    for section in source[0].split("\n## ")[1:]:
        pages = PAGE.findall(section)
        if pages:
            caption = section.partition("\n")[0]
            listed = "\n".join(pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"
