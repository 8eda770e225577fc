"""The music of an iReal Pro tune, read sign by sign into written bars."""

from __future__ import annotations

import re

from seqforge import RequestError
from seqforge_jazz.charts import LARGEST_CHART
from seqforge_jazz.chords import NO_CHORD, Chord
from seqforge_jazz.ireal.bars import Bar, Change, Jump, OverBass, on_beats
from seqforge_jazz.ireal.symbols import CHORD_PATTERN, read_symbol

__all__ = ["read_music"]

_SIGN = re.compile(
    rf"(?P<chord>{CHORD_PATTERN})"
    r"|(?P<invisible>W)(?:/(?P<over>[A-G][b#]?))?"
    r"|(?P<line>[|\[\]{}Z])"
    r"|T(?P<metre>[0-9]{2})"
    r"|N(?P<ending>[0-9])"
    r"|<(?P<text>[^<>]*)>"
    r"|\*(?P<section>[A-Za-z]?)"
    r"|(?P<sign>[SQf])"
    r"|(?P<cell>[ npxr])"
    r"|\([^()]*\)|[UslY,\r\n\t]"  # chords that others play instead, the end of the last chorus, layout
)
_METRES = {"44": 4, "22": 4, "34": 3}
_JUMP = re.compile(
    r"D\.? ?(?P<from>[CS])\.?(?: al (?:(?P<to>coda|fine)|(?P<ending>[1-9])(?:st|nd|rd|th) end(?:ing)?))?\.?",
    re.IGNORECASE,
)
_MENTIONED_JUMP = re.compile(r"\bD\. ?[CS]\.", re.IGNORECASE)
_TIMES = re.compile(r"([1-9][0-9]?) ?x", re.IGNORECASE)
_HEIGHT = re.compile(r"\*[0-9]{2}")  # of a text above its line
_SHOWN = 20


def read_music(music: str) -> tuple[int, list[Bar], list[str]]:
    """Beats a bar, the bars as written, and what somebody should know of how they were understood."""
    reading = _Reading()
    place = 0
    while place < len(music):
        sign = _SIGN.match(music, place)
        if sign is None:
            hint = "the link may be cut off" if music[place] in "<(" else "write the chart as text instead"
            raise RequestError(f"bar {reading.number}: '{_shown(music[place:])}' is not understood; {hint}")
        reading.take(sign)
        place = sign.end()
    reading.end_bar("")
    if not any(bar.changes for bar in reading.bars):
        raise RequestError("there is no chord in it")
    return reading.beats, _with_second_bars(reading.bars), reading.notes


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])


def _with_second_bars(bars: list[Bar]) -> list[Bar]:
    """The bars with two for each `r`: the empty one behind it, or where it stands alone another one."""
    written: list[Bar] = []
    is_second = False
    for bar in bars:
        if is_second:
            is_second = False
            if not bar.changes and not bar.repeats:
                bar.repeats = 2
                written.append(bar)
                continue
            second = Bar(written[-1].number, repeats=2)
            written[-1].give_end(second)
            written.append(second)
        is_second = bar.repeats == 2
        written.append(bar)
    if is_second:
        second = Bar(written[-1].number, repeats=2)
        written[-1].give_end(second)
        written.append(second)
    return written


