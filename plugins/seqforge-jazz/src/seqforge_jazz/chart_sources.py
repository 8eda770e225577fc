"""Where the chart of a prompt comes from: a text, a form's name, a file, standard input, or a link of iReal Pro."""

from __future__ import annotations

import codecs
import logging
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from seqforge import RequestError
from seqforge_jazz.forms import form_of

__all__ = ["resolved"]

_STANDARD_INPUT = "-"
_LARGEST_SOURCE = 2 * 2**20  # bytes
_LARGEST_CHART_TEXT = 2**18  # characters
_TOO_LARGE = f"is too large; allowed: {_LARGEST_SOURCE // 2**20} MB; split it"
_FILE_NAME = re.compile(r"[^\n|]*\.[A-Za-z][A-Za-z0-9]{1,7}|(?:/|~/|\.{1,2}[/\\])[^\s|][^\n|]*")
"""A name with an ending, or one that begins as a path does: no chart looks like either."""
_PAGE = re.compile(r"\s*<(?:!doctype|html|\?xml|head|body)", re.IGNORECASE)
_LINK = re.compile(r"irealb(?:ook)?://", re.IGNORECASE)
_STRAIGHT_STYLES = ("afro", "baiao", "bossa", "even", "funk", "latin", "pop", "reggae", "rnb", "rock", "samba")
_BOSSA_STYLES = ("bossa", "latin", "samba")
_BOSSA = "bossa"
_STRAIGHT = 0.5  # the swing of straight eighths
_FORM_OF_A_KEY = "blues"  # what is played in a key, where nobody says what
_LONGEST_TITLE = 200
_MOST_WARNINGS = 10
_SLOWEST, _FASTEST = 30, 400  # quarters a minute

_log = logging.getLogger(__name__)


def resolved(given: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody said of a prompt, with the chart as a text that depends on nothing outside of it.

    A tune of iReal Pro adds what it says of its title, key, tempo, style and swing, where nobody said it; a bossa is
    played straight. What of the tune may be meant otherwise is logged as a warning. `RequestError` for a source that
    can't be read.
    """
    values = {name: value for name, value in given.items() if value is not None}
    if "title" in values:
        values["title"] = _title(values["title"])
    tune = values.pop("tune", None)
    if "key" in values:
        values.setdefault("chords", _FORM_OF_A_KEY)
    source = _read(values["chords"]) if "chords" in values else ""
    if _LINK.search(source):
        values = _with_tune(values, source, tune)
    elif tune is not None:
        raise RequestError(f"--tune is '{tune:.40}', but --chords holds no tunes; allowed: with links of iReal Pro")
    elif "chords" in values:
        values["chords"] = source
    return {"swing": _STRAIGHT, **values} if _is_bossa(values) else values


def _title(text: str) -> str:
    """The title on one line, without what moves a cursor."""
    if len(text) > _LONGEST_TITLE:
        raise RequestError(f"--title has {len(text):,} characters; allowed: {_LONGEST_TITLE}")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _is_bossa(values: Mapping[str, Any]) -> bool:
    form = form_of(values.get("chords", ""))
    return values.get("style", form.style if form is not None else "") == _BOSSA


def _with_tune(values: Mapping[str, Any], source: str, wanted: str | None) -> dict[str, Any]:
    from seqforge_jazz.ireal import choose_tune, form_of_tune, tunes_in

    tune = choose_tune(tunes_in(source), wanted)
    form = form_of_tune(tune, values.get("choruses", 1))
    for note in form.notes[:_MOST_WARNINGS]:
        _log.warning("warning: %s", note)
    told: dict[str, Any] = {"title": tune.title}
    if re.fullmatch(r"[A-G][b#]?-?", tune.key):
        told["key"] = tune.key.replace("-", "m")
    if _SLOWEST <= tune.tempo_bpm <= _FASTEST:
        told["tempo"] = float(tune.tempo_bpm)
    if any(style in tune.style.casefold() for style in _STRAIGHT_STYLES):
        told["swing"] = _STRAIGHT
    if any(style in tune.style.casefold() for style in _BOSSA_STYLES):
        told["style"] = _BOSSA
    return {**told, **values, "chords": form.chart.text, "choruses": form.choruses}


def _read(chords: str) -> str:
    """The text that `chords` is, or that is where it says."""
    name = chords.strip()
    if name == _STANDARD_INPUT:
        return _text(_standard_input(), "standard input")
    if _LINK.match(name) or not _FILE_NAME.fullmatch(name):
        return _limited(chords, "")
    try:
        with Path(name).expanduser().open("rb") as file:
            content = file.read(_LARGEST_SOURCE + 1)
    except (OSError, ValueError, RuntimeError) as error:  # no such file, no name of a file, no home
        reason = getattr(error, "strerror", None) or str(error)
        allowed = "a file, - for standard input, a form such as blues-f, or chords such as 'Dm7 G7 | Cmaj7'"
        raise _refused(name, f"can't be read ({reason}); allowed: {allowed}") from None
    return _text(content, name)


def _standard_input() -> bytes:
    stream: BinaryIO | None = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise RequestError("--chords is -, but there is no standard input; give a file")
    return stream.read(_LARGEST_SOURCE + 1)


def _text(content: bytes, name: str) -> str:
    """What is in a file, within limits."""
    if len(content) > _LARGEST_SOURCE:
        raise _refused(name, _TOO_LARGE)
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(name, "is no text in UTF-8; save it as UTF-8") from None
    if _PAGE.match(text) and not _LINK.search(text):
        raise _refused(name, "is a page without a link of iReal Pro; export the playlist again")
    return _limited(text.strip(), name)


def _limited(text: str, name: str) -> str:
    """The text, if it is not longer than its like may be."""
    if len(text) > _LARGEST_SOURCE:
        raise _refused(name, _TOO_LARGE)
    if len(text) > _LARGEST_CHART_TEXT and not _LINK.search(text):
        raise _refused(name, f"has {len(text):,} characters; allowed in a chart: {_LARGEST_CHART_TEXT:,}")
    return text


def _refused(name: str, why: str) -> RequestError:
    shown = "".join(letter if letter.isprintable() else "?" for letter in f" {name:.200}" if name)
    return RequestError(f"--chords{shown} {why}")
