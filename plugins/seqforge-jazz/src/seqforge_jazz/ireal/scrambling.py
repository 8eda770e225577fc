"""How the music of an `irealb` link is hidden: mirrored blocks, and three abbreviations."""

from __future__ import annotations

__all__ = ["PREFIX", "unscrambled"]

PREFIX = "1r34LbKcu7"
"""What scrambled music starts with."""

_BLOCK = 50
_MIRRORED = (*range(5), *range(10, 24))
"""Places of a block that changed places with those as far from its end."""

_ABBREVIATED = (("Kcl", "| x"), ("LZ", " |"), ("XyQ", "   "))


def unscrambled(music: str) -> str:
    """Return the music that follows `PREFIX` as it was written.

    Each block of 50 characters is undone by the same exchange that hid it. The last 50 or 51 characters are no block:
    one is only hidden where two characters or more come after it.
    """
    letters = list(music)
    for start in range(0, len(letters) - _BLOCK - 1, _BLOCK):
        for place in _MIRRORED:
            near, far = start + place, start + _BLOCK - 1 - place
            letters[near], letters[far] = letters[far], letters[near]
    plain = "".join(letters)
    for short, long in _ABBREVIATED:
        plain = plain.replace(short, long)
    return plain
