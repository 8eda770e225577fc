"""What chooses whole sequences, following several at once: the beam.

A sequence that is complete keeps its place in the beam, and its rank; the search is over when all are complete, or
none of the others can come before them any more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import OutOfRange, RequestError, SeqforgeError
from seqforge.generation.loop import LONGEST
from seqforge.interfaces import NONE, Guides, Score, Stepper

__all__ = ["BeamSearch", "StochasticBeamSearch"]

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
Rank = Callable[[Reals, Reals, int], Reals]
"""Keys (W, V), the largest of which go on, for log-probabilities (W, V), the parents' keys (W,), and a length."""


class BeamSearch:
    """The likeliest sequences that a beam of `beam_width` finds.

    `length_penalty` is alpha of Wu et al. (2016, equation 14): log-probabilities are divided by
    ((5 + length) / 6) ** alpha, so that above 0 long sequences have less of a disadvantage.
    """

    def __init__(self, *, beam_width: int, length_penalty: float = 0.0) -> None:
        self.beam_width = beam_width
        self.length_penalty = length_penalty

    def run(
        self, stepper: Stepper, guides: Guides, score: Score, *, count: int, generator: np.random.Generator
    ) -> list[Ints]:
        """See `seqforge.Search`; nothing here is random."""
        _check_width(self.beam_width, count)
        settles = self.length_penalty == 0  # a longer sequence is then never better than its beginning
        return _Beam(stepper, guides).search(score, self._rank, self.beam_width, count, settles=settles)

    def _rank(self, log_probabilities: Reals, parents: Reals, length: int) -> Reals:
        keys: Reals = log_probabilities / float(((5 + length) / 6) ** self.length_penalty)
        return keys


class StochasticBeamSearch:
    """Sequences drawn from the model without replacement (Kool, van Hoof and Welling 2019, algorithm 1).

    The beam keeps the sequences whose log-probability with Gumbel noise is the largest. The noise of a parent is the
    largest of its children's, so the result is that of noise on every possible sequence (Gumbel-top-k). The first
    sequence is a draw from the model, the next one a draw from what is left, and so on.
    """

    def __init__(self, *, beam_width: int) -> None:
        self.beam_width = beam_width

    def run(
        self, stepper: Stepper, guides: Guides, score: Score, *, count: int, generator: np.random.Generator
    ) -> list[Ints]:
        """See `seqforge.Search`."""
        _check_width(self.beam_width, count)

        def rank(log_probabilities: Reals, parents: Reals, length: int) -> Reals:
            return _perturbed(log_probabilities, parents, generator.random(log_probabilities.shape))

        return _Beam(stepper, guides).search(score, rank, self.beam_width, count, settles=True)


def _perturbed(log_probabilities: Reals, largest: Reals, uniform: Reals) -> Reals:
    """Log-probabilities (W, V) with Gumbel noise, such that the largest of each row is the given one (W,).

    `uniform` (W, V) in [0, 1). Rows whose log-probabilities are all minus infinity stay that. The formulas are those of
    Kool et al. (2019), in the form that they give for numbers of limited precision.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        noisy = log_probabilities - np.log(-np.log(np.maximum(uniform, 2.0**-54)))
        below = noisy - noisy.max(axis=1, keepdims=True)
        # log(1 - exp(below)), in the form that is exact at the given size; minus infinity for the largest
        rest = np.where(below > -np.log(2), np.log(-np.expm1(below)), np.log1p(-np.exp(below)))
        shift = largest[:, None] - noisy + rest
        keys: Reals = largest[:, None] - np.maximum(shift, 0) - np.log1p(np.exp(-np.abs(shift)))
    keys[np.isneginf(log_probabilities)] = -np.inf
    return keys


class _Beam:
    """Sequences that are followed, the best ones first. At the start it is one, and empty."""

    def __init__(self, stepper: Stepper, guides: Guides) -> None:
        self.stepper = stepper
        self.guides = guides
        self.history: Ints = np.empty((1, 0), np.int32)
        self.log_probabilities: Reals = np.zeros(1)
        self.keys: Reals = np.zeros(1)

    def search(self, score: Score, rank: Rank, width: int, count: int, *, settles: bool) -> list[Ints]:
        """The `count` best complete sequences; `settles` says that no key is above that of its parent."""
        while not self._is_over(count, settles):
            if self.history.shape[1] == LONGEST:
                raise SeqforgeError(f"a sequence did not end within {LONGEST:,} tokens; ask for a shorter one")
            self._extend(score, rank, width)
        if len(self.history) < count:
            raise RequestError(
                f"{count} different sequences were asked for, but with this prompt and these settings there are only "
                f"{len(self.history)}; ask for fewer (-n)"
            )
        return [tokens[tokens != NONE] for tokens in self.history[:count]]

    def _is_over(self, count: int, settles: bool) -> bool:
        done = self.guides.done
        return bool(done.all() or (settles and len(done) >= count and done[:count].all()))

    def _extend(self, score: Score, rank: Rank, width: int) -> None:
        """Follow each sequence by each token, and keep the `width` best."""
        done = self.guides.done
        last = self.history[:, -1] if self.history.size else np.full(1, NONE, np.int32)
        logits = self.stepper.step(last, self.guides.context())
        children = self.log_probabilities[:, None] + score(logits, self.guides, self.history)
        children[done] = -np.inf
        keys = rank(children, self.keys, self.history.shape[1] + 1)
        # a further column for what is complete, and stays as it is
        keys = np.column_stack([keys, np.where(done, self.keys, -np.inf)])
        children = np.column_stack([children, self.log_probabilities])
        chosen = _largest(keys.ravel(), width)
        rows, columns = np.divmod(chosen, keys.shape[1])
        tokens = np.where(columns == keys.shape[1] - 1, NONE, columns).astype(np.int32)
        self.keys, self.log_probabilities = keys.ravel()[chosen], children.ravel()[chosen]
        self.history = np.column_stack([self.history[rows], tokens])
        self.guides, self.stepper = self.guides.select(rows.astype(np.int32)), self.stepper.select(rows)
        self.guides.accept(tokens)


def _largest(keys: Reals, count: int) -> NDArray[np.int64]:
    """The places of the `count` largest keys, in falling order; of equal ones, those that come first.

    Minus infinity is never among them.
    """
    places = np.flatnonzero(keys > -np.inf)
    if len(places) > count:  # sort only what can be among them
        smallest = np.partition(keys[places], -count)[-count]
        places = places[keys[places] >= smallest]
    order = np.argsort(-keys[places], kind="stable")[:count]
    return np.asarray(places[order], np.int64)


def _check_width(beam_width: int, count: int) -> None:
    if beam_width < count:
        raise OutOfRange("beam_width", beam_width, f"at least {count}, as many sequences as are asked for (-n)")
