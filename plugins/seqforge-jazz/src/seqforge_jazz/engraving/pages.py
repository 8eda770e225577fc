"""The pages of a lead sheet as SVG: our MusicXML through verovio, with a heading and lettering of our own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from defusedxml.ElementTree import fromstring

from seqforge_jazz.engraving.heading import FIRST_HEADING, LATER_HEADING, add_heading, add_page_number
from seqforge_jazz.engraving.lettering import FLAT_SIGN, SHARP_SIGN, SIGN_SCALE, Run, set_runs, sign
from seqforge_jazz.engraving.note_spans import NoteSpan, note_spans
from seqforge_jazz.engraving.verovio_pages import render
from seqforge_jazz.formats.musicxml import printable, score_element
from seqforge_jazz.formats.written_part import WrittenPart, written_part
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PAGE_WIDTH", "engrave", "one_page"]

_SVG = "http://www.w3.org/2000/svg"
PAGE_WIDTH = 21_000
"""In units of the page, of which 180 are the space between two lines of the staff."""

_MARGIN = 500
_TALLEST = 150_000
_PIXELS_PER_UNIT = 0.04
_OPTIONS = {
    "adjustPageHeight": True,
    "footer": "none",
    "header": "none",
    "pageMarginBottom": _MARGIN // 10,
    "pageMarginLeft": _MARGIN // 10,
    "pageMarginRight": _MARGIN // 10,
    "pageMarginTop": 0,
    "pageWidth": PAGE_WIDTH // 10,
    "smuflTextFont": "none",
    "svgFormatRaw": True,
    "svgRemoveXlink": True,
    "svgViewBox": True,
    "xmlIdChecksum": True,
}


def engrave(sheet: LeadSheet, *, pitch: str = "concert", page_height: int | None = None) -> list[str]:
    """The pages as SVG documents, at one of `PITCHES`; without `page_height` one that is as tall as it needs to be.

    Every note is a group of class `note` with an id such as `n-48` (see `note_spans`), with its first and last tick in
    `data-start` and `data-end`. Only long sheets (over some 50 lines) may come on several tall pages.
    """
    part = written_part(sheet, pitch)
    title = " ".join(printable(sheet.title).split())
    height = (page_height or _TALLEST) - FIRST_HEADING
    score = ElementTree.tostring(score_element(part, for_engraving=True), encoding="unicode")
    breaks = "line" if "new-system" in score else "auto"
    pages = render(score, {**_OPTIONS, "breaks": breaks, "pageHeight": height // 10})
    spans = note_spans(sheet)
    return [
        ElementTree.tostring(_page(drawn, part, title, spans, number, page_height), encoding="unicode")
        for number, drawn in enumerate(pages, start=1)
    ]


def one_page(pages: Sequence[str]) -> str:
    """The pages on one, below each other."""
    if len(pages) == 1:
        return pages[0]
    sheets = [fromstring(_plain(page)) for page in pages]
    tops = [0, *accumulate(_height(sheet) for sheet in sheets)]
    whole = _canvas(tops[-1])
    SubElement(whole, "title").text = sheets[0].findtext("title")
    for sheet, top in zip(sheets, tops, strict=False):
        sheet.attrib.update(y=str(top), width=str(PAGE_WIDTH), height=str(_height(sheet)))
        whole.append(sheet)
    return ElementTree.tostring(whole, encoding="unicode")


def _page(
    drawn: str, part: WrittenPart, title: str, spans: dict[str, NoteSpan], number: int, page_height: int | None
) -> Element:
    """The page that verovio drew under its heading."""
    source = fromstring(_plain(drawn))
    drawing = source.find("svg")
    assert drawing is not None
    top = FIRST_HEADING if number == 1 else LATER_HEADING
    page = _canvas(page_height or _height(drawing) + top)
    SubElement(page, "title").text = f"{title}, page {number}" if number > 1 else title
    page.extend(source.findall("defs"))
    if number == 1:
        add_heading(page, part, title, PAGE_WIDTH, _MARGIN)
    else:
        add_page_number(page, title, number, PAGE_WIDTH, _MARGIN)
    music = SubElement(page, "g", {"transform": f"translate(0, {top})"})
    music.extend(drawing)
    _mark_notes(music, spans)
    _letter(music)
    return page


def _canvas(height: int) -> Element:
    """A page with nothing on it; whoever shows it may set another colour."""
    attributes = {
        "xmlns": _SVG,
        "class": "score",
        "viewBox": f"0 0 {PAGE_WIDTH} {height}",
        "width": f"{PAGE_WIDTH * _PIXELS_PER_UNIT:.0f}",
        "height": f"{height * _PIXELS_PER_UNIT:.0f}",
        "role": "img",
        "color": "black",
        "fill": "currentColor",
        "stroke": "currentColor",
        "font-family": "Times, 'Times New Roman', 'Liberation Serif', serif",
    }
    return Element("svg", attributes)


def _height(drawing: Element) -> int:
    """How tall a drawing is, in its own units."""
    return round(float(drawing.get("viewBox", "0 0 0 0").split()[3]))


def _plain(drawn: str) -> str:
    """The drawing without its name space, which every tag would have to be called by."""
    return drawn.replace(f'xmlns="{_SVG}"', "", 1)


def _mark_notes(music: Element, spans: dict[str, NoteSpan]) -> None:
    """Say when each note sounds; take away other ids, which pages in a document would share, and signs of breaks."""
    for element in music.iter("g"):
        span = spans.get(element.attrib.pop("id", ""))
        if span is not None:
            element.set("id", f"n-{span.start}")
            element.set("data-start", str(span.start))
            element.set("data-end", str(span.end))
    for parent in list(music.iter("g")):
        for child in list(parent):
            if "placeholder" in child.get("class", "").split():
                parent.remove(child)


def _letter(music: Element) -> None:
    """Set what verovio wrote in nested spans anew, in place."""
    for group in list(music.iter("g")):
        for text in group.findall("text"):
            kinds = group.get("class", "").split()
            runs = [run for span in text.iter("tspan") for run in _runs(span, "italic" if "mNum" in kinds else "")]
            if "harm" in kinds:
                runs = [part for run in runs for part in _with_signs(run)]
            group.remove(text)
            set_runs(group, runs, float(text.get("x", 0)), float(text.get("y", 0)), text.get("text-anchor", "start"))


def _runs(span: Element, style: str) -> list[Run]:
    """The runs of a span that holds text itself."""
    if not span.text:
        return []
    size = float(span.get("font-size", "0px").removesuffix("px"))
    if span.get("font-family"):
        return [Run(letter, size, is_sign=True) for letter in span.text]
    return [Run(span.text, size, style=style)]


def _with_signs(run: Run) -> list[Run]:
    """The letters of a chord symbol with signs in the place of `b` and `#` before figures, as in m7b5."""
    if run.is_sign:
        return [run]
    signs = {"b": FLAT_SIGN, "#": SHARP_SIGN}
    return [
        sign(signs[text], run.size * SIGN_SCALE) if text in signs else run._replace(text=text)
        for text in re.split(r"([b#])(?=\d)", run.text)
        if text
    ]
