"""Excerpts: long pieces in parts of one length, that a codec which can cut them names."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from seqforge.evaluation.excerpts import MOST, excerpts
from seqforge.interfaces import Piece


@dataclass
class Halving:
    """A codec as far as excerpts go."""

    excerpt: int = 10

    def cut(self, piece, start, stop):
        return replace(piece, tokens=piece.tokens[start:stop], context=piece.context[start:stop])


def make_piece(length, name="book"):
    tokens = np.arange(length, dtype=np.int32)
    return Piece(id=name, group=name, prompt={}, tokens=tokens, context=np.zeros((length, 0), np.int32))


@pytest.mark.parametrize(
    ("length", "sizes"),
    [(1, [1]), (14, [14]), (15, [10, 5]), (19, [10, 9]), (20, [10, 10]), (24, [10, 10]), (25, [10, 10, 5])],
)
def test_what_is_left_at_the_end_counts_from_half_a_length_on(length, sizes):
    parts = excerpts(Halving(), [make_piece(length)])
    assert [len(part.tokens) for part in parts] == sizes
    together = np.concatenate([part.tokens for part in parts])
    assert together.tolist() == list(range(len(together)))


def test_each_is_a_group_of_its_own_and_named_by_its_place():
    parts = excerpts(Halving(), [make_piece(20), make_piece(3, "note")])
    assert [part.id for part in parts] == ["book, 1 to 10", "book, 11 to 20", "note"]
    assert len({part.group for part in parts}) == 3


def test_of_very_many_some_are_taken_from_everywhere():
    parts = excerpts(Halving(), [make_piece(10 * (MOST + 500))])
    starts = [int(part.tokens[0]) for part in parts]
    assert len(set(starts)) == MOST
    assert (starts[0], starts[-1]) == (0, 10 * (MOST + 499))
    assert max(np.diff(starts)) <= 20


def test_a_codec_that_cannot_cut_keeps_its_pieces(toy_codec, toy_pieces):
    assert excerpts(toy_codec, toy_pieces) == tuple(toy_pieces)
