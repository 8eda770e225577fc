"""The split: whole groups, the shares asked for, the same every time."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqforge import DataError, RequestError
from seqforge.interfaces import Piece
from seqforge.split import FEWEST_GROUPS, split_by_group, split_in_order, split_pieces

SHARE = st.floats(0, 0.45)


def make_pieces(groups):
    return [
        Piece(
            id=str(number),
            group=str(group),
            prompt={},
            tokens=np.array([number], np.int32),
            context=np.zeros((1, 0), np.int32),
        )
        for number, group in enumerate(groups)
    ]


def ids(pieces):
    return [piece.id for piece in pieces]


def groups_of(pieces):
    return {piece.group for piece in pieces}


@given(
    groups=st.lists(st.integers(0, 12), min_size=1, max_size=50),
    validation=SHARE,
    test=SHARE,
    seed=st.integers(0, 9),
)
def test_groups_never_straddle_and_nothing_is_lost(groups, validation, test, seed):
    pieces = make_pieces(groups)
    count = len(set(groups))
    held_out = [max(1, round(share * count)) if share else 0 for share in (validation, test)]
    assume(sum(held_out) < count)
    split = split_by_group(pieces, validation=validation, test=test, seed=seed)
    parts = [groups_of(part) for part in (split.training, split.validation, split.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == count
    assert [len(part) for part in parts[1:]] == held_out
    for part in (split.training, split.validation, split.test):
        assert ids(part) == [piece.id for piece in pieces if piece.group in groups_of(part)], "the order is kept"


def test_the_seed_and_the_groups_alone_decide():
    pieces = make_pieces(list(range(12)) * 2)
    one = split_by_group(pieces, validation=0.25, test=0.25, seed=3)
    again = split_by_group(pieces[::-1], validation=0.25, test=0.25, seed=3)
    other = split_by_group(pieces, validation=0.25, test=0.25, seed=4)
    assert groups_of(one.validation) == groups_of(again.validation)
    assert groups_of(one.test) == groups_of(again.test)
    assert (groups_of(one.validation), groups_of(one.test)) != (groups_of(other.validation), groups_of(other.test))


def test_the_test_part_does_not_depend_on_the_size_of_the_validation_part():
    pieces = make_pieces(range(20))
    small, large = (split_by_group(pieces, validation=share, test=0.2, seed=1) for share in (0.1, 0.4))
    assert ids(small.test) == ids(large.test)
    assert groups_of(small.validation) < groups_of(large.validation)


def test_a_share_of_zero_holds_nothing_out():
    split = split_by_group(make_pieces([1, 2]), validation=0, test=0, seed=1)
    assert (len(split.training), split.validation, split.test) == (2, (), ())


@pytest.mark.parametrize(("groups", "words"), [([5], "1 group of"), ([5, 5, 6], "2 groups of")])
def test_too_few_groups_are_an_error_that_says_what_to_do(groups, words):
    with pytest.raises(DataError, match=words) as caught:
        split_by_group(make_pieces(groups), validation=0.1, test=0.1, seed=1)
    assert "data.validation=0" in str(caught.value)


class Cutting:
    """A codec as far as a split goes."""

    excerpt = 5

    def cut(self, piece, start, stop):
        return replace(piece, tokens=piece.tokens[start:stop], context=piece.context[start:stop])


def make_books(lengths):
    """Pieces whose tokens are numbered through all of them."""
    ends = np.cumsum(lengths)
    return [
        Piece(
            id=f"book {number}",
            group=f"book {number}",
            prompt={},
            tokens=np.arange(end - length, end, dtype=np.int32),
            context=np.zeros((length, 0), np.int32),
        )
        for number, (length, end) in enumerate(zip(lengths, ends, strict=True))
    ]


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=8), validation=SHARE, test=SHARE)
def test_in_order_the_last_tokens_are_held_out(lengths, validation, test):
    total = sum(lengths)
    borders = [0, int(total * (1 - test - validation)), int(total * (1 - test)), total]
    wanted = [list(range(start, stop)) for start, stop in itertools.pairwise(borders)]
    assume(all(part for part, share in zip(wanted, (1, validation, test), strict=True) if share))
    split = split_in_order(make_books(lengths), Cutting(), validation=validation, test=test)
    found = [[int(token) for piece in part for token in piece.tokens] for part in split.parts.values()]
    assert found[0] == wanted[0]
    assert found[1:] == [part if share else [] for part, share in zip(wanted[1:], (validation, test), strict=True)]
    names = [piece.id for part in split.parts.values() for piece in part]
    assert len(set(names)) == len(names)


def test_in_order_a_share_of_zero_leaves_all_to_the_others():
    split = split_in_order(make_books([95, 5]), Cutting(), validation=0, test=0.1)
    assert [[piece.id for piece in part] for part in split.parts.values()] == [
        ["book 0 (training)"],
        [],
        ["book 0 (test)", "book 1"],
    ]
    assert [len(piece.tokens) for piece in (*split.training, *split.test)] == [90, 5, 5]


def test_in_order_too_few_tokens_are_an_error_that_says_what_to_do():
    with pytest.raises(DataError, match="the data has 3 tokens") as caught:
        split_in_order(make_books([3]), Cutting(), validation=0.1, test=0.1)
    assert "data.test=0" in str(caught.value)


@pytest.mark.parametrize(
    ("groups", "codec", "is_in_order"),
    [
        (FEWEST_GROUPS, Cutting(), False),
        (FEWEST_GROUPS - 1, Cutting(), True),
        (FEWEST_GROUPS - 1, object(), False),
    ],
)
def test_auto_is_in_order_where_groups_are_few_and_can_be_cut(groups, codec, is_in_order):
    split = split_pieces(make_books([9] * groups), codec, split="auto", validation=0.1, test=0.1, seed=1)
    assert split.is_in_order == is_in_order


def test_pieces_that_cannot_be_cut_are_not_split_in_order(toy_codec, toy_pieces, seqforge):
    with pytest.raises(RequestError, match="allowed: groups"):
        split_pieces(toy_pieces, toy_codec, split="order", validation=0.1, test=0.1, seed=1)
    outcome = seqforge("run", "toy", "--set", "data.split=order")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "data.split is 'order', but the codec can't cut its pieces" in outcome.err
