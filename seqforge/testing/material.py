"""Pieces and works to check parts with: from a data set, from files, or walked at random where a codec has neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.corpus import data_options, open_dataset
from seqforge.errors import DataError, RequestError
from seqforge.interfaces import Codec, Guides, Piece, Work
from seqforge.options import check_options
from seqforge.plugins import Part, Registry

__all__ = ["Material", "codec_arguments", "default_prompt", "find_material", "walk"]

_WALKS = 8
_LONGEST_WALK = 400
_MAX_SECONDS = 60.0


@dataclass(frozen=True)
class Material:
    """Pieces, and a codec that has their vocabulary and keeps to it; `prompts` are some that its guides can follow."""

    part: Part
    codec: Codec
    pieces: tuple[Piece, ...]
    prompts: tuple[Mapping[str, Any], ...]

    def new_codec(self) -> Codec:
        """A codec that knows no symbol but those that it was made with."""
        codec: Codec = self.part.build(vocabulary=None, **self.codec.options)
        return codec

    def works(self, count: int) -> list[Work]:
        """Up to `count` works, spread over the pieces."""
        chosen = self.pieces[:: max(1, len(self.pieces) // count)][:count]
        return [self.codec.decode(piece.tokens.tolist(), piece.prompt) for piece in chosen]


def find_material(
    registry: Registry, codec_name: str, source: str, options: Mapping[str, Any], codec_options: Mapping[str, Any]
) -> Material:
    """The pieces of `source` (what `--data` takes); without one, pieces of random walks along the codec's guides."""
    part = registry.find("codecs", codec_name)
    codec: Codec = part.build(vocabulary=None, **codec_arguments(part, codec_options))
    if source:
        dataset = open_dataset(
            registry,
            source,
            data_options(registry, source, registry.full_name(part), options),
            codec=codec,
            codec_name=registry.full_name(part),
            max_seconds=_MAX_SECONDS,
        )
        pieces, codec = tuple(dataset.pieces()), dataset.codec
        if not pieces:
            reasons = "; ".join(f"{item.name}: {item.reason}" for item in dataset.audit().dropped[:3])
            raise DataError(f"no usable piece in '{source}' ({reasons or 'it holds nothing'})")
    else:
        pieces = tuple(_walked(part, codec))
    own: Codec = part.build(vocabulary=codec.vocabulary, **codec.options)
    prompts = [piece.prompt for piece in pieces] or _followed(own, default_prompt(part))
    return Material(part, own, pieces, tuple(prompts))


def codec_arguments(part: Part, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a codec, checked and filled up."""
    return check_options(part.spec.options, options, f"codec.{part.spec.name}.")


def default_prompt(part: Part) -> dict[str, Any]:
    """What a codec's prompt is where nothing is asked for."""
    return {option.name: option.default for option in part.spec.prompt_options}


def walk(guides: Guides, vocabulary_size: int, seed: int, longest: int = _LONGEST_WALK) -> Iterator[NDArray[np.int32]]:
    """Random allowed tokens (B,), step by step, while a sequence is not done; the caller lets the guides accept."""
    generator = np.random.Generator(np.random.PCG64(seed))
    rows = len(guides.done)
    for _ in range(longest):
        if guides.done.all():
            return
        allowed = guides.allowed()
        chances = generator.random((rows, vocabulary_size))
        tokens = np.where(True if allowed is None else allowed, chances, -1).argmax(axis=1)
        yield tokens.astype(np.int32)


def _walked(part: Part, codec: Codec) -> Iterator[Piece]:
    """The works that random walks give, encoded; nothing where that can't be had without a corpus."""
    if not len(codec.vocabulary):
        return
    prompts = _followed(codec, default_prompt(part))
    for number in range(_WALKS if prompts else 0):
        guides = codec.guides(prompts)
        tokens: list[int] = []
        for step in walk(guides, len(codec.vocabulary), number):
            tokens.append(int(step[0]))
            guides.accept(step)
        try:
            piece = codec.encode(codec.decode(tokens, prompts[0]))
        except DataError:  # such as a work of nothing but rests
            continue
        yield replace(piece, id=piece.id or f"walk {number}", group=piece.group or f"walk {number}")


def _followed(codec: Codec, prompt: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The prompt, if the codec's guides can follow it."""
    try:
        codec.guides([prompt])
    except RequestError:
        return []
    return [prompt]
