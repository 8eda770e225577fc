"""Files of letters: read, and written."""

import os
import time
from pathlib import Path

from seqforge import DataError, Source
from seqforge_toy.letters import MARKS, Letters

RULE = "a.b-a.c=a.b-a.d="


class LettersReader:
    """One piece a line, from `first_line` on: its group, a blank, its text."""

    def __init__(self, *, first_line):
        self.first_line = first_line

    def read(self, path):
        if log := os.environ.get("SEQFORGE_TOY_LOG"):
            with Path(log).open("a") as file:
                file.write(f"{path.name}\n")
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


class TrapReader:
    """Does what the file says, and a reader should not."""

    def read(self, path):
        what = path.read_text().strip()
        if what == "hang":
            time.sleep(600)
        elif what == "exit":
            os._exit(3)
        elif what == "eat":
            self.eaten = bytearray(2**33)
        elif what == "raise":
            raise ZeroDivisionError("no\nway")
        elif what == "print":
            os.write(1, b"done\n")
            print("done")
        yield Letters(RULE, path.stem, path.stem)


class TextFile:
    def write(self, work, path):
        path.write_text(f"{work}\n", encoding="utf-8")


class MarksFile:
    def __init__(self, *, gap=0):
        self.gap = gap

    def write(self, work, path):
        marks = (symbol for symbol in str(work) if symbol in MARKS)
        path.write_text((" " * self.gap).join(marks) + "\n", encoding="utf-8")
