"""The bars of a tune as they are written: chords on beats, and the signs that say in which order they are played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from seqforge_jazz.chords import Chord

__all__ = ["Bar", "Change", "Jump", "OverBass", "on_beats"]


@dataclass(frozen=True)
class Jump:
    """`D.C.` or (`from_segno`) `D.S.`, to `fine`, `coda` or the ending of that number."""

    words: str
    from_segno: bool
    to: str
    ending: int = 0


@dataclass(frozen=True)
class OverBass:
    """The chord before, over another bass."""

    bass: str


Change: TypeAlias = "tuple[int, Chord | OverBass]"
"""A beat, or a cell, and what sounds from there on."""


@dataclass
class Bar:
    """A written bar; `repeats` is 1 or 2 where it is played as the bar that many before, and has no `changes`.

    `opens` and `closes` are those of a repeat, `times` how often it is played (0: not said), `ending` the number of the
    ending that begins here (0: none), `is_section_end` a double bar line behind it. A coda sign in front of the first
    chord is `coda_before`, one behind it `coda_after`.
    """

    number: int
    changes: tuple[Change, ...] = ()
    repeats: int = 0
    opens: bool = False
    closes: bool = False
    times: int = 0
    ending: int = 0
    is_section_end: bool = False
    section: str = ""
    segno: bool = False
    coda_before: bool = False
    coda_after: bool = False
    fine: bool = False
    fermata: bool = False
    jumps: list[Jump] = field(default_factory=list)

    def give_end(self, to: Bar) -> None:
        """Give what stands at the end of this bar to another one."""
        to.closes, self.closes = to.closes or self.closes, False
        to.is_section_end, self.is_section_end = to.is_section_end or self.is_section_end, False
        to.coda_after, self.coda_after = to.coda_after or self.coda_after, False
        self.give_words(to)

    def give_words(self, to: Bar) -> None:
        """Give the words under this bar to another one."""
        to.fine, self.fine = to.fine or self.fine, False
        to.fermata, self.fermata = to.fermata or self.fermata, False
        to.times, self.times = max(to.times, self.times), 0
        to.jumps, self.jumps = [*to.jumps, *self.jumps], []


def on_beats(chords: Sequence[Change], cells: int, beats: int) -> tuple[Change, ...]:
    """The chords of a bar, given with their cell (of `cells`), with their beat (of `beats`), no two on one.

    Chords with as many cells each share the bar as those of a chart do, the first ones getting what is left over, and
    so do those of a bar with fewer cells than beats. Others start on the beat that is nearest to their cell.
    """
    count = len(chords)
    starts = [cell for cell, _ in chords]
    lengths = {after - before for before, after in pairwise([*starts, cells])}
    is_even = bool(starts) and starts[0] == 0 and (len(lengths) == 1 or cells < beats)
    placed: list[Change] = []
    for index, (cell, chord) in enumerate(chords):
        beat = -(-index * beats // count) if is_even else (2 * cell * beats + cells) // (2 * cells)
        earliest = placed[-1][0] + 1 if placed else 0
        placed.append((max(earliest, min(beat, beats - (count - index))), chord))
    return tuple(placed)
