"""The toy plugin keeps the contracts of a plugin, so that what the other tests show of it counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import DataError

TEXTS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(".-=")), min_size=1, max_size=20).map(
    lambda pairs: "".join(letter + mark for letter, mark in pairs)
)


@pytest.fixture(scope="module")
def letters(registry):
    from seqforge_toy.letters import Letters

    return Letters


def test_a_guide_that_is_fed_a_piece_says_the_context_of_the_piece(toy_codec, toy_pieces):
    for piece in toy_pieces:
        guides = toy_codec.guides([piece.prompt])
        for token, context in zip(piece.tokens, piece.context, strict=True):
            assert not guides.done[0]
            assert guides.context()[0].tolist() == context.tolist()
            assert guides.allowed()[0, token]
            guides.accept(np.array([token]))
        assert guides.done[0]


@given(text=TEXTS)
def test_works_round_trip(toy_codec, letters, text):
    piece = toy_codec.encode(letters(text))
    assert toy_codec.decode(piece.tokens.tolist(), piece.prompt) == letters(text)
    assert toy_codec.units(piece.tokens)["event"] == len(text) / 2


@pytest.mark.parametrize("text", ["", "a", ".a", "z.", "ab"])
def test_a_text_that_is_none_of_its_works_is_a_data_error(toy_codec, letters, text):
    with pytest.raises(DataError):
        toy_codec.encode(letters(text))
