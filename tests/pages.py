"""The pages of the documentation, taken apart: blocks of code, headings and links.

A block runs, unless the line above it says why not: `<!-- not run: needs a font -->`. A block of Python or TOML whose
first line is a comment with the name of a file, `# drums/codec.py`, is that file. Commands below `<!-- interrupted:
... -->` get a Ctrl-C when the first line that begins with `step` has come. A block of text right below a block of
commands is what they print: `...` stands for lines left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
RUN = ("sh", "python", "toml")
KNOWN = (*RUN, "text", "diff")

_FENCE = re.compile(r"^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^\n]+) -->\n\Z")
_INTERRUPTED = re.compile(r"<!-- interrupted: [^\n]+ -->\n\Z")
_FILE = re.compile(r"# (?P<name>[\w./-]+\.\w+)\n")
_HEADING = re.compile(r"^#{1,6} (?P<title>.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^()\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A block of code: its page, the line it begins at, and why it is not run, if it is not."""

    page: Path
    line: int
    language: str
    text: str
    not_run: str
    interrupted: bool = False
    printed: str = ""

    @property
    def file(self) -> str:
        """The name of the file that the block is; empty for one that is no file."""
        found = _FILE.match(self.text) if self.language in ("python", "toml") else None
        return found["name"] if found else ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}, line {self.line}"


def pages() -> list[Path]:
    """The README, and every page that somebody wrote or that was written from the code."""
    return [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if path.is_file())]


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, those of text that a block of commands prints being part of it."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    end = 0
    for fence in _FENCE.finditer(text):
        between = text[end : fence.start()]
        end = fence.end()
        if fence["language"] == "text" and found and found[-1].language == "sh" and not between.strip():
            found[-1] = replace(found[-1], printed=fence["text"])
            continue
        above = text[: fence.start()]
        reason = _NOT_RUN.search(above)
        found.append(
            Block(
                page,
                above.count("\n") + 1,
                fence["language"],
                fence["text"],
                not_run=reason["reason"] if reason else "",
                interrupted=bool(_INTERRUPTED.search(above)),
            )
        )
    return found


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What can stand behind `#` in a link to the page, as code hosts and the site name headings."""
    found: set[str] = set()
    for heading in _HEADING.finditer(prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading["title"]).lower().strip()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures; what stands in code is none."""
    return [found["target"] for found in _LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page)))]
