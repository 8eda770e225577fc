"""Format `png`: the lead sheet engraved, as one picture."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from seqforge_jazz.engraving import engrave
from seqforge_jazz.engraving.pages import one_page
from seqforge_jazz.engraving.pdf_pages import pdf_document
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PNGFormat"]

_WIDTH_PIXELS = 1_400


class PNGFormat:
    """Writes a `LeadSheet` as a picture, black on white."""

    def __init__(self, *, pitch: str = "concert") -> None:
        self.pitch = pitch

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file."""
        page = one_page(engrave(work, pitch=self.pitch))
        document = pypdfium2.PdfDocument(pdf_document([page], work.title, _WIDTH_PIXELS))
        try:
            picture = document[0].render(grayscale=True).to_pil()
        finally:
            document.close()
        picture.save(path, format="PNG", optimize=True)
