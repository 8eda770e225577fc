"""What of generated pieces stands in the training data, beside what held-out pieces share with it.

Shares are of n-grams: of all runs of n values, how many occur in a training piece, value for value. People quote each
other and share idioms, so no share is bad in itself: it is held against that of pieces that were kept out of the
training, with a 95 % confidence interval (pieces drawn again with replacement, percentiles: Efron and Tibshirani 1993,
chapter 13). Where too few were kept out, the training data are held against themselves: what of them stands at another
place in them, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.evaluation.alphabets import Line, lines_of, place_of
from seqforge.evaluation.excerpts import excerpts
from seqforge.evaluation.matching import Matches, find_matches, find_repetitions
from seqforge.evaluation.resampling import limits, resampled_ratios
from seqforge.evaluation.verdict import FEWEST_HELD_OUT, Verdict, judge
from seqforge.interfaces import Codec, Piece

__all__ = ["HELD_OUT", "LENGTHS", "TRAINING", "AlphabetNovelty", "LongestQuotation", "Novelty", "Share", "novelty"]

LENGTHS = range(4, 17)
"""The lengths of n-grams, in values."""

HELD_OUT = "held-out pieces"
TRAINING = "the training data"

_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of the n-grams occur in the training data, 0 to 1; `None` where there is no n-gram.

    `usual` is the share of the baseline, `usual_low` to `usual_high` its 95 % interval if that is held-out pieces.
    """

    n: int
    generated: float | None
    usual: float | None
    usual_low: float | None
    usual_high: float | None


@dataclass(frozen=True, kw_only=True)
class LongestQuotation:
    """The longest run of `length` values that occurs in the training data: where it is, and where it is from.

    `tokens` are the first token of it in the generated piece and the one after its last, `source_tokens` those of the
    training piece `source_index`.
    """

    length: int
    piece: str
    piece_index: int
    place: str
    tokens: tuple[int, int]
    source: str
    source_place: str
    source_index: int
    source_tokens: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class AlphabetNovelty:
    """What was found in one alphabet. Lengths are in its values; `usual_longest` is the median of held-out pieces."""

    name: str
    shares: tuple[Share, ...]
    longest: LongestQuotation | None
    longest_by_piece: tuple[int, ...]
    usual_longest: float | None


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """What was found in each alphabet, and the verdict by the first of them.

    `corpus` says in words what was compared with, `baseline` what `usual` is.
    """

    corpus: str
    alphabets: tuple[AlphabetNovelty, ...]
    baseline: str
    verdict: Verdict
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Plain values; shares have six digits."""
        values = dataclasses.asdict(self)
        for alphabet in values["alphabets"]:
            for share in alphabet["shares"]:
                share.update({k: round(v, _DIGITS) for k, v in share.items() if isinstance(v, float)})
        return {**values, "verdict": self.verdict.value}


def novelty(
    codec: Codec,
    generated: Sequence[Piece],
    training: Sequence[Piece],
    held_out: Sequence[Piece],
    corpus: str = TRAINING,
) -> Novelty:
    """Compare generated pieces with those of the training, and with those that were held out, if there are any.

    `corpus` is what the second ones are, in words.
    """
    held_out = excerpts(codec, held_out)
    lines = [lines_of(codec, pieces) for pieces in (generated, training, held_out)]
    is_held_out = len(held_out) >= FEWEST_HELD_OUT
    judged = []
    found = []
    for name, generated_lines in lines[0].items():
        training_lines = lines[1][name]
        known = _values(training_lines)
        matches = find_matches(_values(generated_lines), known)
        others = find_matches(_values(lines[2].get(name, [])), known)
        usual = others if is_held_out else find_repetitions(known, LENGTHS[-1])
        judged.append(judge(name, matches, usual, corpus=corpus, held_out=len(held_out)))
        found.append(
            AlphabetNovelty(
                name=name,
                shares=_shares(matches, usual, is_held_out),
                longest=_longest(codec, matches, (generated, generated_lines), (training, training_lines)),
                longest_by_piece=tuple(map(_longest_of, matches)),
                usual_longest=float(np.median(list(map(_longest_of, others)))) if others else None,
            )
        )
    verdict, reason = judged[0]
    baseline = HELD_OUT if is_held_out else f"other places of {corpus}"
    return Novelty(corpus=corpus, alphabets=tuple(found), baseline=baseline, verdict=verdict, reason=reason)


def _values(lines: Sequence[Line]) -> list[NDArray[np.int64]]:
    return [line.values for line in lines]


def _longest_of(matches: Matches) -> int:
    return int(matches.lengths.max(initial=0))


def _counts(pieces: Sequence[Matches]) -> NDArray[np.int64]:
    """(pieces, lengths, 2): runs with a match, and all runs."""
    return np.array([[matches.counts(n) for n in LENGTHS] for matches in pieces], np.int64)


def _shares(generated: Sequence[Matches], usual: Sequence[Matches], is_held_out: bool) -> tuple[Share, ...]:
    counts, usual_counts = _counts(generated), _counts(usual)
    draws = resampled_ratios(usual_counts[..., 0], usual_counts[..., 1]) if is_held_out else None
    shares = []
    for place, n in enumerate(LENGTHS):
        low, high = (draws is not None and limits(draws[:, place])) or (None, None)
        shares.append(
            Share(
                n=n,
                generated=_ratio(counts[:, place].sum(axis=0)),
                usual=_ratio(usual_counts[:, place].sum(axis=0)),
                usual_low=low,
                usual_high=high,
            )
        )
    return tuple(shares)


def _ratio(counts: NDArray[np.int64]) -> float | None:
    part, whole = counts.tolist()
    return part / whole if whole else None


def _longest(
    codec: Codec,
    matches: Sequence[Matches],
    generated: tuple[Sequence[Piece], Sequence[Line]],
    training: tuple[Sequence[Piece], Sequence[Line]],
) -> LongestQuotation | None:
    index = int(np.argmax(list(map(_longest_of, matches))))
    length = _longest_of(matches[index])
    if not length:
        return None
    start = int(matches[index].lengths.argmax())
    piece, line = generated[0][index], generated[1][index]
    source, offset = int(matches[index].sources[start]), int(matches[index].offsets[start])
    first, last = int(line.tokens[start]), int(line.tokens[start + length - 1])
    source_tokens = training[1][source].tokens[[offset, offset + length - 1]].tolist()
    return LongestQuotation(
        length=length,
        piece=piece.id,
        piece_index=index,
        place=place_of(codec, piece, first),
        tokens=(first, last + 1),
        source=training[0][source].id,
        source_place=place_of(codec, training[0][source], source_tokens[0]),
        source_index=source,
        source_tokens=(source_tokens[0], source_tokens[1] + 1),
    )
