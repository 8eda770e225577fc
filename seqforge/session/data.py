"""The data of a run: read, encoded, split, and augmented."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from seqforge.corpus import data_digest, open_dataset
from seqforge.errors import DataError
from seqforge.interfaces import Audit, Codec, Dataset, Piece
from seqforge.plugins import Registry
from seqforge.session.plan import Plan
from seqforge.split import Split, split_by_group

__all__ = ["Corpus", "load_corpus"]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The encoded data of a run. `training` is augmented, if the configuration says so; `split` is not.

    `codec` has the vocabulary that the data is written in.
    """

    dataset: Dataset
    codec: Codec
    audit: Audit
    pieces: tuple[Piece, ...]
    split: Split
    training: tuple[Piece, ...]
    digest: str
    versions: Mapping[str, str]


def load_corpus(registry: Registry, plan: Plan) -> Corpus:
    """Read, encode, split and augment the data; `DataError` if nothing usable came."""
    config = plan.config.data
    dataset = open_dataset(
        registry,
        config.source,
        config.options,
        codec=plan.codec,
        codec_name=plan.config.codec.name,
        max_seconds=config.max_seconds,
        keeps_vocabulary=plan.start is not None,
    )
    pieces = tuple(dataset.pieces())
    audit = dataset.audit()
    if not pieces:
        reasons = "; ".join(f"{source.name}: {source.reason}" for source in audit.dropped[:3])
        raise DataError(f"no usable piece in '{config.source}' ({len(audit.dropped)} dropped: {reasons})")
    split = split_by_group(pieces, validation=config.validation, test=config.test, seed=config.split_seed)
    training = split.training
    if config.augment:
        training = tuple(itertools.chain.from_iterable(dataset.codec.variants(piece) for piece in training))
    return Corpus(
        dataset=dataset,
        codec=dataset.codec,
        audit=audit,
        pieces=pieces,
        split=split,
        training=training,
        digest=data_digest(pieces),
        versions=_origin(registry, config.source),
    )


def _origin(registry: Registry, source: str) -> dict[str, str]:
    """The version of the distribution that a registered corpus comes from."""
    if not registry.has("datasets", source):
        return {}
    return registry.versions([registry.find("datasets", source)])
