"""What simple models reach on the tokens that the model is scored on."""

from __future__ import annotations

from collections.abc import Sequence

from seqforge.evaluation.ngrams import WittenBell, uniform_nats
from seqforge.evaluation.scoring import Score, score_from_nats
from seqforge.interfaces import Codec, Piece

__all__ = ["ORDERS", "baseline_scores"]

ORDERS = (2, 3, 4, 5)
"""The orders of the n-grams, beside uniform and unigram."""


def baseline_scores(training: Sequence[Piece], scored: Sequence[Piece], codec: Codec) -> dict[str, Score]:
    """Uniform, unigram and n-grams, trained on `training` (augmented as the model's own), scored on `scored`."""
    size = len(codec.vocabulary)
    tokens = [piece.tokens for piece in scored]
    order = max(n for n in (1, *ORDERS) if (size + 1) ** n < 2**63)
    ngrams = WittenBell([piece.tokens for piece in training], size, order)
    nats = {"uniform": uniform_nats(tokens, size), "unigram": ngrams.nats(tokens, 1)}
    for n in ORDERS:
        if n <= order:
            nats[f"{n}-gram"] = ngrams.nats(tokens, n)
    return {name: score_from_nats(values, scored, codec) for name, values in nats.items()}
