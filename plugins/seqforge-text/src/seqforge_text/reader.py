"""Text files: read whole, with line breaks and accents written in one way."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from seqforge import DataError, Source
from seqforge_text.text import Text

__all__ = ["TextReader"]

_WIDE_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_MOST_BYTES = 64_000_000  # what is read has room in the memory of a reading process
_NO_TEXT = re.compile(r"[^\t\n\f -\x7e\x80-\U0010ffff]")
"""Control characters that text has no use for."""


class TextReader:
    """The whole file is one work, its name is the name of the group. Line breaks are those of Unix, accents NFC."""

    def __init__(self, *, encoding: str) -> None:
        self.encoding = encoding

    def read(self, path: Path) -> Iterator[Text | Source]:
        """See `seqforge.Reader.read`."""
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise DataError(f"it has {size:,} bytes; allowed: {_MOST_BYTES:,}; cut it into several files")
        text = unicodedata.normalize("NFC", self._decoded(path.read_bytes()))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise DataError("there is nothing in it but blanks")
        if found := _NO_TEXT.search(text):
            raise DataError(
                f"it is no text: its character {found.start() + 1:,} is the control character {ord(found[0]):#04x}"
            )
        yield Source(path.name, 0, notes=(f"{len(text):,} characters, {len(text.splitlines()):,} lines",))
        yield Text(text, path.name, path.name)

    def _decoded(self, content: bytes) -> str:
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding  # whatever mark stands before it
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(self._reason(content, error)) from None

    def _reason(self, content: bytes, error: UnicodeDecodeError) -> str:
        name = self.encoding.upper()
        if self.encoding == "utf-8" and (wide := _WIDE_MARKS.get(content[:2])):
            return f"it is {wide}, not {name}; type --set data.encoding=utf-16"
        place = f"byte {error.start + 1:,} is 0x{content[error.start]:02x}"
        if b"\0" in content:
            return f"it is no text in {name}: {place}, and there are bytes of zero"
        other = "type --set data.encoding=latin-1 if it is Latin-1" if self.encoding == "utf-8" else "name another"
        return f"it is no text in {name}: {place}; {other}"
