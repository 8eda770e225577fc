"""The text of a chord chart: metre, bars, shares of a bar, repeats and endings; `charts` says how it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from seqforge import RequestError
from seqforge_jazz.chords import Chord, ChordError

LARGEST_CHART = 2_000
"""The most bars that a chart can have."""

_METRE = re.compile(r"(\d+) ?/ ?(\d+)(?=[\s|]|$)")
_BAR_LINE = re.compile(r"(:?\|{1,2}\]?:?|\n)")
_ENDING = re.compile(r"([12])\.(?=\s|$)")
_SHARE = re.compile(r"%|[./]+(?=\s|$)|(?:[^\s()%]|\([^()]*\))+|\S")


class ChartError(RequestError):
    """A chart that can't be; if it was read from a text, the message names the bar."""


@dataclass
class _Bar:
    """A bar as written: a chord or `None` (the one before goes on) for each share, and what its bar lines say."""

    number: int
    shares: tuple[Chord | None, ...]
    ending: int
    opens: bool
    closes: bool = False


def read(text: str) -> tuple[int, list[Chord]]:
    """Beats per bar, and the chord on every beat, repeats played out."""
    beats_per_bar, body = _read_metre(text.strip())
    beats: list[Chord] = []
    played = _played(_read_bars(body, beats_per_bar))
    if len(played) > LARGEST_CHART:
        raise ChartError(f"bar {LARGEST_CHART + 1} is too many: a chart has at most {LARGEST_CHART} bars; shorten it")
    for bar in played:
        lengths = _shared(len(bar.shares), beats_per_bar)
        for share, length in zip(bar.shares, lengths, strict=True):
            chord = share or (beats[-1] if beats else None)
            if chord is None:
                raise ChartError(f"bar {bar.number} holds a chord, but none came before; write the chord")
            beats += [chord] * length
    return beats_per_bar, beats


def write(beats_per_bar: int, beats: Sequence[Chord]) -> str:
    """Return the canonical text of the chords on the beats."""
    bars = [_write_bar(beats[start : start + beats_per_bar]) for start in range(0, len(beats), beats_per_bar)]
    repeated = ["%" if bar == before else bar for before, bar in pairwise(["", *bars])]
    return ("3/4 " if beats_per_bar == 3 else "") + " | ".join(repeated)


def _write_bar(beats: Sequence[Chord]) -> str:
    starts = [beat for beat, chord in enumerate(beats) if beat == 0 or chord != beats[beat - 1]]
    lengths = [end - start for start, end in pairwise([*starts, len(beats)])]
    if lengths == _shared(len(starts), len(beats)):
        return " ".join(beats[start].symbol for start in starts)
    return " ".join(chord.symbol if beat in starts else "." for beat, chord in enumerate(beats))


def _shared(shares: int, beats: int) -> list[int]:
    """How many beats each share gets: equally many, the first ones one more where that leaves some over."""
    length, left_over = divmod(beats, shares)
    return [length + 1] * left_over + [length] * (shares - left_over)


def _read_metre(text: str) -> tuple[int, str]:
    if not text:
        raise ChartError("the chart is empty; write chords between bar lines, such as Dm7 G7 | Cmaj7 | %")
    metre = _METRE.match(text)
    if metre is None:
        return 4, text
    if (metre[1], metre[2]) not in (("3", "4"), ("4", "4")):
        raise ChartError(
            f"bar 1: metre {metre[0]:.20} is not supported; allowed: 3/4 and 4/4; rewrite it in one of them"
        )
    return int(metre[1]), text[metre.end() :].lstrip()


def _read_bars(body: str, beats_per_bar: int) -> list[_Bar]:
    """Split the text into bars as written. It begins and ends as lines do: with a bar line or without."""
    pieces = _BAR_LINE.split("\n".join(body.splitlines()))
    lines = ["\n", *pieces[1::2], "\n"]
    bars: list[_Bar] = []
    opens = False
    for text, (line, next_line) in zip(pieces[::2], pairwise(lines), strict=True):
        number = len(bars) + 1
        opens = opens or line.endswith(":")
        if text.strip():
            bars.append(_read_bar(text.strip(), number, opens, bars, beats_per_bar))
            opens = False
        elif not ("\n" in (line, next_line) or line.startswith(":") or next_line.endswith(":")):
            raise ChartError(f"bar {number} is empty; write % to repeat the bar before, or N.C. for no chord")
        if next_line.startswith(":"):
            if not bars or bars[-1].closes:
                raise ChartError(f"bar {number} is empty; write a chord before ':|'")
            bars[-1].closes = True
    if opens:
        raise ChartError(f"bar {len(bars) + 1}: '|:' opens a repeat that never closes; write ':|' after its last bar")
    if not bars:
        raise ChartError("the chart is empty; write chords between bar lines, such as Dm7 G7 | Cmaj7 | %")
    return bars


