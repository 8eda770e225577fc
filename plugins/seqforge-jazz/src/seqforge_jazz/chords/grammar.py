"""The grammar of chord symbols.

    symbol  = "N.C." | root [quality] {item} ["/" bass]
    quality = minor | diminished | half-diminished | augmented | "5" | "2" | "4"
    item    = major mark | number | alteration | "add" number | "sus" | "alt" | "(" | ")" | "," | "/" before a digit

A number after the root or the quality (`7`, `9`, `13`) is the height of the stack of thirds; after a `7` or a `6` it
is a single tension. Directly behind a `7`, as the Weimar Jazz Database writes it, an accidental follows its tension
(`79b13` has b9 and 13); everywhere else it leads (`9b13` has 9 and b13).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, NoReturn

from seqforge import RequestError
from seqforge_jazz.chords import kinds, spelling
from seqforge_jazz.chords.stacks import stacked_tensions

LONGEST_SYMBOL = 80
_SHOWN = 30


class ChordError(RequestError):
    """A chord symbol that is not understood; the message points at the place."""

    def __init__(self, symbol: str, column: int, reason: str = "") -> None:
        rest = symbol[column - 1 :]
        place = f"'{_shortened(rest)}' at column {column}" if rest.strip() else f"its end, column {column},"
        super().__init__(
            f"chord '{_shortened(symbol)}': {place} is not understood{reason and f' ({reason})'};"
            " write chords like Dm7, G7(b9,13), Bbmaj7, F#m7b5, C6/9, A-7/D, N.C."
        )


def _shortened(text: str) -> str:
    """Return `text` fit for one line of a message."""
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return "".join(character if character.isprintable() else " " for character in shown)


class ParsedChord(NamedTuple):
    """What a symbol says, in the order of the fields of a chord."""

    root: str | None
    kind: str
    tensions: tuple[str, ...]
    bass: str | None


# One character each, so that columns stay where they are.
_SAME = str.maketrans("♭♯Δ∆△▵ØøΦ°º˚−–‐⁵⁶⁷⁹", "b#^^^^hhhooo---5679")

_NO_CHORD = re.compile(r"n\.?\s?c\.?|n", re.IGNORECASE)
_ROOT = re.compile(r"([A-Ga-g])(bb(?!5|9|13)|##|b|#|)")
_BASS = re.compile(r"/\s*([A-Ga-g])(bb|##|b|#|)\s*$")
_MAJOR = r"(?:maj(?:or)?|Maj(?:or)?|MAJ|ma|Ma|MA|M|j|\^)"
_QUALITY = re.compile(
    r"(?P<half>hdim|half-?dim|h)"
    r"|(?P<diminished>dim|DIM|Dim|o)"
    r"|(?P<augmented>aug|AUG|Aug|\+5?)"
    r"|(?P<minor>minor|Minor|min|Min|MIN|mi|Mi|MI|m(?!aj|a(?!dd|ug|lt))|-)"
    r"|(?P<dominant>dom(?=\d))"
    r"|(?P<power>5(?=$|\())"
    r"|(?P<second>2)"
    r"|(?P<fourth>4)"
)
_ITEM = re.compile(
    r"(?P<open>\()"
    r"|(?P<close>\))"
    r"|(?P<separator>[,\s]+|/(?=[b#+-]?\d|" + _MAJOR + r"))"
    r"|(?P<alt>alt\.?)"
    r"|(?P<add>add\s?(?P<added>[b#]?(?:2|4|6|9|11|13)))"
    r"|(?P<sus>sus(?P<suspended>[24]?))"
    r"|(?P<major>" + _MAJOR + r")(?P<height>69|6|7|9|11|13)?"
    r"|(?P<alteration>(?P<accidental>[b#+-])(?P<degree>4|5|6|7|9|10|11|13))"
    r"|(?P<augmented>aug|\+)"
    r"|(?P<number>69|6|7|9|11|13)"
)
_RUN = re.compile(r"(9|11|13)([b#](?!5))?")

_DEGREES = {"2": "9", "4": "11", "6": "13", "b10": "#9", "b6": "b13", "#4": "#11", "b2": "b9"}
_KIND_OF = {tones: kind for kind, tones in kinds.KIND_TONES.items() if kind not in ("7alt", "N.C.")}


@lru_cache(maxsize=4096)
def read(text: str) -> ParsedChord:
    """Return what the symbol says; `ChordError` if it is not understood."""
    lead = len(text) - len(text.lstrip())
    symbol = text.strip()
    if _NO_CHORD.fullmatch(symbol):
        return ParsedChord(None, "N.C.", (), None)
    plain = symbol.translate(_SAME)
    root = _ROOT.match(plain)
    if root is None:
        raise ChordError(text, lead + 1, "a chord starts with its root, A to G")
    if len(symbol) > LONGEST_SYMBOL:
        raise ChordError(text, lead + LONGEST_SYMBOL + 1, f"longer than {LONGEST_SYMBOL} characters")
    bass = _BASS.search(plain, root.end())
    suffix = _Suffix(text, plain[: bass.start()] if bass else plain, lead)
    kind, tensions = suffix.read(root.end())
    root_name = _note_name(root)
    bass_name = _note_name(bass) if bass else None
    return ParsedChord(root_name, kind, tensions, None if bass_name == root_name else bass_name)


def _note_name(match: re.Match[str]) -> str:
    """Return the name that a match of letter and accidentals stands for, with one accidental at most."""
    letter = match[1].upper()
    shift = match[2].count("#") - match[2].count("b")
    return spelling.spelled(spelling.LETTERS.index(letter), (spelling.NATURALS[letter] + shift) % 12)


class _Suffix:
    """Reads what follows the root, one item after the other."""

    def __init__(self, text: str, plain: str, lead: int) -> None:
        self.text = text
        self.plain = plain
        self.lead = lead
        self.place = 0
        self.opened: list[int] = []
        self.third: int | None = 4
        self.fifth = 7
        self.seventh: int | None = None
        self.height = ""
        self.is_major = False
        self.is_altered = False
        self.tensions: set[str] = set()
        self.added: set[str] = set()

    def read(self, start: int) -> tuple[str, tuple[str, ...]]:
        """Kind and tensions of the symbol from `start` on."""
        self.place = start
        quality = _QUALITY.match(self.plain, start)
        if quality:
            self._take_quality(str(quality.lastgroup))
            self.place = quality.end()
        while self.place < len(self.plain):
            item = _ITEM.match(self.plain, self.place)
            if item is None:
                self._fail()
            self._take_item(item)
        if self.opened:
            self.place = self.opened[-1]
            self._fail("the bracket is never closed")
        return self._kind_and_tensions()

    def _fail(self, reason: str = "") -> NoReturn:
        raise ChordError(self.text, self.lead + self.place + 1, reason)

    def _take_quality(self, quality: str) -> None:
        if quality in ("minor", "diminished", "half"):
            self.third = 3
        if quality in ("diminished", "half"):
            self.fifth = 6
        if quality == "half":
            self.seventh = 10
        if quality == "augmented":
            self.fifth = 8
        self.third = {"power": None, "second": 2, "fourth": 5}.get(quality, self.third)

    def _take_item(self, item: re.Match[str]) -> None:
        name = str(item.lastgroup)
        end = item.end()
        if item["open"]:
            self.opened.append(self.place)
        elif item["close"]:
            if not self.opened:
                self._fail("no bracket was opened")
            self.opened.pop()
        elif item["alt"]:
            self.is_altered = True
        elif item["sus"]:
            self.third = 2 if item["suspended"] == "2" else 5
        elif item["add"]:
            self.added.add(_DEGREES.get(item["added"], item["added"]))
        elif item["alteration"]:
            self._alter({"+": "#", "-": "b"}.get(item["accidental"], item["accidental"]), item["degree"])
        elif item["augmented"]:
            self._alter("#", "5")
        elif item["major"]:
            self._take_major(item)
            end = self._take_run(item["height"], end)
        elif name == "number":
            self._take_number(item["number"])
            end = self._take_run(item["number"], end)
        self.place = end

    def _take_major(self, item: re.Match[str]) -> None:
        if self.height or self.is_major:
            self._fail()
        self.is_major = True
        if item["height"]:
            self._stack(item["height"])
        elif item["major"] in ("^", "j") or self.third == 3:
            self.seventh = 11

    def _take_number(self, number: str) -> None:
        if number in ("9", "11", "13") and (self.height or self.opened):
            self.tensions.add(number)
        elif number == "6" and self.height not in ("", "6", "69"):
            self.tensions.add("13")
        elif self.height:
            self._fail()
        else:
            self._stack(number)

    def _stack(self, number: str) -> None:
        """Pile up thirds to the seventh or beyond, or add the sixth."""
        self.height = number
        if number in ("6", "69"):
            if self.seventh is not None:
                self._fail()
            self.seventh = 9
            self.tensions.update({"9"} if number == "69" else ())
        elif self.is_major:
            self.seventh = 11
        elif self.seventh is None:
            self.seventh = 9 if (self.third, self.fifth) == (3, 6) else 10

    def _take_run(self, number: str | None, end: int) -> int:
        """Tensions directly behind a 6 or 7, each with its accidental behind it; return where they end."""
        if number not in ("6", "69", "7"):
            return end
        while tension := _RUN.match(self.plain, end):
            self._alter(tension[2] or "", tension[1], at=end)
            end = tension.end()
        return end

    def _alter(self, accidental: str, degree: str, at: int | None = None) -> None:
        self.place = self.place if at is None else at
        if degree == "5":
            if self.fifth == 7:
                self.fifth = 8 if accidental == "#" else 6
            else:
                self.tensions.add("b13" if accidental == "#" else "#11")
            return
        if degree == "7" and accidental == "#" and self.third == 3 and self.seventh is None:
            self.seventh, self.height = 11, "7"
            return
        tension = _DEGREES.get(accidental + degree, accidental + degree)
        if tension not in kinds.TENSIONS:
            self._fail(f"no tension is called {accidental}{degree}")
        self.tensions.add(tension)

    def _kind_and_tensions(self) -> tuple[str, tuple[str, ...]]:
        tensions = self._all_tensions()
        if self.is_altered:
            if self.third != 4 or self.seventh not in (None, 10):
                self._fail("'alt' goes with a dominant seventh only")
            return "7alt", _ordered(tensions)
        as_tension = {6: "#11", 8: "b13"}.get(self.fifth, "")
        for fifth, seventh, instead in (
            (self.fifth, self.seventh, ""),
            (7, self.seventh, as_tension),
            (self.fifth, None, "13" if self.seventh == 9 else ""),
        ):
            tones = tuple(tone for tone in (0, self.third, fifth, seventh) if tone is not None)
            if tones in _KIND_OF:
                return _KIND_OF[tones], _ordered({*tensions, *((instead,) if instead else ())})
        return self._fail("these parts do not go together")

    def _all_tensions(self) -> set[str]:
        """Return the tensions that are written and those that the stack brings; may settle third and seventh."""
        if (self.third, self.fifth, self.seventh, self.height) == (4, 7, 10, "11"):
            self.third = 5  # players leave out the third under a natural eleventh
        if self.seventh is None and self.tensions:
            if self.is_major:
                self.seventh = 11
            elif self.third != 3 and kinds.ALTERATIONS & self.tensions:
                self.seventh = 10
        written = self.tensions | self.added
        return written | stacked_tensions(self.third, self.height, written)


def _ordered(tensions: set[str]) -> tuple[str, ...]:
    return tuple(tension for tension in kinds.TENSIONS if tension in tensions)
