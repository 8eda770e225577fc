"""A lead sheet as engraved pages."""

from __future__ import annotations

from seqforge_jazz.engraving.note_spans import NoteSpan, note_spans
from seqforge_jazz.engraving.pages import PAGE_WIDTH, engrave

__all__ = ["PAGE_WIDTH", "NoteSpan", "engrave", "note_spans"]
