"""The split of a corpus into training, validation and test part, whole groups at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqforge.errors import DataError
from seqforge.interfaces import Piece
from seqforge.randomness import generator

__all__ = ["Split", "split_by_group"]


@dataclass(frozen=True)
class Split:
    """Pieces for training, for choosing the best weights, and for the final figure; no group is in two parts."""

    training: tuple[Piece, ...]
    validation: tuple[Piece, ...]
    test: tuple[Piece, ...]


def split_by_group(pieces: Sequence[Piece], *, validation: float, test: float, seed: int) -> Split:
    """Draw whole groups into the validation and the test part until each holds its share of the groups.

    A share above 0 gets at least one group. `DataError` if nothing would be left to train on.
    """
    groups = sorted({piece.group for piece in pieces})
    order = [groups[index] for index in generator(seed, "split").permutation(len(groups))]
    held_out = max(1, round(test * len(groups))) if test else 0
    chosen = max(1, round(validation * len(groups))) if validation else 0
    if held_out + chosen >= len(groups):
        raise DataError(
            f"the data has {len(groups)} group{'s' if len(groups) != 1 else ''} of pieces, too few for training, "
            f"validation and test; give more data, or --set data.validation=0 --set data.test=0"
        )
    test_groups = set(order[:held_out])
    validation_groups = set(order[held_out : held_out + chosen])
    return Split(
        training=tuple(p for p in pieces if p.group not in test_groups | validation_groups),
        validation=tuple(p for p in pieces if p.group in validation_groups),
        test=tuple(p for p in pieces if p.group in test_groups),
    )
