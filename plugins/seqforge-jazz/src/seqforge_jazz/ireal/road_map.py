"""The order in which the written bars of a tune are played: repeats and endings, D.C. and D.S., Fine and coda."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqforge import RequestError
from seqforge_jazz.charts import LARGEST_CHART
from seqforge_jazz.ireal.bars import Bar, Jump
from seqforge_jazz.ireal.repeats import Repeat, last_of_ending, repeats_of

__all__ = ["played_order"]


def played_order(bars: Sequence[Bar]) -> tuple[list[int], list[str]]:
    """Indices of the bars as they are played, and which signs are not followed; `RequestError` for too many bars.

    A D.C. or D.S. is followed once, as soon as the repeat around it is over. From there on repeats are played once,
    with their last ending, up to the Fine, or to the coda, in which they are played out again.
    """
    walk = _Walk(bars)
    while walk.place < len(bars):
        walk.step()
        if len(walk.order) > LARGEST_CHART:
            raise RequestError(f"with its repeats it has more than {LARGEST_CHART:,} bars; allowed: {LARGEST_CHART:,}")
    return walk.order, walk.problems + walk.missed()


@dataclass(frozen=True)
class _Return:
    """A D.C. or D.S. that is being followed, and the bar that it is in.

    It is over after any of the bars `ends`, or where it leaves for the `coda` (-1: none). `ending` is the ending to be
    played (0: the last one).
    """

    jump: Jump
    origin: int
    ends: frozenset[int] = frozenset()
    coda: int = -1
    ending: int = 0


class _Walk:
    """Goes through the bars; `place` is the next one, `passes` counts those through the repeat around it."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        self.bars = bars
        self.repeats, self.problems = repeats_of(bars)
        self.order: list[int] = []
        self.place = 0
        self.passes = 1
        self.back: _Return | None = None
        self.taken: set[int] = set()

    def step(self) -> None:
        """Play the bar at `place` and go on behind it, or go on elsewhere without playing it."""
        place, bar, repeat = self.place, self.bars[self.place], self.repeats.get(self.place)
        if bar.coda_before and self._goes_to_coda():
            return
        if repeat is not None and repeat.endings.get(bar.ending) == place:
            wanted = self._wanted_ending(repeat)
            if wanted != bar.ending:
                self._go(repeat.endings.get(wanted, self._alone(wanted, repeat.end + 1)))
                return
        self.order.append(place)
        if (bar.coda_after or self._is_origin()) and self._goes_to_coda():
            return
        if self.back is not None and (place in self.back.ends or self._is_origin()):
            if place not in self.back.ends:
                self.problems.append(
                    f"bar {bar.number}: {self.back.jump.words} ends here again, for it led nowhere else"
                )
            self.place = len(self.bars)
        elif repeat is not None and self._plays_again(repeat):
            self.place, self.passes = repeat.start, self.passes + 1
        elif not self._goes_back():
            self._go(self._next())

    def missed(self) -> list[str]:
        """The jumps that were never reached."""
        bars = [bar for place, bar in enumerate(self.bars) if bar.jumps and place not in self.taken]
        return [f"bar {bar.number}: {bar.jumps[0].words} is not followed, for it is never reached" for bar in bars]

    def _is_origin(self) -> bool:
        return self.back is not None and self.place == self.back.origin

    def _go(self, place: int) -> None:
        if self.repeats.get(place) is not self.repeats.get(self.place):
            self.passes = 1
        self.place = place

    def _next(self) -> int:
        """The bar behind this one, or behind the repeat if this one ends an ending."""
        repeat, follows = self.repeats.get(self.place), self.place + 1
        if repeat is not None and min(repeat.endings.values(), default=follows) < follows in repeat.endings.values():
            return repeat.end + 1
        return follows

    def _plays_again(self, repeat: Repeat) -> bool:
        ends_pass = self.bars[self.place].closes or self._next() > self.place + 1
        return ends_pass and self.back is None and self.passes < repeat.times

    def _wanted_ending(self, repeat: Repeat) -> int:
        asked = self.back.ending if self.back is not None else 0
        if asked and (asked in repeat.endings or asked > max(repeat.endings)):
            return asked
        return repeat.ending_of(self.passes if self.back is None else repeat.times)

    def _alone(self, ending: int, otherwise: int) -> int:
        """The first bar of an ending that stands apart from its repeat."""
        places = (place for place, bar in enumerate(self.bars) if bar.ending == ending and place not in self.repeats)
        return next(places, otherwise) if ending else otherwise

    def _goes_to_coda(self) -> bool:
        if self.back is None or self.place >= self.back.coda:
            return False
        self.place, self.passes, self.back = self.back.coda, 1, None
        return True

    def _goes_back(self) -> bool:
        """Follow the D.C. or D.S. in this bar, if there is one whose time has come."""
        place, bar, repeat = self.place, self.bars[self.place], self.repeats.get(self.place)
        is_due = repeat is None or self.passes >= repeat.times
        if not bar.jumps or place in self.taken or self.back is not None or not is_due:
            return False
        self.taken.add(place)
        jump = bar.jumps[0]
        back = self._return(jump)
        if back is None:
            self.problems.append(f"bar {bar.number}: {jump.words} is not followed, for there is no such place")
            return False
        segnos = [index for index in range(place + 1) if self.bars[index].segno] if jump.from_segno else [0]
        if not segnos:
            self.problems.append(f"bar {bar.number}: {jump.words} goes back to bar 1, for there is no segno")
        self.place, self.passes, self.back = (segnos or [0])[-1], 1, back
        return True

    def _return(self, jump: Jump) -> _Return | None:
        bars, origin = self.bars, self.place
        if jump.to == "fine":
            ends = [place for place, bar in enumerate(bars) if bar.fine]
            ends = ends or [place for place, bar in enumerate(bars) if bar.fermata]
            if not ends and "fine" not in jump.words.lower():
                ends = [origin]
            return _Return(jump, origin, frozenset(ends), ending=self._ending_with(ends))
        if jump.to == "ending":
            firsts = [place for place, bar in enumerate(bars) if bar.ending == jump.ending]
            ends = [last_of_ending(bars, first) for first in firsts[:1]]
            return _Return(jump, origin, frozenset(ends), ending=jump.ending) if ends else None
        signs = [place + bar.coda_after for place, bar in enumerate(bars) if bar.coda_before or bar.coda_after]
        coda = signs[-1] if signs and signs[-1] > origin else origin + 1
        return _Return(jump, origin, coda=coda) if coda < len(bars) else None

    def _ending_with(self, places: Sequence[int]) -> int:
        """The ending that one of the bars belongs to; 0 if none does."""
        for place in places:
            repeat = self.repeats.get(place)
            begun = [number for number, first in repeat.endings.items() if first <= place] if repeat else []
            if begun:
                return max(begun)
        return 0
