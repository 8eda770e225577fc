"""The data of a run: read, encoded, split, and augmented."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from seqforge.abilities import Quotable
from seqforge.configuration import DataConfig
from seqforge.corpus import data_digest, open_dataset
from seqforge.errors import DataError
from seqforge.interfaces import Audit, Codec, Dataset, Piece
from seqforge.launching import Launcher
from seqforge.plugins import Registry
from seqforge.session.plan import Plan
from seqforge.split import Split, split_pieces

__all__ = ["Corpus", "divided", "load_corpus", "open_corpus"]


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

    @property
    def quotable(self) -> tuple[Piece, ...]:
        """The training pieces that may be quoted: each once where keys don't matter, else as the model sees them."""
        return self.split.training if isinstance(self.codec, Quotable) else self.training


def load_corpus(registry: Registry, plan: Plan, launcher: Launcher | None = None) -> Corpus:
    """Read, encode, split and augment the data of a run; `DataError` if nothing usable came.

    Files that were not read before are read by `launcher`, if there is one.
    """
    config = plan.config.data
    keeps_vocabulary = plan.start is not None
    name = plan.config.codec.name
    corpus = open_corpus(registry, config, plan.codec, name, keeps_vocabulary=keeps_vocabulary, launcher=launcher)
    samples = plan.config.samples
    if samples.count:  # the plan tried the prompt, too, but without a vocabulary that has grown since
        corpus.codec.guides([samples.prompt])
    return divided(corpus, config)


def open_corpus(
    registry: Registry,
    config: DataConfig,
    codec: Codec,
    codec_name: str,
    *,
    keeps_vocabulary: bool = False,
    launcher: Launcher | None = None,
) -> Corpus:
    """Read and encode data, all of it in the training part; `DataError` if nothing usable came."""
    dataset = open_dataset(
        registry,
        config.source,
        config.options,
        codec=codec,
        codec_name=codec_name,
        max_seconds=config.max_seconds,
        keeps_vocabulary=keeps_vocabulary,
        launcher=launcher,
    )
    pieces = tuple(dataset.pieces())
    audit = dataset.audit()
    if not pieces:
        reasons = "; ".join(f"{source.name}: {source.reason}" for source in audit.dropped[:3])
        raise DataError(f"no usable piece in '{config.source}' ({len(audit.dropped)} dropped: {reasons})")
    return Corpus(
        dataset=dataset,
        codec=dataset.codec,
        audit=audit,
        pieces=pieces,
        split=Split(pieces, (), ()),
        training=pieces,
        digest=data_digest(pieces),
        versions=_origin(registry, config.source),
    )


def divided(corpus: Corpus, config: DataConfig) -> Corpus:
    """The corpus split and augmented as the configuration says."""
    split = split_pieces(
        corpus.pieces,
        corpus.codec,
        split=config.split,
        validation=config.validation,
        test=config.test,
        seed=config.split_seed,
    )
    training = split.training
    if config.augment:
        training = tuple(itertools.chain.from_iterable(corpus.codec.variants(piece) for piece in training))
    parts = tuple(itertools.chain.from_iterable(split.parts.values()))
    pieces = parts if split.is_in_order else corpus.pieces  # some of them may have been cut
    return replace(corpus, pieces=pieces, split=split, training=training)


def _origin(registry: Registry, source: str) -> dict[str, str]:
    """The version of the distribution that a registered corpus comes from."""
    if not registry.has("datasets", source):
        return {}
    return registry.versions([registry.find("datasets", source)])
