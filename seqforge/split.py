"""The split of a corpus into training, validation and test part: whole groups at a time, or in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seqforge.abilities import Divisible
from seqforge.errors import DataError, RequestError
from seqforge.interfaces import Codec, Piece
from seqforge.randomness import generator

__all__ = ["FEWEST_GROUPS", "Split", "split_by_group", "split_in_order", "split_pieces"]

FEWEST_GROUPS = 10
"""With fewer of them `auto` splits in order, if the codec can: whole groups would be too large a share."""


@dataclass(frozen=True)
class Split:
    """Pieces for training, for choosing the best weights, and for the final figure; `is_in_order` says how."""

    training: tuple[Piece, ...]
    validation: tuple[Piece, ...]
    test: tuple[Piece, ...]
    is_in_order: bool = False

    @property
    def parts(self) -> dict[str, tuple[Piece, ...]]:
        """The pieces by part."""
        return {"training": self.training, "validation": self.validation, "test": self.test}


def split_pieces(
    pieces: Sequence[Piece], codec: Codec, *, split: str, validation: float, test: float, seed: int
) -> Split:
    """Split as `data.split` says: by `groups`, in `order`, or `auto`; `RequestError` if that can't be."""
    if validation + test >= 1:
        raise RequestError(
            f"data.validation is {validation:g} and data.test {test:g}; allowed: less than 1 together, since the rest "
            "is for training"
        )
    if split == "auto":
        is_small = len({piece.group for piece in pieces}) < FEWEST_GROUPS
        split = "order" if is_small and isinstance(codec, Divisible) else "groups"
    if split == "groups":
        return split_by_group(pieces, validation=validation, test=test, seed=seed)
    if not isinstance(codec, Divisible):
        raise RequestError(
            "data.split is 'order', but the codec can't cut its pieces; allowed: groups, which keeps them whole"
        )
    return split_in_order(pieces, codec, validation=validation, test=test)


def split_by_group(pieces: Sequence[Piece], *, validation: float, test: float, seed: int) -> Split:
    """Draw whole groups into the validation and the test part until each holds its share of the groups.

    A share above 0 gets at least one group; no group is in two parts. `DataError` if nothing would be left to train on.
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


def split_in_order(pieces: Sequence[Piece], codec: Divisible, *, validation: float, test: float) -> Split:
    """The first tokens for training, then the validation part, and the last ones for the test, each with its share.

    A piece that a border goes through is cut there; its parts have names of their own. `DataError` if a part that has
    a share would be empty.
    """
    total = sum(len(piece.tokens) for piece in pieces)
    borders = [0, int(total * (1 - test - validation)), int(total * (1 - test)), total]
    shares = {"training": 1.0, "validation": validation, "test": test}
    parts: dict[str, tuple[Piece, ...]] = {}
    for (name, share), start, stop in zip(shares.items(), borders[:-1], borders[1:], strict=True):
        parts[name] = _between(pieces, codec, start, stop, name) if share else ()
        if share and not parts[name]:
            raise DataError(
                f"the data has {total} tokens, too few for training, validation and test; give more data, or "
                f"--set data.validation=0 --set data.test=0"
            )
    return Split(**parts, is_in_order=True)


def _between(pieces: Sequence[Piece], codec: Divisible, start: int, stop: int, part: str) -> tuple[Piece, ...]:
    """What lies from token `start` to before `stop`, counted over all pieces."""
    found = []
    begin = 0  # of the piece
    for piece in pieces:
        end = begin + len(piece.tokens)
        low, high = max(start, begin) - begin, min(stop, end) - begin
        if (low, high) == (0, len(piece.tokens)):
            found.append(piece)
        elif low < high:
            cut = codec.cut(piece, low, high)
            found.append(replace(cut, id=f"{piece.id} ({part})", group=f"{piece.group} ({part})"))
        begin = end
    return tuple(found)
