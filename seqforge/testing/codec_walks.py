"""What every codec must do with its pieces: there and back, along its guides, in every process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from seqforge.errors import DataError, SeqforgeError
from seqforge.evaluation.scoring import main_unit
from seqforge.interfaces import Codec, Guides, Piece
from seqforge.testing.codec_material import CodecMaterial
from seqforge.testing.digest import digests, digests_elsewhere
from seqforge.testing.material import default_prompt, walk
from seqforge.testing.pieces import assert_well_formed
from seqforge.testing.suite import check

__all__ = ["WalkChecks"]

_BLOCK = 64
_FEW = 6
_RANDOM_SEQUENCES = 40


class WalkChecks(CodecMaterial):
    """The checks on which those of `CodecSuite` rest."""

    @check()
    def test_its_pieces_can_be_had(self) -> None:
        assert self.material().part.spec.name

    @check()
    def test_a_stored_vocabulary_gives_the_same_codec(self) -> None:
        material = self.material()
        stored = material.codec
        again: Codec = material.part.build(vocabulary=stored.vocabulary, **stored.options)
        assert again.vocabulary == stored.vocabulary
        assert again.context_fields == stored.context_fields
        assert again.output_views == stored.output_views
        assert dict(again.options) == dict(stored.options)
        assert material.codec.vocabulary.symbols, "the vocabulary is empty"

    @check(needs=("pieces",))
    def test_pieces_are_well_formed(self) -> None:
        for piece in self.material().pieces:
            assert_well_formed(piece, self.codec)

    @check(needs=("pieces",), after=("pieces_are_well_formed",))
    def test_works_round_trip(self) -> None:
        """Encoding what was decoded gives the piece again; a codec without exact round trip keeps its events."""
        exact = "exact round trip" not in self.declared()
        for piece in self.material().pieces:
            codec = self.codec if exact else self.material().new_codec()
            again = codec.encode(self.codec.decode(piece.tokens.tolist(), piece.prompt))
            if exact:
                np.testing.assert_array_equal(again.tokens, piece.tokens, err_msg=f"tokens of '{piece.id}'")
                np.testing.assert_array_equal(again.context, piece.context, err_msg=f"context of '{piece.id}'")
            else:
                units = [each.units(its.tokens) for each, its in ((codec, again), (self.codec, piece))]
                unit = main_unit(units[1])
                assert units[0][unit] == units[1][unit], f"{unit}s of '{piece.id}'"

    @check(needs=("pieces",))
    def test_encoding_keeps_to_a_stored_vocabulary(self) -> None:
        before = self.codec.vocabulary
        for work in self.material().works(_FEW):
            try:
                self.codec.encode(work)
            except DataError:
                continue
        assert self.codec.vocabulary == before

    @check(needs=("prompts",))
    def test_decoding_is_total(self) -> None:
        """Any tokens of the vocabulary give a work or a `SeqforgeError`.

        A work can be encoded, or a `DataError` says why it can't.
        """
        generator = np.random.default_rng(41)
        prompts = self.material().prompts
        for number in range(_RANDOM_SEQUENCES):
            length = 0 if number == 0 else int(generator.integers(1, 200))
            tokens = generator.integers(0, len(self.codec.vocabulary), length).tolist()
            try:
                work = self.codec.decode(tokens, prompts[int(generator.integers(len(prompts)))])
            except SeqforgeError:
                continue
            try:
                self.material().new_codec().encode(work)
            except DataError:
                continue

    @check(needs=("pieces",), after=("pieces_are_well_formed",))
    def test_the_guide_says_the_stored_context(self) -> None:
        for piece, context, _, done in self._walks():
            ended = int(done.argmax()) if done.any() else len(done)
            assert ended == len(done), f"the guide of '{piece.id}' is done after {ended} of {len(done)} tokens"
            np.testing.assert_array_equal(context, piece.context, err_msg=f"context of '{piece.id}'")

    @check(needs=("pieces",), after=("pieces_are_well_formed",))
    def test_the_guide_allows_the_stored_tokens(self) -> None:
        for piece, _, allowed, _ in self._walks():
            refused = np.flatnonzero(~allowed)
            assert not refused.size, (
                f"token {refused[0]} of '{piece.id}' ({self.codec.vocabulary.symbols[piece.tokens[refused[0]]]})"
            )

    @check(needs=("prompts",))
    def test_something_is_always_allowed(self) -> None:
        """Also in rows that are done; along random walks."""
        size, fields = len(self.codec.vocabulary), self.codec.context_fields
        for seed, prompts in enumerate(self._some_prompts()):
            guides = self.codec.guides(prompts)
            for tokens in walk(guides, size, seed):
                assert _allowed(guides, size).any(axis=1).all(), "a row of what is allowed is empty"
                context = guides.context()
                assert context.shape == (len(prompts), len(fields))
                for number, field in enumerate(fields):
                    assert np.isin(context[:, number], np.arange(field.size)).all(), f"a value of {field.name}"
                guides.accept(tokens)

    @check(needs=("prompts",))
    def test_guides_of_a_batch_equal_single_ones(self) -> None:
        """Each row goes its own way, and ignores tokens once it is done."""
        size = len(self.codec.vocabulary)
        for seed, prompts in enumerate(self._some_prompts()):
            batch, single = self.codec.guides(prompts), [self.codec.guides([prompt]) for prompt in prompts]
            for tokens in walk(batch, size, seed):
                for row, guides in enumerate(single):
                    assert batch.done[row] == guides.done[0]
                    if not guides.done[0]:
                        _assert_same_step(batch, row, guides, 0, size)
                        guides.accept(tokens[row : row + 1])
                batch.accept(tokens)

    @check(needs=("prompts",), after=("guides_of_a_batch_equal_single_ones",))
    def test_selected_guides_are_copies(self) -> None:
        size = len(self.codec.vocabulary)
        for seed, prompts in enumerate(self._some_prompts()):
            guides, twin = self.codec.guides(prompts), self.codec.guides(prompts)
            for tokens in walk(guides, size, seed, longest=9):
                guides.accept(tokens)
                twin.accept(tokens)
            rows = np.array([len(prompts) - 1, 0, 0], np.int32)
            chosen = guides.select(rows)
            for place, row in enumerate(rows):
                _assert_same_step(chosen, place, guides, int(row), size)
            for tokens in walk(chosen, size, seed + 100, longest=9):
                chosen.accept(tokens)
            for row in range(len(prompts)):
                _assert_same_step(guides, row, twin, row, size)

    @check(
        needs=("pieces",),
        after=("pieces_are_well_formed", "the_guide_says_the_stored_context", "the_guide_allows_the_stored_tokens"),
    )
    def test_variants_are_pieces_and_contain_the_piece(self) -> None:
        for piece in self.material().pieces[:_FEW]:
            variants = list(self.codec.variants(piece))
            assert any(_same(variant, piece) for variant in variants), f"'{piece.id}' is not among its variants"
            for variant in variants:
                assert variant.group == piece.group
                assert_well_formed(variant, self.codec)
            for variant, context, allowed, _ in _walks(self.codec, variants):
                np.testing.assert_array_equal(context, variant.context, err_msg=f"context of '{variant.id}'")
                assert allowed.all(), f"the guide of '{variant.id}' does not allow its tokens"

    @check(needs=("pieces",))
    def test_units_are_positive_and_add_up(self) -> None:
        pieces = self.material().pieces[:_FEW]
        apart = [self.codec.units(piece.tokens) for piece in pieces]
        assert len({tuple(units) for units in apart}) == 1, "pieces have other units than others"
        assert apart[0], "it counts no unit"
        assert all(units[main_unit(units)] > 0 for units in apart)
        assert all(value >= 0 and np.isfinite(value) for units in apart for value in units.values())
        together = self.codec.units(np.concatenate([piece.tokens for piece in pieces]))
        for unit, value in together.items():
            assert value == pytest.approx(sum(units[unit] for units in apart)), unit

    @check(needs=("pieces",))
    def test_the_vocabulary_is_the_same_in_every_process(self) -> None:
        """And so are the pieces, whatever the order in which a process walks through a set."""
        request = (self.name, self.source, self.source_options, self.options)
        here = digests(self.material())
        for seed in ("1", "2"):
            elsewhere = digests_elsewhere(*request, hash_seed=seed)
            assert elsewhere["vocabulary"] == here["vocabulary"], "the vocabulary is another in another process"
            assert elsewhere["pieces"] == here["pieces"], "the pieces are others in another process"

    def _walks(self) -> list[tuple[Piece, Any, Any, Any]]:
        walks: list[tuple[Piece, Any, Any, Any]] = self.keep(
            "walks", lambda: _walks(self.codec, self.material().pieces)
        )
        return walks

    def _some_prompts(self) -> list[list[Mapping[str, Any]]]:
        """Batches of prompts: one alone, and some that differ."""
        prompts = self.material().prompts
        spread = list(prompts[:: max(1, len(prompts) // _FEW)][:_FEW])
        default = default_prompt(self.material().part)
        with_default = [default, *spread] if self._follows(default) else spread
        return [[prompts[0]], with_default + spread[:1]]

    def _follows(self, prompt: Mapping[str, Any]) -> bool:
        try:
            self.codec.guides([prompt])
        except SeqforgeError:
            return False
        return True


def _walks(codec: Codec, pieces: Sequence[Piece]) -> list[tuple[Piece, Any, Any, Any]]:
    """For each piece what its guide says along its tokens: context (T, F), whether allowed and whether done (T,)."""
    walks: list[tuple[Piece, Any, Any, Any]] = []
    for start in range(0, len(pieces), _BLOCK):
        block = pieces[start : start + _BLOCK]
        guides = codec.guides([piece.prompt for piece in block])
        longest = max(len(piece.tokens) for piece in block)
        tokens = np.zeros((len(block), longest), np.int32)
        for row, piece in enumerate(block):
            tokens[row, : len(piece.tokens)] = piece.tokens
        contexts, permitted, done = [], [], []
        for step in range(longest):
            contexts.append(guides.context().copy())
            done.append(guides.done.copy())
            permitted.append(_allowed(guides, len(codec.vocabulary))[np.arange(len(block)), tokens[:, step]])
            guides.accept(tokens[:, step])
        for row, piece in enumerate(block):
            end = len(piece.tokens)
            context, allowed, is_done = (np.stack(array, axis=1)[row, :end] for array in (contexts, permitted, done))
            walks.append((piece, context, allowed, is_done))
    return walks


def _allowed(guides: Guides, size: int) -> Any:
    """(B, V), also where everything is allowed: a mask, or factors."""
    allowed = guides.allowed()
    if allowed is None:
        return np.ones((len(guides.done), size), np.bool_)
    if allowed.dtype != np.bool_:
        assert np.isfinite(allowed).all(), "a factor of what is allowed is not finite"
        assert (allowed >= 0).all(), "a factor of what is allowed is negative"
    return allowed


def _assert_same_step(guides: Guides, row: int, others: Guides, other_row: int, size: int) -> None:
    assert guides.done[row] == others.done[other_row]
    if not guides.done[row]:
        np.testing.assert_array_equal(guides.context()[row], others.context()[other_row])
        np.testing.assert_array_equal(_allowed(guides, size)[row], _allowed(others, size)[other_row])


def _same(piece: Piece, other: Piece) -> bool:
    return np.array_equal(piece.tokens, other.tokens) and np.array_equal(piece.context, other.context)
