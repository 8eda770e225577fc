"""The rules that write the log of a lighthouse: dates, wind and sea, what passes, what is done.

To the extent possible under law, the seqforge authors have waived all copyright and related or neighbouring rights to
what these rules write: CC0 1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

__all__ = ["FIRST_YEAR", "LAST_YEAR", "year_of_the_log"]

FIRST_YEAR, LAST_YEAR = 1881, 1892

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_SEAS = ("smooth", "slight", "choppy", "rough", "very rough")
_FORCES = ("calm", "light", "fresh", "strong", "a gale")
_SKIES = ("clear", "hazy", "grey", "thick with rain", "black")
_LIT = ("four", "half past four", "half past five", "half past six", "half past seven", "nine")
_COUNTS = ("One", "Two", "Three", "Four", "Five", "Six")
_SHIPS = ("barque", "schooner", "fishing boat", "steamer", "brig", "collier")
_PLACES = ("to the south", "close under the rocks", "far out", "towards the harbour", "past the bell buoy")
_TIMES = ("before noon", "at dawn", "in the afternoon", "at dusk", "at first light", "late in the evening")
_BIRDS = ("gulls", "terns", "gannets", "oystercatchers", "geese", "starlings")
_PEOPLE = ("Mr. Hale", "The harbour master", "Anna Brodie", "The doctor", "Old Tom Fenner", "The inspector")
_GOODS = ("oil", "flour", "coal", "rope", "letters", "potatoes", "wick", "paint")
_WORKS = (
    "Polished the lens",
    "Trimmed the wicks",
    "Painted the rail",
    "Wound the clockwork twice",
    "Mended the boat",
    "Swept the stair from top to bottom",
    "Cleaned the glass of salt",
    "Dug the garden behind the wall",
)
_CAT = ("slept by the stove", "would not come in", "caught a mouse in the oil store", "sat in the window all day")


class _Chance:
    """Raw bits alone, which are the same with every version of NumPy."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, count: int) -> int:
        return int(self._bits.random_raw() % count)

    def of(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]


def year_of_the_log(year: int) -> str:
    """The entries of a year, with an empty line between them."""
    chance = _Chance(year)
    day = datetime.date(year, 1, 1 + chance.below(3))
    wind, force = chance.below(len(_WINDS)), chance.below(3)
    entries = []
    while day.year == year:
        entries.append(_entry(day, wind, force, chance))
        wind = (wind + chance.below(3) - 1) % len(_WINDS)
        force = min(max(force + chance.below(3) - 1, 0), len(_FORCES) - 1)
        day += datetime.timedelta(days=2 + chance.below(4))
    return "\n\n".join(entries) + "\n"


def _entry(day: datetime.date, wind: int, force: int, chance: _Chance) -> str:
    month = min(day.month, 13 - day.month)  # days grow until June, and shrink from July on
    lines = [
        f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}.",
        _weather(wind, force, chance),
        f"Lit the lamp at {_LIT[month - 1]}.",
    ]
    writers = [_ships, _work, _birds, _visit, _cat, _wreck if force > 3 else _ships]
    lines += [writers[chance.below(len(writers))](chance) for _ in range(1 + chance.below(3))]
    return "\n".join(lines)


def _weather(wind: int, force: int, chance: _Chance) -> str:
    sky = _SKIES[min(max(force + chance.below(3) - 1, 0), len(_SKIES) - 1)]
    if not force:
        return f"Calm. Sea {_SEAS[chance.below(2)]}, sky {sky}."
    if force == len(_FORCES) - 1:
        return f"A gale from the {_WINDS[wind]}. Sea {_SEAS[-1]}, sky {sky}."
    return f"Wind {_WINDS[wind]}, {_FORCES[force]}. Sea {_SEAS[force]}, sky {sky}."


def _ships(chance: _Chance) -> str:
    count = chance.below(len(_COUNTS))
    ships = f"{_COUNTS[count]} {chance.of(_SHIPS)}{'s' if count else ''}"
    return f"{ships} {chance.of(_PLACES)} {chance.of(_TIMES)}."


def _work(chance: _Chance) -> str:
    return f"{chance.of(_WORKS)} {chance.of(_TIMES)}."


def _birds(chance: _Chance) -> str:
    return f"Many {chance.of(_BIRDS)} about the tower {chance.of(_TIMES)}."


def _visit(chance: _Chance) -> str:
    return f"{chance.of(_PEOPLE)} came over with {chance.of(_GOODS)}."


def _cat(chance: _Chance) -> str:
    return f"The cat {chance.of(_CAT)}."


def _wreck(chance: _Chance) -> str:
    return f"A {chance.of(_SHIPS)} in distress {chance.of(_PLACES)}; fired two rockets, and the lifeboat went out."
