"""The order in which bars are played: repeats and endings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["RepeatSigns", "played_order"]


@dataclass(frozen=True)
class RepeatSigns:
    """What stands at a bar: `|:` before it, `:|` after it, and the passes of the ending that it belongs to."""

    opens: bool = False
    closes: bool = False
    endings: frozenset[int] = frozenset()


def played_order(bars: Sequence[RepeatSigns]) -> list[int]:
    """Indices of the bars as they are played.

    Made for lead sheets as they are found: an ending may stop before its `:|`, a `:|` may close the last ending, and
    a `:|` without `|:` goes back to the end of the repeat before. Da capo, segno and coda are not followed.
    """
    order: list[int] = []
    start, now, current_pass = 0, 0, 1
    while now < len(bars):
        bar = bars[now]
        if bar.opens and now != start:
            start, current_pass = now, 1
        if bar.endings and current_pass not in bar.endings:
            now = _next_ending(bars, now, current_pass)
            continue
        order.append(now)
        is_last_pass = not _is_played_again(bars, now, current_pass)
        if bar.closes and not is_last_pass:
            now, current_pass = start, current_pass + 1
            continue
        following = bars[now + 1].endings if now + 1 < len(bars) else frozenset()
        leaves_ending = bool(bar.endings) and bar.endings != following and current_pass > 1
        now += 1
        if bar.closes or leaves_ending:
            start, current_pass = now, 1
    return order


def _is_played_again(bars: Sequence[RepeatSigns], closing: int, current_pass: int) -> bool:
    """Whether the `:|` after a bar is followed: once, and inside endings as long as there is one for the next pass."""
    if not bars[closing].endings:
        return current_pass == 1
    if current_pass + 1 in bars[closing].endings:
        return True
    following = bars[closing + 1].endings if closing + 1 < len(bars) else frozenset()
    return current_pass + 1 in following


def _next_ending(bars: Sequence[RepeatSigns], skipped: int, current_pass: int) -> int:
    """The bar that the current pass goes on with instead of an ending that is not its own."""
    for index in range(skipped, len(bars)):
        if current_pass in bars[index].endings:
            return index
        if index > skipped and bars[index].opens:
            break
    index = skipped
    while index < len(bars) and bars[index].endings == bars[skipped].endings:
        index += 1
    return index
