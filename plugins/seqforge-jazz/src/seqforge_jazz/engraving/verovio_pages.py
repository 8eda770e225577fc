"""Verovio at work: MusicXML goes in, SVG pages and warnings come out."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import verovio

from seqforge import PluginError

__all__ = ["render"]


def render(musicxml: str, options: Mapping[str, object]) -> list[str]:
    """The pages; what verovio complains about becomes a warning a line, `PluginError` if it can't go on."""
    complaints: list[str] = []
    with _captured(complaints):
        toolkit = verovio.toolkit()
        toolkit.setOptions(dict(options))
        is_loaded = toolkit.loadData(musicxml)
        pages = [toolkit.renderToSVG(number + 1) for number in range(toolkit.getPageCount())] if is_loaded else []
    if not pages:
        raise PluginError(
            f"verovio {toolkit.getVersion()} can't engrave the sheet: {'; '.join(complaints) or 'no page'}"
        )
    for complaint in complaints:
        warnings.warn(f"verovio: {complaint}", stacklevel=3)
    return pages


@contextmanager
def _captured(lines: list[str]) -> Iterator[None]:
    """Collect what is written to the standard error meanwhile: verovio's log goes there, past Python's own stream."""
    try:
        kept = os.dup(2)
    except OSError:  # no such stream, as in a program without a console
        yield
        return
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            log.seek(0)
            lines += [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
