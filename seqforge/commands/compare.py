"""`seqforge compare`: which of several runs predicts better, by how much, and at what cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqforge.commands.failures import warn
from seqforge.commands.screen import print_json
from seqforge.errors import RequestError, SeqforgeError

__all__ = ["compare"]

_PAGE_NAME = "compare.html"
_SUFFIXES = (".html", ".htm")


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders of finished runs, or of many of them, such as a sweep's."),
    ],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="KEY", help="Tell groups apart by this key alone; can be given again."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="RUN", help="What the others are held against; the best by default.")
    ] = None,
    part: Annotated[
        str | None,
        typer.Option("--part", metavar="test|validation", help="The held-out part; test by default."),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="Nats per what; the first unit that all count alike by default."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page, too; into a folder as compare.html."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with the values of every run and piece.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")] = False,
) -> None:
    """Compare finished runs: what differs, which one predicts better and by how much, over seeds, and at what cost."""
    page_file = _page_file(html, opens=open_)
    from seqforge.comparison.comparison import ComparisonRequest
    from seqforge.comparison.comparison import compare as compared

    request = ComparisonRequest(runs=tuple(runs), by=tuple(by or ()), to=to, part=part or "", unit=unit or "")
    found = compared(request)
    if page_file:
        from seqforge.comparison.comparison_page import comparison_page
        from seqforge.files import atomic

        try:
            atomic.write_text(page_file, comparison_page(found))
        except OSError as error:
            raise SeqforgeError(f"{page_file} can't be written ({error.strerror}); choose another --html") from error
    if json:
        print_json(found.to_json())
    elif not quiet:
        from seqforge.commands.compare_report import print_comparison

        print_comparison(found, page_file)
    if page_file and open_:
        import webbrowser

        if not webbrowser.open(page_file.resolve().as_uri()):
            warn([f"no browser was found to open {page_file} with"])


def _page_file(html: Path | None, *, opens: bool) -> Path | None:
    """Where the page goes; `RequestError` before anything is read if that is no place for it."""
    if html is None:
        if opens:
            raise RequestError("--open opens the page, and none is written without --html FILE; add it")
        return None
    if html.is_dir():
        return html / _PAGE_NAME
    if html.suffix.lower() not in _SUFFIXES:
        raise RequestError(f"--html is {html}; allowed: a file whose name ends in .html, or a folder that is there")
    return html