def _read_bar(text: str, number: int, opens: bool, bars: Sequence[_Bar], beats_per_bar: int) -> _Bar:
    """One bar; `bars` are those before it."""
    if number > LARGEST_CHART:
        raise ChartError(f"bar {number} is too many: a chart has at most {LARGEST_CHART} bars; shorten it")
    ending = _ENDING.match(text)
    shares = _SHARE.findall(text[ending.end() :] if ending else text)
    if not shares:
        raise ChartError(f"bar {number} is empty; write a chord after '{text}'")
    if "%" in shares:
        if len(shares) > 1 or not bars:
            remedy = "write it alone in its bar" if bars else "there is none before the first; write the chord"
            raise ChartError(f"bar {number}: '%' repeats the bar before; {remedy}")
        read_shares = bars[-1].shares
    else:
        read_shares = _read_shares(shares, number, beats_per_bar)
    return _Bar(number, read_shares, int(ending[1]) if ending else 0, opens)


def _read_shares(texts: Sequence[str], number: int, beats_per_bar: int) -> tuple[Chord | None, ...]:
    shares: list[Chord | None] = []
    for text in texts:
        if set(text) <= {".", "/"}:
            shares += [None] * len(text)
        elif _METRE.fullmatch(text):
            raise ChartError(f"bar {number}: {text:.20} stands inside the chart; write one metre, at its start")
        else:
            shares.append(_read_chord(text, number))
    if len(shares) > beats_per_bar:
        raise ChartError(
            f"bar {number} has {len(shares)} chords for {beats_per_bar} beats; write at most one a beat, or a bar line"
        )
    if None in shares and beats_per_bar % len(shares):
        raise ChartError(
            f"bar {number} has {len(shares)} places for {beats_per_bar} beats; write a chord or '.' for every beat"
        )
    return tuple(shares)


def _read_chord(text: str, number: int) -> Chord:
    try:
        return Chord.parse(text)
    except ChordError as error:
        raise ChartError(f"bar {number}: {error}") from None


def _played(bars: Sequence[_Bar]) -> list[_Bar]:
    """Return the bars in the order in which they are played."""
    played: list[_Bar] = []
    section: list[_Bar] | None = None
    both_times: int | None = None
    awaits_second = False
    for bar in bars:
        if bar.opens:
            if section is not None:
                raise ChartError(f"bar {bar.number}: '|:' inside a repeat; write ':|' before it, repeats do not nest")
            section, both_times = [], None
        _check_ending(bar, section is not None and both_times is None, awaits_second)
        awaits_second = False
        if bar.ending == 1 and section is not None:
            both_times = len(section)
        (played if section is None else section).append(bar)
        if bar.closes:
            if section is None:
                raise ChartError(f"bar {bar.number}: ':|' closes no repeat; write '|:' where the repeat begins")
            played += section + section[:both_times]
            awaits_second = both_times is not None
            section = None
    if section is not None:
        raise ChartError(f"bar {section[0].number}: '|:' is never closed; write ':|' after the last bar of the repeat")
    if awaits_second:
        raise ChartError(f"bar {bars[-1].number}: a first ending without a second; write '2.' in front of the next bar")
    return played


def _check_ending(bar: _Bar, can_be_first: bool, must_be_second: bool) -> None:
    if must_be_second and bar.ending != 2:
        raise ChartError(f"bar {bar.number} follows a first ending; write '2.' in front of it")
    if bar.ending == 1 and not can_be_first:
        raise ChartError(f"bar {bar.number}: '1.' outside of a repeat; write '|:' where the repeat begins")
    if bar.ending == 2 and not must_be_second:
        raise ChartError(f"bar {bar.number}: '2.' without a first ending; write '1.' in the repeat before it")
