"""Engraved pages as PDF, by way of svglib and ReportLab: outlines, and letters in the Times that every viewer has."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas
from svglib.svglib import svg2rlg

__all__ = ["A4_POINTS", "pdf_document"]

A4_POINTS = (595.276, 841.89)
"""Width and height of a sheet of A4."""


def pdf_document(pages: Sequence[str], title: str, width_points: float = A4_POINTS[0]) -> bytes:
    """The pages, as `engrave` gives them, one behind the other, each so wide and as tall as it is then."""
    document = BytesIO()
    canvas = Canvas(document, invariant=1)  # without dates, so that equal pages give equal bytes
    canvas.setTitle(title)
    canvas.setCreator("seqforge")
    for page in pages:
        drawing = svg2rlg(BytesIO(page.replace("currentColor", "black").encode()))
        scale = width_points / drawing.width
        canvas.setPageSize((width_points, drawing.height * scale))
        canvas.scale(scale, scale)
        renderPDF.draw(drawing, canvas, 0, 0)
        canvas.showPage()
    canvas.save()
    return document.getvalue()
