"""Repeats with their endings, found among the written bars of a tune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqforge_jazz.ireal.bars import Bar

__all__ = ["Repeat", "last_of_ending", "repeats_of"]


@dataclass(frozen=True)
class Repeat:
    """Bars `start` to `end`, played `times` times; `endings` are the first bars of the endings, by their number."""

    start: int
    end: int
    endings: Mapping[int, int]
    times: int

    def ending_of(self, number: int) -> int:
        """The ending of that pass, from 1; 0 if it has none. The highest one is for the last pass."""
        highest = max(self.endings, default=0)
        if number >= self.times:
            return highest if highest > 1 else 0
        return min(number, max(highest - 1, 1))


def repeats_of(bars: Sequence[Bar]) -> tuple[dict[int, Repeat], list[str]]:
    """The repeat that a bar belongs to, by the bar's index, and what is wrong with them.

    One that is closed without being opened begins behind the one before, or in bar 1. An ending that the next one
    follows is closed, whatever its bar line says.
    """
    repeats: dict[int, Repeat] = {}
    problems: list[str] = []
    start, opened, place = 0, -1, 0
    while place < len(bars):
        if bars[place].opens:
            if opened >= 0:
                problems.append(_never_closed(bars[opened]))
            start = opened = place
        if not (bars[place].closes or _is_closed_by_next(bars, start, place)):
            place += 1
            continue
        repeat = _repeat(bars, start, place)
        repeats |= dict.fromkeys(range(repeat.start, repeat.end + 1), repeat)
        start, opened, place = repeat.end + 1, -1, repeat.end + 1
    if opened >= 0:
        problems.append(_never_closed(bars[opened]))
    return repeats, problems


def last_of_ending(bars: Sequence[Bar], first: int) -> int:
    """The last bar of the ending that begins with bar `first`."""
    for place in range(first, len(bars) - 1):
        follows = bars[place + 1]
        if bars[place].closes or bars[place].is_section_end or follows.opens or follows.ending:
            return place
    return len(bars) - 1


def _is_closed_by_next(bars: Sequence[Bar], start: int, place: int) -> bool:
    """Whether the next bar is a second ending although no `}` closed the first."""
    if place + 1 == len(bars) or bars[place + 1].ending != 2 or bars[place].is_section_end:
        return False
    return any(bar.ending == 1 for bar in bars[start : place + 1])


def _repeat(bars: Sequence[Bar], start: int, close: int) -> Repeat:
    endings = {bars[place].ending: place for place in range(start, close + 1) if bars[place].ending}
    end, number = close, max(endings, default=1) + 1
    while end + 1 < len(bars) and bars[end + 1].ending == number:
        endings[number] = end + 1
        end, number = last_of_ending(bars, end + 1), number + 1
        if not (bars[end].closes or (end + 1 < len(bars) and bars[end + 1].ending and not bars[end].is_section_end)):
            break
    times = max(bar.times for bar in bars[start : end + 1]) or max(2, *endings, 2)
    return Repeat(start, end, endings, times)


def _never_closed(bar: Bar) -> str:
    return f"bar {bar.number}: the repeat that begins here never ends; it is played once"
