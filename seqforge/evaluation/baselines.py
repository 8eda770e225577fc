"""What simple models reach on the tokens that the model is scored on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqforge.evaluation.ngrams import WittenBell, uniform_nats
from seqforge.evaluation.scoring import Score, score_from_nats
from seqforge.interfaces import Codec, Piece

__all__ = ["ORDERS", "baseline_scores"]

ORDERS = (2, 3, 4, 5)
"""The orders of the n-grams, beside uniform and unigram."""


def baseline_scores(
    training: Sequence[Piece], parts: Mapping[str, Sequence[Piece]], codec: Codec
) -> dict[str, dict[str, Score]]:
    """Uniform, unigram and n-grams by name, for each of the `parts` that they are scored on.

    They are trained once, on `training`, augmented as the model's own.
    """
    size = len(codec.vocabulary)
    order = max(n for n in (1, *ORDERS) if (size + 1) ** n < 2**63)
    ngrams = WittenBell([piece.tokens for piece in training], size, order)
    names = {"unigram": 1, **{f"{n}-gram": n for n in ORDERS if n <= order}}
    scores: dict[str, dict[str, Score]] = {}
    for part, pieces in parts.items():
        tokens = [piece.tokens for piece in pieces]
        nats = {"uniform": uniform_nats(tokens, size), **{name: ngrams.nats(tokens, n) for name, n in names.items()}}
        scores[part] = {name: score_from_nats(values, pieces, codec) for name, values in nats.items()}
    return scores
