"""Format `pdf`: the lead sheet engraved, on pages of A4."""

from __future__ import annotations

from pathlib import Path

from seqforge_jazz.engraving import PAGE_WIDTH, engrave
from seqforge_jazz.engraving.pdf_pages import A4_POINTS, pdf_document
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PDFFormat"]


class PDFFormat:
    """Writes a `LeadSheet` to be printed."""

    def __init__(self, *, pitch: str = "concert") -> None:
        self.pitch = pitch

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file."""
        width, height = A4_POINTS
        pages = engrave(work, pitch=self.pitch, page_height=round(PAGE_WIDTH * height / width))
        path.write_bytes(pdf_document(pages, work.title))
