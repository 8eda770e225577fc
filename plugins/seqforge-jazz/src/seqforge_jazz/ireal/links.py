"""iReal Pro links in a text or a page, and the tunes in them.

An `irealb` link holds ten fields a tune, `Title=Composer==Style=Key=Transposition=Music=Groove=Tempo=Repeats`, an
`irealbook` link six, `Title=Composer=Style=Key=n=Music`. `===` stands between tunes, and before the name of a playlist.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from seqforge import RequestError
from seqforge_jazz.ireal.scrambling import PREFIX, unscrambled

__all__ = ["Tune", "has_link", "tunes_in"]

_LINK = re.compile(r"irealb(ook)?://", re.IGNORECASE)
_SIX = 6  # fields of a tune in an irealbook link, and those in front of the music in an irealb link
_FOUR = 4  # those from the music on
_MOST_TUNES = 10_000
_LONGEST_MUSIC = 20_000
_MOST_FIELDS = 12 * _MOST_TUNES  # with the empty ones of `===`
_LONGEST_TITLE = 80
_ARTICLE = re.compile(r"(.+), (The|An|A)")
_CUT_OFF = "it is cut off or altered; copy the whole link"


@dataclass(frozen=True)
class Tune:
    """A tune of a link: `music` is plain, `key` as iReal writes it (`Bb`, `A-`), `tempo_bpm` 0 where it says none."""

    title: str
    style: str
    key: str
    tempo_bpm: int
    music: str


def has_link(text: str) -> bool:
    """Whether there is an iReal Pro link in the text."""
    return _LINK.search(text) is not None


def tunes_in(text: str) -> list[Tune]:
    """All tunes of all links in the text, in their order; `RequestError` for a link that can't be."""
    tunes: list[Tune] = []
    for is_plain, body in _links(text):
        fields = body.split("=", _MOST_FIELDS)
        tunes += _plain_tunes(fields) if is_plain else _scrambled_tunes(fields)
        if len(tunes) > _MOST_TUNES or len(fields) > _MOST_FIELDS:
            raise RequestError(f"there are too many tunes; allowed: {_MOST_TUNES:,}; export fewer at a time")
    return tunes


def _links(text: str) -> Iterator[tuple[bool, str]]:
    """For each link whether it is an `irealbook` one, and what follows its `://`, decoded."""
    starts = list(_LINK.finditer(text))
    for number, match in enumerate(starts):
        limit = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        quote = text[match.start() - 1 : match.start()]
        is_quoted = quote in ("'", '"')
        body = text[match.end() : limit]
        body = body.partition(quote)[0] if is_quoted else body.lstrip().partition("\n")[0]
        if "%" in body and not is_quoted:  # an encoded link ends where the first space is
            body = (body.split(maxsplit=1) or [""])[0]
        yield match[1] is not None, unquote(html.unescape(body) if is_quoted else body, errors="replace").strip()


def _scrambled_tunes(fields: Sequence[str]) -> Iterator[Tune]:
    """The tunes of an `irealb` link. Found by their music, for an empty field before `==` looks like a new tune."""
    places = [place for place, field in enumerate(fields) if field.startswith(PREFIX)]
    if not places:
        raise RequestError(f"the irealb link has no music, which starts with {PREFIX}; {_CUT_OFF}")
    for before, place in zip((-1, *places), places, strict=False):
        own = fields[max(before + 1, place - _SIX) : place + _FOUR]
        if len(own) < _SIX + _FOUR:
            raise RequestError(f"the irealb link has {len(own)} fields for a tune; allowed: {_SIX + _FOUR}; {_CUT_OFF}")
        title, _, _, style, key, _, music, _, tempo, _ = own
        yield _tune(title, style, key, tempo, music)


def _plain_tunes(fields: Sequence[str]) -> Iterator[Tune]:
    """The tunes of an `irealbook` link."""
    place = found = 0
    while place < len(fields):
        if not fields[place].strip():
            place += 1
            continue
        own = fields[place : place + _SIX]
        if len(own) < _SIX:
            if found and len(own) == 1:  # the name of the playlist
                return
            raise RequestError(f"the irealbook link has {len(own)} fields for a tune; allowed: {_SIX}; {_CUT_OFF}")
        title, _, style, key, other, music = own
        if key == "n":  # some programs exchange the two
            key = other
        yield _tune(title, style, key, "", music, is_plain=not music.startswith(PREFIX))
        place, found = place + _SIX, found + 1
    if not found:
        raise RequestError(f"the irealbook link is empty; {_CUT_OFF}")


def _tune(title: str, style: str, key: str, tempo: str, music: str, *, is_plain: bool = False) -> Tune:
    shown = _one_line(title)
    if len(music) > _LONGEST_MUSIC:
        raise RequestError(f"'{shown}' has {len(music):,} characters of music; allowed: {_LONGEST_MUSIC:,}")
    turned = _ARTICLE.fullmatch(shown)
    return Tune(
        title=(f"{turned[2]} {turned[1]}" if turned else shown) or "Untitled",
        style=_one_line(style),
        key=_one_line(key),
        tempo_bpm=int(tempo) if re.fullmatch(r"[0-9]{1,4}", tempo.strip()) else 0,
        music=music if is_plain else unscrambled(music.removeprefix(PREFIX)),
    )


def _one_line(text: str) -> str:
    """The text of a field, which anybody may have written, without what moves a cursor, and not too long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _LONGEST_TITLE])
    return " ".join(shown.split())[:_LONGEST_TITLE].strip()
