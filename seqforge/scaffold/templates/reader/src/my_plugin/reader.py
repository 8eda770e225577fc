"""The reader: text files with a rhythm a line, such as `lantern: x..x..x.x...x...`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seqforge import DataError, Source

from .codec import BAR, Rhythm

__all__ = ["RhythmReader"]


class RhythmReader:
    """A work a line: its name, a colon, its steps. Empty lines and those that begin with `#` are passed over."""

    def __init__(self, *, repeat: int) -> None:
        self.repeat = repeat

    def read(self, path: Path) -> Iterator[Rhythm | Source]:
        """The works; a `Source` with a reason for a line that is none, and a `DataError` if the file is none."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise DataError("it is no text in UTF-8") from None
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, colon, steps = (part.strip() for part in line.partition(":"))
            if not name or not colon:
                yield Source(f"{path.name} line {number}", 0, "no name and colon in front of its steps")
            elif not steps or len(steps) % BAR or set(steps) - set(".x"):
                yield Source(f"{path.name} line {number}", 0, f"not whole bars of {BAR} steps, each x or a dot")
            else:
                yield Rhythm(steps * self.repeat, name=f"{path.stem}:{number}", group=name)
