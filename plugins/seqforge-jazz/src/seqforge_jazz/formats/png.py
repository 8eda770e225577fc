"""Format `png`: the lead sheet engraved, as one picture."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from seqforge_jazz.engraving import engrave
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
        picture = _below_each_other([_picture(page) for page in engrave(work, pitch=self.pitch)])
        picture.save(path, format="PNG", optimize=True)


def _picture(page: str) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf_document([page], "", _WIDTH_PIXELS))
    try:
        return document[0].render(grayscale=True).to_pil()
    finally:
        document.close()


def _below_each_other(pictures: list[Image.Image]) -> Image.Image:
    if len(pictures) == 1:
        return pictures[0]
    whole = Image.new("L", (_WIDTH_PIXELS, sum(picture.height for picture in pictures)), "white")
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole
