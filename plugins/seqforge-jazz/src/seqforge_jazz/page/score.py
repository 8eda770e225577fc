"""The engraved score for a page, where the parts that engrave are installed."""

from __future__ import annotations

import importlib.util

from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["engraved"]

_MOST_BARS = 128
"""Longer charts take longer than a page is worth waiting for."""


def engraved(sheet: LeadSheet) -> list[str]:
    """The pages as SVG whose notes have their first tick in `data-start`; none without verovio."""
    needed = ("verovio", "seqforge_jazz.engraving")
    if sheet.chart.bars > _MOST_BARS or any(importlib.util.find_spec(name) is None for name in needed):
        return []
    from seqforge_jazz.engraving import engrave

    return list(engrave(sheet))
