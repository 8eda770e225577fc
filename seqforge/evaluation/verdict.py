"""Whether a model copies, in words: a rule that is written down, with the figures that it rests on.

Two figures decide, both in the first alphabet of the codec:

- the share of runs of 8 values that occur in the training data. Between human solos over different tunes it is about a
  tenth, so it moves both ways; longer runs are too rare in a few takes.
- the share of values that are part of a quotation of 16 values or more (about 1 % between human solos): nobody plays
  sixteen notes of somebody else by chance, so a model most of whose notes are part of such runs recites.

Both are held against a baseline, since data that repeat themselves give the same runs to anybody who has learnt them.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

import numpy as np

from seqforge.evaluation.matching import Matches
from seqforge.evaluation.resampling import limits, resampled_ratios

__all__ = ["FEWEST_HELD_OUT", "Verdict", "judge"]

FEWEST_HELD_OUT = 5
"""Of fewer pieces than these nobody can tell how much they differ."""

_SHORT, _LONG = 8, 16
_MEMORISED = 0.5


class Verdict(enum.Enum):
    """What a model does, in words."""

    LIKE_HUMANS = "copies like humans do"
    MORE = "copies more than humans"
    MEMORISED = "memorised"
    NOT_MEMORISED = "not memorised"
    UNKNOWN = "can't be told"


def judge(
    alphabet: str, generated: Sequence[Matches], usual: Sequence[Matches], *, corpus: str, held_out: int
) -> tuple[Verdict, str]:
    """The verdict on what was generated, and the sentence that says why.

    `usual` are the matches of the held-out pieces, of which there are so many, or, where they are too few, the
    repetitions in the `corpus`, which is the training data as a rule.
    """
    if not sum(matches.counts(_LONG)[1] for matches in generated):
        return Verdict.UNKNOWN, f"nothing that is judged has {_LONG} {alphabet}"
    recited, expected = _recited(generated), _recited(usual)
    sentence = f"{recited:.0%} of what is judged is in quotations of {_LONG} {alphabet} or more"
    # of what a player without memory of the pieces would not have played anyway, more than half
    is_recited = recited - expected > _MEMORISED * (1 - expected)
    if held_out < FEWEST_HELD_OUT:
        few = "too few pieces were" if held_out else "nothing was"
        beside = f"in {corpus} {expected:.0%} is repeated so, and {few} held out to compare"
        return _without_held_out(is_recited, expected), f"{sentence}; {beside}"
    share, most = _share(generated), _most(usual, len(generated))
    occur = f"{share:.1%} of the runs of {_SHORT} {alphabet} occur in {corpus}"
    if np.isnan(share) or share <= most:
        return Verdict.LIKE_HUMANS, f"{occur}; of as many held-out pieces it is up to {most:.1%}"
    if is_recited:
        return Verdict.MEMORISED, f"{sentence}; of held-out pieces {expected:.0%}"
    return Verdict.MORE, f"{occur}; of as many held-out pieces it is at most {most:.1%}"


def _without_held_out(is_recited: bool, expected: float) -> Verdict:
    if expected > _MEMORISED:
        return Verdict.UNKNOWN
    return Verdict.MEMORISED if is_recited else Verdict.NOT_MEMORISED


def _recited(pieces: Sequence[Matches]) -> float:
    """The share of values that are part of a long quotation."""
    return sum(matches.covered(_LONG) for matches in pieces) / max(1, sum(len(matches.lengths) for matches in pieces))


def _share(pieces: Sequence[Matches]) -> float:
    counts = np.array([matches.counts(_SHORT) for matches in pieces], np.int64).sum(axis=0)
    return float(counts[0] / counts[1])


def _most(held_out: Sequence[Matches], size: int) -> float:
    """What the share of `size` held-out pieces stays below in 97.5 % of the draws; 1 if it can't be told."""
    counts = np.array([matches.counts(_SHORT) for matches in held_out], np.int64)
    bounds = limits(resampled_ratios(counts[:, :1], counts[:, 1:], size)[:, 0])
    return 1.0 if bounds is None else bounds[1]