class _Reading:
    """What has been read: whole bars, and the signs and cells of the next one."""

    def __init__(self) -> None:
        self.beats = 0
        self.bars: list[Bar] = []
        self.notes: list[str] = []
        self.line = "Z"  # the bar line before
        self.bar = Bar(1)
        self.chords: list[Change] = []
        self.cells = 0
        self.is_filled = False
        self.last_ending = 0

    @property
    def number(self) -> int:
        """Of the bar that is being read, from 1."""
        return len(self.bars) + 1

    def take(self, sign: re.Match[str]) -> None:
        """Take in one sign."""
        if sign["chord"]:
            self._take_chord(sign)
        elif sign["line"]:
            self._take_line(sign["line"])
        elif sign["cell"]:
            self._take_cell(sign["cell"])
        elif sign["invisible"]:
            self._fill_cell(OverBass(sign["over"]) if sign["over"] else None)
        elif sign["metre"]:
            self._take_metre(sign["metre"])
        elif sign["ending"]:
            self._take_ending(int(sign["ending"]))
        elif sign["text"] is not None:
            self._take_text(" ".join(_HEIGHT.sub("", sign["text"], count=1).split()))
        elif sign["section"]:
            self.bar.section = sign["section"]
        elif sign["sign"]:
            self._take_sign(sign["sign"])

    def end_bar(self, line: str) -> None:
        """End the bar at a bar line. Nothing but empty cells is a bar between two bar lines, and layout elsewhere."""
        is_empty_bar = self.cells > 0 and line != "" and self.line in "|[{" and bool(self.bars)
        if not (self.is_filled or is_empty_bar):
            self.cells = 0
            if self.bars and self.line in "]}Z":
                self.bar.give_words(self.bars[-1])
            return
        if len(self.bars) == LARGEST_CHART:
            raise RequestError(f"bar {self.number:,} is too many; allowed: {LARGEST_CHART:,}")
        self.beats = self.beats or 4
        if len(self.chords) > self.beats:
            raise RequestError(f"bar {self.number} has {len(self.chords)} chords; allowed: {self.beats}, one a beat")
        if self.chords and self.bar.repeats:
            raise RequestError(f"bar {self.number} has chords beside the sign for a bar like the one before")
        self.bar.number = self.number
        self.bar.changes = on_beats(self.chords, self.cells, self.beats)
        self.bars.append(self.bar)
        self.bar, self.chords, self.cells, self.is_filled = Bar(self.number), [], 0, False

    def _take_line(self, line: str) -> None:
        self.end_bar(line)
        if self.bars:
            last = self.bars[-1]
            last.closes = last.closes or line == "}"
            last.is_section_end = last.is_section_end or line in "[]Z"
        self.bar.opens = self.bar.opens or line == "{"
        self.line = line

    def _take_chord(self, sign: re.Match[str]) -> None:
        chord, unknown = read_symbol(sign["root"], sign["quality"], sign["bass"])
        if unknown:
            self.notes.append(f"bar {self.number}: chord '{_shown(sign['chord'])}' is read as {chord}")
        self._fill_cell(chord)

    def _take_cell(self, sign: str) -> None:
        if sign == " ":
            self.cells += 1
            return
        if sign in "xr":
            self.bar.repeats = 1 if sign == "x" else 2
        self._fill_cell(NO_CHORD if sign == "n" else None)

    def _fill_cell(self, chord: Chord | OverBass | None) -> None:
        if chord is not None:
            self.chords.append((self.cells, chord))
        self.cells += 1
        self.is_filled = True

    def _take_metre(self, metre: str) -> None:
        beats = _METRES.get(metre)
        written = "12/8" if metre == "12" else f"{metre[0]}/{metre[1]}"
        if beats is None:
            raise RequestError(f"bar {self.number} is in {written}; allowed: 4/4, 2/2 and 3/4")
        if self.beats not in (0, beats) or (self.is_filled and not self.beats):
            raise RequestError(f"bar {self.number} changes to {written}; allowed: one metre from bar 1 to the end")
        self.beats = beats

    def _take_ending(self, number: int) -> None:
        if self.is_filled:
            raise RequestError(f"bar {self.number}: an ending begins inside it; allowed: at a bar line")
        self.last_ending = self.bar.ending = number or self.last_ending + 1

    def _take_text(self, text: str) -> None:
        times, jump = _TIMES.fullmatch(text), _JUMP.fullmatch(text)
        if times:
            self.bar.times = int(times[1])
        elif text.casefold() in ("fine", "fine."):
            self.bar.fine = True
        elif jump:
            to = "ending" if jump["ending"] else (jump["to"] or "fine").lower()
            self.bar.jumps.append(Jump(text, jump["from"] in "sS", to, int(jump["ending"] or 0)))
        elif _MENTIONED_JUMP.search(text):
            self.notes.append(f"bar {self.number}: '{_shown(text)}' is not followed; allowed: words like D.C. al Coda")

    def _take_sign(self, sign: str) -> None:
        if sign == "S":
            self.bar.segno = True
        elif sign == "f":
            self.bar.fermata = True
        elif self.is_filled:
            self.bar.coda_after = True
        else:
            self.bar.coda_before = True
