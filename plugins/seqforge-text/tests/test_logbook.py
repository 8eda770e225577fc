"""The built-in log: the same text with every version of everything, and one that follows its own rules."""

from __future__ import annotations

import hashlib
import re

from seqforge_text.logbook import FIRST_YEAR, LAST_YEAR, year_of_the_log

TEXT = "\n".join(year_of_the_log(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))


def test_it_never_changes() -> None:
    """Models name the digest of what they learnt from."""
    assert (
        hashlib.sha256(TEXT.encode()).hexdigest() == "fb4d31e0c9871a299663b9badb97aefaddfc8c8e2a04b2aa4cac02e60001b4fd"
    )


def test_every_entry_has_a_date_the_weather_and_the_lamp() -> None:
    entries = TEXT.strip().split("\n\n")
    assert len(entries) > 1000
    for entry in entries:
        date, weather, lamp, *rest = entry.strip().split("\n")
        assert re.fullmatch(r"[A-Z][a-z]+day, \d{1,2} [A-Z][a-z]+ 18(8[1-9]|9[0-2])\.", date), date
        assert re.match(r"Calm|Wind |A gale from the ", weather), weather
        assert lamp.startswith("Lit the lamp at ")
        assert 1 <= len(rest) <= 3
        assert all(line.endswith(".") for line in rest)
