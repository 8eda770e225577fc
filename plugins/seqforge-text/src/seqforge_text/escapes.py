"""What is typed for a text that may have more than a line."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["unescaped"]

_WRITTEN = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}


def unescaped(typed: str) -> str:
    r"""The text with line breaks for `\n`, tabs for `\t`, backslashes for `\\`; NFC, as what is read."""
    text = re.sub(r"\\[nt\\]", lambda found: _WRITTEN[found[0]], typed)
    return unicodedata.normalize("NFC", text)
