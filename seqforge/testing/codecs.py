"""What every codec must do, as tests: subclass `CodecSuite` in a test module and say which codec, and on what.

class TestMelody(CodecSuite):
    name = "melody"          # as registered
    source = "jazz-etudes"   # what --data takes: a data set, a file, a folder

Here stand the checks of what a codec may offer: quotations, places, prompts that are resolved, primers. Each is left
out for one that does not offer what it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from seqforge.abilities import Divisible, Quotable
from seqforge.errors import DataError
from seqforge.evaluation.alphabets import quotation_lines
from seqforge.evaluation.scoring import main_unit
from seqforge.interfaces import Codec, Piece
from seqforge.options import check_options
from seqforge.testing.codec_walks import WalkChecks
from seqforge.testing.material import default_prompt
from seqforge.testing.pieces import assert_well_formed
from seqforge.testing.suite import NOT_CHECKED, check

__all__ = ["CodecSuite"]

_FEW = 6
_LONGEST_PLACE = 40
_LONGEST_PART = 200
_CUTS = 6


class CodecSuite(WalkChecks):
    """The checks of a codec, over every piece of `source`; without one, over works that random walks give."""

    least: ClassVar[int] = 14
    first: ClassVar[str] = "its_pieces_can_be_had"

    @check(needs=("quotations",))
    def test_a_quotation_is_told_by_the_context(self) -> None:
        """A class for each token wherever the field has a value; `--no-copy` looks ahead with it."""
        codec = self.codec
        assert isinstance(codec, Quotable), "it has `quotation` or `alphabets`, but not both"
        quotation, fields = codec.quotation, {field.name: field.size for field in codec.context_fields}
        assert quotation.name.isprintable(), "its name is more than a line"
        assert quotation.name.strip(), "it has no name"
        assert quotation.view.field in fields, f"'{quotation.view.field}' is none of the context's fields"
        rows = [len(row) for row in quotation.view.classes]
        expected = [len(codec.vocabulary)] * fields[quotation.view.field]
        assert rows == expected, "it has not a class for each token and each value of its field"
        assert min(map(min, quotation.view.classes)) >= 0, "a class is negative"

    @check(needs=("quotations", "pieces"), after=("a_quotation_is_told_by_the_context",))
    def test_a_quotation_is_the_same_in_every_variant(self) -> None:
        for piece in self.material().pieces[:_FEW]:
            (line,) = quotation_lines(self.codec, [piece])
            assert len(line.values), f"'{piece.id}' has no value"
            for variant in self.codec.variants(piece):
                (other,) = quotation_lines(self.codec, [variant])
                np.testing.assert_array_equal(other.values, line.values, err_msg=f"values of '{variant.id}'")

    @check(needs=("quotations", "pieces"), after=("a_quotation_is_told_by_the_context",))
    def test_alphabets_have_a_token_for_each_value(self) -> None:
        codec, names = self.codec, set()
        assert isinstance(codec, Quotable)
        for piece in self.material().pieces[:_FEW]:
            alphabets = codec.alphabets(piece)
            names.add(tuple(alphabets))
            assert codec.quotation.name not in alphabets, f"'{codec.quotation.name}' is the name of the first alphabet"
            again = codec.alphabets(piece)
            for name, (values, tokens) in alphabets.items():
                where = f"{name} of '{piece.id}'"
                assert values.shape == tokens.shape == (len(values),), f"{where}: not a token for each value"
                for array in (values, tokens):
                    assert np.issubdtype(array.dtype, np.integer), f"{where}: {array.dtype}; allowed: integers"
                    assert not len(array) or array.min() >= 0, f"{where}: {array.min()}"
                assert not len(tokens) or tokens.max() < len(piece.tokens), f"{where}: token {tokens.max()}"
                assert (np.diff(tokens) >= 0).all(), f"{where}: tokens are not in order"
                np.testing.assert_array_equal(again[name][0], values, err_msg=f"{where}, asked for twice")
        assert len(names) == 1, f"pieces have other alphabets than others: {sorted(names)}"

    @check(needs=("names",))
    def test_what_tokens_are_called_is_a_word_or_two(self) -> None:
        names = self._offered("alphabet_name")
        assert isinstance(names, str), f"{names!r}; allowed: text"
        assert names.strip(), "it is empty"
        assert names.isprintable(), f"{names!r} is more than a line"
        assert len(names) <= _LONGEST_PLACE, f"{names!r} is too long"

    @check(needs=("parts", "pieces"), after=("the_guide_says_the_stored_context",))
    def test_a_part_of_a_piece_is_a_piece(self) -> None:
        """Its guide leads through it without the tokens before and behind."""
        codec = self.codec
        assert isinstance(codec, Divisible), "it has `cut` or `excerpt`, but not both"
        assert codec.excerpt > 0, f"an excerpt has {codec.excerpt} tokens"
        for piece in self.material().pieces[:_FEW]:
            for start, stop in _spans(len(piece.tokens)):
                part = codec.cut(piece, start, stop)
                where = f"tokens {start} to {stop} of '{piece.id}'"
                assert (part.id, part.group) == (piece.id, piece.group), f"{where} have other names"
                assert_well_formed(part, codec)
                np.testing.assert_array_equal(part.tokens, piece.tokens[start:stop], err_msg=where)
                guides = codec.guides([part.prompt])
                for token, context in zip(part.tokens, part.context, strict=True):
                    assert not guides.done[0], f"the guide of {where} is done before them"
                    np.testing.assert_array_equal(guides.context()[0], context, err_msg=f"context of {where}")
                    allowed = guides.allowed()
                    assert allowed is None or allowed[0, token], f"the guide of {where} forbids one"
                    guides.accept(np.array([token], np.int32))

    @check(needs=("places", "pieces"))
    def test_a_place_is_a_word_or_two(self) -> None:
        for piece in self.material().pieces[:_FEW]:
            for token in {0, len(piece.tokens) // 2, len(piece.tokens) - 1}:
                place = self._offered("place")(piece, token)
                where = f"token {token} of '{piece.id}'"
                assert isinstance(place, str), f"{where}: {type(place).__name__}; allowed: text"
                assert place.strip(), f"{where} has no place"
                assert place.isprintable(), f"{where}: {place!r} is more than a line"
                assert len(place) <= _LONGEST_PLACE, f"{where}: {place!r} is too long"
                assert self._offered("place")(piece, token) == place, f"{where} has another place the second time"

    @check(needs=("resolving", "prompts"))
    def test_resolving_a_prompt_twice_changes_nothing_more(self) -> None:
        """What comes out are prompt options that JSON keeps, and depends on nothing that is to be read again."""
        options = self.material().part.spec.prompt_options
        for prompt in ({}, *self._said()):
            given = dict(prompt)
            resolved = self._offered("resolve")(given)
            assert given == prompt, "the prompt that was said is changed"
            assert json.loads(json.dumps(resolved)) == resolved, "it is changed by JSON"
            check_options(options, resolved, "")
            again = self._offered("resolve")(dict(resolved))
            assert again == resolved, "resolving what was resolved gives something else"

    @check(
        needs=("resolving", "pieces"),
        after=("the_guide_says_the_stored_context", "resolving_a_prompt_twice_changes_nothing_more"),
    )
    def test_a_resolved_prompt_leads_where_it_led_before(self) -> None:
        default = default_prompt(self.material().part)
        for piece, prompt in zip(self.material().pieces[:_FEW], self._said(), strict=False):
            guides = self.codec.guides([{**default, **self._offered("resolve")(prompt)}])
            for step, token in enumerate(piece.tokens):
                assert not guides.done[0], f"the guide of '{piece.id}' is done after {step} tokens"
                np.testing.assert_array_equal(guides.context()[0], piece.context[step], err_msg=f"'{piece.id}'")
                guides.accept(np.array([token], np.int32))

    @check(needs=("primers", "pieces"), after=("the_guide_allows_the_stored_tokens", "works_round_trip"))
    def test_a_primer_comes_first_and_whole(self) -> None:
        """Its tokens alone are allowed until all of its notes, or events, are through."""
        declared = {option.name for option in self.material().part.spec.prompt_options}
        assert "primer" in declared, "it has the method `with_primer`, but no prompt option `primer`"
        default = default_prompt(self.material().part)
        begun = 0
        for piece, primer in self._primers():
            prompt = {**default, **piece.prompt}
            before = dict(prompt)
            primed = dict(self._offered("with_primer")(prompt, primer))
            assert prompt == before, "the prompt that was given is changed"
            assert json.loads(json.dumps(primed)) == primed, "the prompt with the primer is changed by JSON"
            check_options(self.material().part.spec.prompt_options, primed, "")
            led = _led(self.codec, primed, primer)
            has, wanted = (_size(self.codec.units(tokens)) for tokens in (primer.tokens[:led], primer.tokens))
            assert has == wanted, f"the guide leads through {led} tokens of a primer of {len(primer.tokens)}"
            begun += 1
        if not begun:
            pytest.skip(NOT_CHECKED + "no beginning of a piece is a work of its own")

    def _offered(self, name: str) -> Any:
        """A method, or a value, that not every codec has."""
        return getattr(self.codec, name)

    def _said(self) -> list[dict[str, Any]]:
        """Prompts, as far as their options have a value."""
        names = {option.name for option in self.material().part.spec.prompt_options}
        return [
            {name: value for name, value in prompt.items() if value is not None and name in names}
            for prompt in self.material().prompts[:_FEW]
        ]

    def _primers(self) -> Iterator[tuple[Piece, Piece]]:
        """Pieces, and the first half of each as a piece of its own."""
        for piece in self.material().pieces[:_FEW]:
            middle = len(piece.tokens) // 2
            for end in range(max(1, middle), min(middle + _CUTS, len(piece.tokens))):
                try:
                    work = self.codec.decode(piece.tokens[:end].tolist(), piece.prompt)
                    yield piece, self.codec.encode(work)
                except DataError:
                    continue
                break


def _spans(length: int) -> list[tuple[int, int]]:
    """Places to cut a piece at: its beginning, its middle, its end."""
    size = min(max(1, length // 4), _LONGEST_PART)
    return [(start, start + size) for start in (0, (length - size) // 2, length - size)]


def _led(codec: Codec, prompt: Mapping[str, Any], primer: Piece) -> int:
    """How many tokens of the primer, from the first on, the guide leads through: nothing else is allowed."""
    guides = codec.guides([prompt])
    for step, token in enumerate(primer.tokens):
        allowed = guides.allowed()
        if guides.done[0] or allowed is None or np.flatnonzero(allowed[0]).tolist() != [token]:
            return step
        guides.accept(np.array([token], np.int32))
    return len(primer.tokens)


def _size(units: Mapping[str, float]) -> float:
    """In notes, which silence behind the last one does not add to, where the codec counts them."""
    return units.get("note", units[main_unit(units)])
