"""The split: whole groups, the shares asked for, the same every time."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqforge import DataError
from seqforge.interfaces import Piece
from seqforge.split import split_by_group

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
