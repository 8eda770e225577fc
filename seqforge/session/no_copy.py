"""`--no-copy N`: what a run stores for it, what it takes of a model, and what it came to."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import OutOfRange, RequestError
from seqforge.evaluation.alphabets import Line, alphabet_of, generated_pieces, quotation_lines
from seqforge.evaluation.matching import find_repetitions
from seqforge.files.model_file import ModelFile
from seqforge.files.ngram_filter import NgramFilter, run_codes
from seqforge.generation.no_copy import NoCopyGuides
from seqforge.interfaces import Codec, Guides, Piece

__all__ = ["longest_quotations", "no_copy_guides", "quotation_filters", "shortest_quotation"]

_LENGTHS = range(4, 13)
_MOST_REPEATED = 0.25


def quotation_filters(codec: Codec, pieces: Sequence[Piece], start: ModelFile | None = None) -> tuple[NgramFilter, ...]:
    """The digests of what may be quoted: of the pieces, and of what the model knew that the training started from.

    None at all if that model does not say what it knew: a promise that holds for a part would be none.

    The n-grams are as short as they can be (the shortest quotation that can be forbidden has n values) with most of
    them at one place of the data alone: those in a row are then from one place, too. Human solos come to 7 intervals.
    """
    if start is not None and not start.quotations:
        return ()
    values = [line.values for line in quotation_lines(codec, pieces)]
    repetitions = find_repetitions(values, _LENGTHS[-1])
    for length in _LENGTHS:
        repeated, runs = np.sum([found.counts(length) for found in repetitions], axis=0)
        if repeated <= _MOST_REPEATED * runs:
            break
    own = NgramFilter.of(alphabet_of(codec), values, length)
    return (*(start.quotations if start is not None else ()), own)


def no_copy_guides(model: ModelFile, codec: Codec, longest: int | None) -> Callable[[Guides], Guides] | None:
    """What puts guides around those of the codec, so that nothing longer than `longest` is quoted; `None` for `None`.

    `RequestError` if the model file has no digests, `OutOfRange` if they can't tell such short quotations.
    """
    if longest is None:
        return None
    if not model.quotations:
        raise RequestError(
            "--no-copy needs digests of the training data, and this model file has none (or started from one that had "
            "none); train it again with this seqforge, or leave --no-copy out"
        )
    alphabet = alphabet_of(codec)
    if other := {known.alphabet for known in model.quotations} - {alphabet}:
        raise RequestError(
            f"--no-copy compares {alphabet}, but this model file has digests of {min(other)}; install the version of "
            f"the codec that the model was trained with"
        )
    shortest = shortest_quotation(model)
    if longest < shortest:
        raise OutOfRange("--no-copy", longest, f"at least {shortest} {alphabet} for this model")
    return functools.partial(NoCopyGuides, codec=codec, filters=model.quotations, longest=longest)


def shortest_quotation(model: ModelFile) -> int:
    """The shortest quotation that the digests of a model file, which has some, can allow, in values."""
    return max(known.length for known in model.quotations) - 1


def longest_quotations(
    model: ModelFile, codec: Codec, prompt: Mapping[str, Any], sequences: Sequence[NDArray[np.int32]]
) -> list[int]:
    """How long the longest run of each generated sequence is that may be a quotation, as the digests say; or 0."""
    lines = quotation_lines(codec, generated_pieces(codec, prompt, sequences))
    return [max(_longest_run(known, line) for known in model.quotations) for line in lines]


def _longest_run(known: NgramFilter, line: Line) -> int:
    is_known = known.contains(run_codes(line.values, known.length))
    ends = np.flatnonzero(np.diff(np.concatenate([[False], is_known, [False]])))
    in_a_row = int((ends[1::2] - ends[::2]).max(initial=0))
    return in_a_row + known.length - 1 if in_a_row else 0
