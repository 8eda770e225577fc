"""What became of each source of a corpus: as lines, and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seqforge.commands.screen import counted, printable
from seqforge.interfaces import Audit, Codec, Piece, Source

__all__ = ["audit_lines", "audit_values", "corpus_size"]


def audit_lines(audit: Audit, most: int) -> Iterator[str]:
    """A line each for what was kept and noted, and for what was dropped; `most` of either kind."""
    noted = [source for source in audit.kept if source.notes]
    yield from _at_most(most, [line for source in noted for line in _note_lines(source)])
    yield from _at_most(most, [printable(f"dropped {source.name}: {source.reason}") for source in audit.dropped])


def audit_values(audit: Audit) -> dict[str, Any]:
    """All of it."""
    return {
        "kept": [source.name for source in audit.kept],
        "notes": {source.name: list(source.notes) for source in audit.kept if source.notes},
        "dropped": [{"name": source.name, "reason": source.reason} for source in audit.dropped],
    }


def corpus_size(pieces: Sequence[Piece], codec: Codec) -> Mapping[str, float]:
    """How many pieces, tokens, different tokens, and of each of the codec's units."""
    size: dict[str, float] = {
        "pieces": len(pieces),
        "groups": len({piece.group for piece in pieces}),
        "tokens": sum(len(piece.tokens) for piece in pieces),
        "distinct": len({int(token) for piece in pieces for token in set(piece.tokens.tolist())}),
    }
    for piece in pieces:
        for unit, count in codec.units(piece.tokens).items():
            size[unit] = size.get(unit, 0) + count
    return size


def _note_lines(source: Source) -> list[str]:
    return [printable(f"{source.name}: {note}") for note in source.notes]


def _at_most(most: int, lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"... and {counted(len(lines) - most, 'more line')}; --json shows all"
