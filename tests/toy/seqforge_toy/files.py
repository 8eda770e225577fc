"""Files of letters: read, and written."""

from seqforge import DataError, Source
from seqforge_toy.letters import MARKS, Letters


class LettersReader:
    """One piece a line, from `first_line` on: its group, a blank, its text."""

    def __init__(self, *, first_line):
        self.first_line = first_line

    def read(self, path):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise DataError("it is no text") from None
        yield Source(path.name, 0, notes=(f"read from line {self.first_line} on",))
        for number, line in enumerate(lines[self.first_line - 1 :], self.first_line - 1):
            group, _, text = line.partition(" ")
            if not text:
                raise DataError(f"line {number + 1} has a group, but no letters")
            yield Letters(text, f"{path.stem}:{number + 1}", group)


class TextFile:
    def write(self, work, path):
        path.write_text(f"{work}\n", encoding="utf-8")


class MarksFile:
    def write(self, work, path):
        path.write_text("".join(symbol for symbol in str(work) if symbol in MARKS) + "\n", encoding="utf-8")
