"""What every data set must do, as tests: subclass `DatasetSuite` in a test module and say which data set.

class TestEtudes(DatasetSuite):
    name = "jazz-etudes"   # as registered
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from seqforge.corpus import data_options, usual_codec
from seqforge.interfaces import Codec, Dataset, Piece
from seqforge.options import check_options
from seqforge.plugins import Registry
from seqforge.testing.digest import digests, digests_elsewhere
from seqforge.testing.material import Material, codec_arguments
from seqforge.testing.pieces import assert_well_formed
from seqforge.testing.suite import Suite, check

__all__ = ["DatasetSuite"]


class DatasetSuite(Suite):
    """The checks of a registered data set, encoded by one codec."""

    kind: ClassVar[str] = "datasets"
    options: Mapping[str, Any] = MappingProxyType({})
    codec_name: str = ""
    """The first that takes its works unless it is said."""
    codec_options: Mapping[str, Any] = MappingProxyType({})
    least: ClassVar[int] = 8
    first: ClassVar[str] = "there_are_pieces"

    def dataset(self) -> Dataset:
        """The data set under test, anew."""
        registry = self.registry()
        codec_part = registry.find("codecs", self._codec_name(registry))
        codec: Codec = codec_part.build(vocabulary=None, **codec_arguments(codec_part, self.codec_options))
        options = data_options(registry, self.name, registry.full_name(codec_part), self.options)
        dataset: Dataset = self.part().build(codec=codec, **options)
        return dataset

    def opened(self) -> tuple[Dataset, tuple[Piece, ...]]:
        """A data set and all its pieces, opened once for all checks."""

        def opened() -> tuple[Dataset, tuple[Piece, ...]]:
            dataset = self.dataset()
            return dataset, tuple(dataset.pieces())

        found: tuple[Dataset, tuple[Piece, ...]] = self.keep("opened", opened)
        return found

    @check()
    def test_there_are_pieces(self) -> None:
        assert self.opened()[1]

    @check()
    def test_it_says_licence_and_citation(self) -> None:
        dataset, spec = self.dataset(), self.part().spec
        for what in ("licence", "citation"):
            text = getattr(dataset, what)
            assert isinstance(text, str), what
            assert text.strip(), f"no {what}"
            assert text.isprintable(), f"the {what} is more than a line"
        assert not spec.licence or spec.licence == dataset.licence, "the licence is not the registered one"

    @check()
    def test_pieces_are_well_formed(self) -> None:
        dataset, pieces = self.opened()
        for piece in pieces:
            assert_well_formed(piece, dataset.codec)

    @check()
    def test_ids_are_unique(self) -> None:
        counts = Counter(piece.id for piece in self.opened()[1])
        assert not [name for name, count in counts.items() if count > 1]

    @check()
    def test_pieces_come_in_a_fixed_order(self) -> None:
        """From the same data set twice, from another one, and in other processes."""
        dataset, pieces = self.opened()
        for others in (tuple(dataset.pieces()), tuple(self.dataset().pieces())):
            assert [piece.id for piece in others] == [piece.id for piece in pieces]
            assert all(
                np.array_equal(other.tokens, piece.tokens) and np.array_equal(other.context, piece.context)
                for other, piece in zip(others, pieces, strict=True)
            ), "the pieces are others the second time"
        codec = self._codec_name(self.registry())
        here = digests(Material(self.registry().find("codecs", codec), dataset.codec, pieces, ()))
        elsewhere = digests_elsewhere(codec, self.name, self.options, self.codec_options, hash_seed="1")
        assert elsewhere["pieces"] == here["pieces"], "the pieces are others in another process"

    @check()
    def test_the_audit_counts_every_piece(self) -> None:
        dataset = self.dataset()
        count = len(tuple(dataset.pieces()))
        audit = dataset.audit()
        assert sum(source.pieces for source in audit.sources) == count
        names = Counter(source.name for source in audit.sources)
        assert all(name.strip() for name in names), "a source without a name"

    @check()
    def test_what_is_dropped_has_a_reason(self) -> None:
        dataset, _ = self.opened()
        silent = [source.name for source in dataset.audit().dropped if not source.reason.strip()]
        assert not silent, "dropped without a reason"

    @check()
    def test_the_defaults_of_its_options_are_allowed(self) -> None:
        options = self.part().spec.options
        assert check_options(options, {option.name: option.default for option in options}, "data.") is not None

    def _codec_name(self, registry: Registry) -> str:
        return self.codec_name or usual_codec(registry, self.name)
