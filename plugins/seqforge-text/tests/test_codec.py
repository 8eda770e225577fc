"""The codec: every text there and back, and what is asked of a continuation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge_text.characters import CharactersCodec
from seqforge_text.escapes import unescaped
from seqforge_text.metrics import WordMetric
from seqforge_text.text import Text

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80)


def stored(text: str, **options: Any) -> CharactersCodec:
    values = {"lowercase": False, "min_count": 1, **options}
    codec = CharactersCodec(**values)
    codec.encode(Text(text))
    return CharactersCodec(**values, vocabulary=codec.vocabulary)


@given(text=TEXTS)
def test_every_text_comes_back(text: str) -> None:
    codec = stored(text)
    piece = codec.encode(Text(text, "name", "group"))
    assert codec.decode(piece.tokens.tolist(), piece.prompt).text == text
    assert (piece.id, piece.group, codec.units(piece.tokens)) == ("name", "group", {"character": len(text)})


def test_the_vocabulary_is_in_the_order_of_the_text() -> None:
    assert stored("banana").vocabulary.symbols == ("unknown", "b", "a", "n")


def test_what_is_rare_is_unknown() -> None:
    codec = stored("Abba!", lowercase=True, min_count=2)
    assert codec.vocabulary.symbols == ("unknown", "a", "b")
    piece = codec.encode(Text("Abba!"))
    assert codec.decode(piece.tokens.tolist(), piece.prompt).text == "abba\ufffd"


@pytest.mark.parametrize(
    ("typed", "meant"), [(r"a\nb", "a\nb"), (r"\\nabla", r"\nabla"), (r"\t\x", "\t\\x"), ("a\u0308", "ä"), ("", "")]
)
def test_escapes(typed: str, meant: str) -> None:
    assert unescaped(typed) == meant


def test_unknown_characters_are_not_written_unless_it_is_asked_for() -> None:
    codec = stored("ab")
    prompts = [{"prompt": "", "stop": None, "length": 2, "unknown": unknown} for unknown in (False, True)]
    assert codec.guides(prompts).allowed()[:, 0].tolist() == [False, True]


def test_each_row_ends_by_itself() -> None:
    codec = stored("abc\n")
    asked = [("", "b", 3), ("a", "ab", 3), (None, None, 1)]
    prompts = [{"prompt": start, "stop": stop, "length": length} for start, stop, length in asked]
    guides = codec.guides(prompts)
    seen = []
    for letters in ("aa\n", "abb", "bbb", "bbb", "bbb"):
        tokens = np.array([codec.vocabulary.symbols.index(letter) for letter in letters], np.int32)
        seen.append(guides.done.tolist())
        guides.accept(tokens)
    assert seen == [
        [False, False, False],
        [False, False, False],
        [False, False, True],  # a line break, and one character
        [True, False, True],  # stopped by b; "ab" would count from behind the prompt
        [True, True, True],
    ]


def test_a_take_that_goes_on_from_nothing_begins_behind_a_line_break() -> None:
    codec = stored("ab\n")
    prompt = {"prompt": None, "stop": None, "length": 2}
    guides = codec.guides([prompt])
    assert np.flatnonzero(guides.allowed()[0]).tolist() == [3]
    assert codec.decode([3, 1, 2], prompt).text == "ab"


def test_a_part_is_numbered_and_named_by_its_piece() -> None:
    codec = stored("a\nb\nc")
    piece = codec.encode(Text("a\nb\nc", "name", "group"))
    part = codec.cut(piece, 2, 5)
    assert codec.decode(part.tokens.tolist(), part.prompt).text == "b\nc"
    assert [codec.place(piece, token) for token in (0, 1, 2, 4)] == ["line 1", "line 1", "line 2", "line 3"]


def test_words_are_counted_by_hand() -> None:
    metric = WordMetric()
    metric.fit([Text("x the cat sat y"), Text("x the dog's bed y")], ["one", "two"])
    values = metric.measure(Text("x The dog's\ncat, flew y"))
    assert values == {
        "word_length": (3 + 5 + 3 + 4) / 4, "known_words": 3 / 4, "marks": 2 / 4, "line_length": (11 + 11) / 2
    }  # fmt: skip
    assert metric.measure(Text("x the cat y"), "one")["known_words"] == 1 / 2
