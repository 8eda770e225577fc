"""What makes tokens less likely for what was chosen before: repetition, and n-grams that were there already.

Penalties come first of all processors, right after the guide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NoRepeatNgram", "RepetitionPenalty"]

Logits = NDArray[np.float64]
Ints = NDArray[np.int32]


class RepetitionPenalty:
    """Divide the logits of tokens that came already (Keskar et al. 2019).

    `repetition_window` is how many of the last tokens count, 0 for all. The paper's division takes logits for
    positive; a negative one is multiplied, so that a penalty above 1 always makes a token less likely.
    """

    def __init__(self, *, repetition_penalty: float, repetition_window: int = 0) -> None:
        self.repetition_penalty = repetition_penalty
        self.repetition_window = repetition_window

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        recent = history[:, -self.repetition_window :]  # from -0 on: all
        penalised = np.where(logits > 0, logits / self.repetition_penalty, logits * self.repetition_penalty)
        result: Logits = np.where(_occur(recent, logits.shape[1]), penalised, logits)
        return result


class NoRepeatNgram:
    """Forbid tokens that would complete an n-gram of tokens that was there already (Paulus, Xiong and Socher 2018).

    A row in which it would forbid everything that is left stays as it is: a sequence must be able to go on.
    """

    def __init__(self, *, no_repeat_ngram: int) -> None:
        self.no_repeat_ngram = no_repeat_ngram

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        size = self.no_repeat_ngram
        if not 0 < size <= history.shape[1]:
            return logits
        places = history.shape[1] - size + 1  # at which an n-gram begins
        repeated = np.ones((len(history), places), np.bool_)
        for offset in range(size - 1):
            repeated &= history[:, offset : offset + places] == history[:, places + offset, None]
        rows, starts = np.nonzero(repeated)
        result = logits.copy()
        followers = history[rows, starts + size - 1]
        chosen = followers >= 0  # the others are NONE, of a row that is done
        result[rows[chosen], followers[chosen]] = -np.inf
        stuck = np.isneginf(result).all(axis=1)
        result[stuck] = logits[stuck]
        return result


def _occur(tokens: Ints, vocabulary_size: int) -> NDArray[np.bool_]:
    """(B, V): which symbols are among the tokens (B, T) of the row."""
    occur = np.zeros((len(tokens), vocabulary_size + 1), np.bool_)  # the last column is for NONE, which is -1
    occur[np.arange(len(tokens))[:, None], tokens] = True
    return occur[:, :-1]
