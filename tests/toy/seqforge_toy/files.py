"""Files of letters: read, and written."""

from seqforge import DataError
from seqforge_toy.letters import MARKS, Letters


class LettersReader:
    """One piece a line: its group, a blank, its text."""

    def read(self, path):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise DataError("it is no text") from None
        for number, line in enumerate(lines):
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
