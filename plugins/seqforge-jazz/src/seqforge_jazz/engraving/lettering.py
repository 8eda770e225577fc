"""Text on the page, set such that it looks alike wherever it is shown.

Verovio leaves the places of letters to the viewer's fonts, and flats and notes inside of text to a font that few have.
Here every run of letters has a place and a width of its own, by the metrics of Times that verovio reckons with, and
music signs are outlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from defusedxml.ElementTree import fromstring

__all__ = ["FLAT_SIGN", "SHARP_SIGN", "SIGN_SCALE", "Run", "advance", "set_runs", "sign"]

FLAT_SIGN, SHARP_SIGN = 0xEA64, 0xEA66
SIGN_SCALE = 16 / 9
"""The size of these signs beside letters: what verovio gives them in chord symbols."""

_SIGN_FONT, _SIGN_UNITS = "Leipzig", 1000
_LETTER_UNITS = 2048
_UNKNOWN_ADVANCE = 0.6
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Run(NamedTuple):
    """Letters, or one music sign of the private use area, in a size (the em, in units of the page)."""

    text: str
    size: float
    is_sign: bool = False
    style: str = ""
    """`italic`, `bold` or nothing."""


def sign(codepoint: int, size: float) -> Run:
    """A music sign by its number in SMuFL."""
    return Run(chr(codepoint), size, is_sign=True)


def set_runs(parent: Element, runs: Sequence[Run], x: float, y: float, anchor: str = "start") -> None:
    """Add the runs to `parent`, one behind the other on the baseline `y`; `anchor` says what of them is at `x`."""
    x -= _ANCHORS[anchor] * sum(advance(run) for run in runs)
    for run in runs:
        if run.is_sign:
            _set_sign(parent, run, x, y)
        elif run.text.strip():
            _set_letters(parent, run, x, y)
        x += advance(run)


def advance(run: Run) -> float:
    """How wide the run is, in units of the page."""
    if run.is_sign:
        return run.size * sum(_sign_advances().get(ord(letter), 0) for letter in run.text) / _SIGN_UNITS
    advances = _letter_advances(run.style)
    units = sum(advances.get(ord(letter), _UNKNOWN_ADVANCE * _LETTER_UNITS) for letter in run.text)
    return run.size * units / _LETTER_UNITS


def _set_letters(parent: Element, run: Run, x: float, y: float) -> None:
    text = run.text
    x += advance(run._replace(text=text[: len(text) - len(text.lstrip())]))
    inner = run._replace(text=text.strip())
    attributes = {
        "x": f"{x:.0f}",
        "y": f"{y:.0f}",
        "font-size": f"{run.size:g}px",
        "textLength": f"{advance(inner):.0f}",
        "lengthAdjust": "spacingAndGlyphs",
        "stroke": "none",
    }
    if run.style:
        attributes["font-style" if run.style == "italic" else "font-weight"] = run.style
    SubElement(parent, "text", attributes).text = inner.text


def _set_sign(parent: Element, run: Run, x: float, y: float) -> None:
    scale = run.size / _SIGN_UNITS
    outline = _outline(ord(run.text))
    if outline:
        place = f"translate({x:.0f}, {y:.0f}) scale({scale:g}, {-scale:g})"
        SubElement(parent, "path", {"transform": place, "d": outline, "stroke": "none"})


@cache
def _letter_advances(style: str) -> dict[int, float]:
    name = f"Times-{style}.xml" if style else "Times.xml"
    return _advances(files("verovio").joinpath("data", "text", name).read_text(encoding="utf-8"))


@cache
def _sign_advances() -> dict[int, float]:
    return _advances(files("verovio").joinpath("data", f"{_SIGN_FONT}.xml").read_text(encoding="utf-8"))


def _advances(document: str) -> dict[int, float]:
    glyphs = fromstring(document).iter("g")
    return {int(glyph.get("c", "0"), 16): float(glyph.get("h-a-x") or glyph.get("w") or 0) for glyph in glyphs}


@cache
def _outline(codepoint: int) -> str:
    """The outline of a sign, y upwards, 1,000 units an em; empty if the font has none."""
    source = files("verovio").joinpath("data", _SIGN_FONT, f"{codepoint:04X}.xml")
    if not source.is_file():
        return ""
    path = fromstring(source.read_text(encoding="utf-8")).find("path")
    return "" if path is None else path.get("d", "")
