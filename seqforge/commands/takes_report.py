"""What is shown of takes and their files: on a terminal a picture and a table, elsewhere plain lines."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqforge.abilities import Drawing
from seqforge.commands.failures import warn
from seqforge.commands.screen import (
    print_pairs,
    print_table,
    printable,
    printable_lines,
    screen_width,
    shows,
    table_width,
)
from seqforge.interfaces import Codec
from seqforge.session.takes import Take

__all__ = ["MadeFile", "in_a_line", "print_file_table", "print_files", "print_picture", "take_files"]

_MOST_ROWS = 40
_LINES_BELOW = 12
_FEWEST_LINES = 12
_FEWEST_COLUMNS = 20
_LONGEST_TITLE = 100


@dataclass(frozen=True)
class MadeFile:
    """Files that differ by their suffix only, and what they are; `title` is what is said where there are none."""

    paths: tuple[Path, ...]
    what: str
    title: str = ""

    def name(self, folder: Path) -> str:
        """Their name in the folder, with the suffixes in braces if they are several, as shells take it."""
        if not self.paths:
            return self.title
        first = self.paths[0].relative_to(folder) if self.paths[0].is_relative_to(folder) else self.paths[0]
        suffixes = ",".join(path.suffix[1:] for path in self.paths)
        return printable(str(first) if len(self.paths) < 2 else f"{first.with_suffix('')}.{{{suffixes}}}")

    @property
    def size(self) -> str:
        """How much they hold together."""
        return _size(sum(path.stat().st_size for path in self.paths)) if self.paths else ""


def take_files(takes: Sequence[Take]) -> list[MadeFile]:
    """The files of takes, those of one take together."""
    return [MadeFile(take.files, in_a_line(str(take.work)), f"take {take.number}") for take in takes]


def print_picture(codec: Codec, take: Take) -> None:
    """The take in characters, if its codec draws it and the terminal has the room and the signs."""
    if not isinstance(codec, Drawing):
        return
    size = shutil.get_terminal_size()
    try:
        picture = codec.draw(take.work, size.columns, max(size.lines - _LINES_BELOW, _FEWEST_LINES))
    except Exception as error:  # noqa: BLE001  # whatever a plugin does wrong, the take is there
        warn([f"take {take.number} could not be drawn ({type(error).__name__}: {error})"])
        return
    if picture and shows(picture):
        print(f"\n{printable_lines(picture)}")


def print_file_table(folder: Path, files: Sequence[MadeFile]) -> None:
    """A table as wide as the screen: which files `folder` holds, how much is in them, what they are."""
    header = [f"in {printable(str(folder))}", "size"]
    rows = [[file.name(folder), file.size] for file in files[:_MOST_ROWS]]
    room = max(screen_width() - table_width(header, rows) - 2, _FEWEST_COLUMNS)
    rest = "…" if shows("…") else "..."
    remarks = [textwrap.shorten(file.what, room, placeholder=rest) for file in files]
    print_table([*header, ""], [[*row, remark] for row, remark in zip(rows, remarks, strict=False)])
    if others := files[_MOST_ROWS:]:
        print(f"and {len(others):,} more, to {others[-1].name(folder)}")


def print_files(files: Sequence[MadeFile]) -> None:
    """A line for each file."""
    pairs = []
    for file in files:
        pairs.append((printable(str(file.paths[0])) if file.paths else file.title, file.what))
        pairs.extend((printable(str(path)), "") for path in file.paths[1:])
    print_pairs(pairs)


def in_a_line(text: str) -> str:
    """The first line of what a work says of itself, or the beginning of that: it may be the whole work."""
    line = " ".join(text.lstrip().partition("\n")[0].split())
    return textwrap.shorten(printable(line), _LONGEST_TITLE, placeholder=" ...")


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"
