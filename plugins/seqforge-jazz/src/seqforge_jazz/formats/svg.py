"""Format `svg`: the lead sheet engraved, on one page that is as tall as it needs to be."""

from __future__ import annotations

from pathlib import Path

from seqforge_jazz.engraving import engrave
from seqforge_jazz.engraving.pages import one_page
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["SVGFormat"]


class SVGFormat:
    """Writes a `LeadSheet` as a picture for browsers and drawing programs."""

    def __init__(self, *, pitch: str = "concert") -> None:
        self.pitch = pitch

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file."""
        page = one_page(engrave(work, pitch=self.pitch))
        path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{page}\n', encoding="utf-8", newline="\n")
