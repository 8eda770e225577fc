"""Which tune of a playlist is meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from seqforge import RequestError
from seqforge_jazz.ireal.links import Tune

__all__ = ["choose_tune"]

_MOST_LISTED = 20
_MOST_COMPARED = 500


def choose_tune(tunes: Sequence[Tune], wanted: str | None) -> Tune:
    """The tune called `wanted`, the only one whose title has it in it, or the one of that number, from 1.

    Without `wanted` there must be one tune only.
    """
    numbers = range(len(tunes))
    if wanted is None or not wanted.strip():
        if len(tunes) == 1:
            return tunes[0]
        raise RequestError(
            f"there are {len(tunes):,} tunes; choose one with --tune NAME or NUMBER: {_listed(tunes, numbers)}"
        )
    name = " ".join(wanted.split()).casefold()
    equal = [number for number in numbers if tunes[number].title.casefold() == name]
    if not equal and name.isascii() and name.isdigit():
        number = int(name[:9])
        if not 1 <= number <= len(tunes):
            raise RequestError(f"--tune is {number}; allowed: 1 to {len(tunes):,}, or a title")
        return tunes[number - 1]
    found = equal or [number for number in numbers if name in tunes[number].title.casefold()]
    if len(found) == 1:
        return tunes[found[0]]
    if found:
        raise RequestError(
            f"--tune '{wanted:.40}' fits {len(found):,} tunes; choose by number: {_listed(tunes, found)}"
        )
    titles = {tune.title.casefold(): tune.title for tune in tunes[:_MOST_COMPARED]}
    close = difflib.get_close_matches(name[:80], titles, n=1, cutoff=0.5)
    nearest = f"; did you mean '{titles[close[0]]}'?" if close else ""
    raise RequestError(f"no tune is called '{wanted:.40}'{nearest} (known: {_listed(tunes, numbers)})")


def _listed(tunes: Sequence[Tune], numbers: Iterable[int]) -> str:
    chosen = list(numbers)
    names = ", ".join(f"{number + 1} {tunes[number].title}" for number in chosen[:_MOST_LISTED])
    more = f" and {len(chosen) - _MOST_LISTED:,} more" if len(chosen) > _MOST_LISTED else ""
    return names + more
