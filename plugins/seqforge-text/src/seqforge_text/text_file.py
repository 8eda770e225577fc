"""The format `txt`."""

from __future__ import annotations

from pathlib import Path

from seqforge_text.text import Text

__all__ = ["TextFormat"]


class TextFormat:
    """UTF-8 with line breaks as in Unix, one at the end in any case."""

    def write(self, work: Text, path: Path) -> None:
        """See `seqforge.Format.write`."""
        end = "" if work.text.endswith("\n") else "\n"
        path.write_text(work.text + end, encoding="utf-8", errors="replace", newline="\n")
