"""Chords as the `<harmony>` elements of MusicXML say them: root, kind, degrees and bass."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from seqforge_jazz.chords import Chord

__all__ = ["Degree", "chord_from_harmony", "harmony_element"]

Degree = tuple[int, int, str]
"""Number, alteration in semitones and what is done with it: `add`, `alter` or `subtract`."""

_WRITTEN: dict[str, tuple[str, str, tuple[Degree, ...]]] = {
    "": ("major", "", ()),
    "6": ("major-sixth", "6", ()),
    "maj7": ("major-seventh", "maj7", ()),
    "7": ("dominant", "7", ()),
    "7b5": ("dominant", "7", ((5, -1, "alter"),)),
    "7alt": ("dominant", "7alt", ((5, 1, "alter"), (9, -1, "add"), (9, 1, "add"))),
    "m": ("minor", "m", ()),
    "m6": ("minor-sixth", "m6", ()),
    "m7": ("minor-seventh", "m7", ()),
    "m(maj7)": ("major-minor", "m(maj7)", ()),
    "m7b5": ("half-diminished", "m7b5", ()),
    "dim": ("diminished", "dim", ()),
    "dim7": ("diminished-seventh", "dim7", ()),
    "dim(maj7)": ("diminished", "dim(maj7)", ((7, 1, "add"),)),
    "+": ("augmented", "+", ()),
    "+7": ("augmented-seventh", "+7", ()),
    "+maj7": ("major-seventh", "maj7", ((5, 1, "alter"),)),
    "maj7b5": ("major-seventh", "maj7", ((5, -1, "alter"),)),
    "sus": ("suspended-fourth", "sus", ()),
    "sus2": ("suspended-second", "sus2", ()),
    "7sus": ("suspended-fourth", "7sus", ((7, 0, "add"),)),
    "7sus2": ("suspended-second", "7sus2", ((7, 0, "add"),)),
    "maj7sus": ("suspended-fourth", "maj7sus", ((7, 1, "add"),)),
    "5": ("power", "5", ()),
    "(b5)": ("major", "", ((5, -1, "alter"),)),
    "N.C.": ("none", "N.C.", ()),
}
"""MusicXML's kind, the text to print for it, and the degrees that it lacks, for each kind of chord.

Alterations of the fifth are printed as degrees; the text of the other kinds says their degrees itself.
"""

_STACKS: dict[str, str] = {
    "9": "dominant-ninth",
    "13": "dominant-13th",
    "maj9": "major-ninth",
    "maj13": "major-13th",
    "m9": "minor-ninth",
    "m11": "minor-11th",
    "m13": "minor-13th",
}
"""Suffixes that have a kind of their own."""

_TENSIONS: dict[str, Degree] = {
    "b9": (9, -1, "add"),
    "9": (9, 0, "add"),
    "#9": (9, 1, "add"),
    "11": (11, 0, "add"),
    "#11": (11, 1, "add"),
    "b13": (13, -1, "add"),
    "13": (13, 0, "add"),
}

_READ: dict[str, str] = {
    "augmented": "+",
    "augmented-seventh": "+7",
    "diminished": "dim",
    "diminished-seventh": "dim7",
    "dominant": "7",
    "dominant-ninth": "9",
    "dominant-11th": "11",
    "dominant-13th": "13",
    "half-diminished": "m7b5",
    "major": "",
    "major-minor": "m(maj7)",
    "major-ninth": "maj9",
    "major-11th": "maj11",
    "major-13th": "maj13",
    "major-seventh": "maj7",
    "major-sixth": "6",
    "minor": "m",
    "minor-ninth": "m9",
    "minor-11th": "m11",
    "minor-13th": "m13",
    "minor-seventh": "m7",
    "minor-sixth": "m6",
    "power": "5",
    "suspended-fourth": "sus",
    "suspended-second": "sus2",
}
"""The suffix of each kind that MusicXML names and a chord symbol can say."""

_WITH_ADDED_SEVENTH: dict[tuple[str, int], str] = {
    ("", 0): "7",
    ("", 1): "maj7",
    ("m", 0): "m7",
    ("m", 1): "m(maj7)",
    ("dim", -1): "dim7",
    ("dim", 0): "m7b5",
    ("dim", 1): "dim(maj7)",
    ("+", 0): "+7",
    ("+", 1): "+maj7",
    ("sus", 0): "7sus",
    ("sus", 1): "maj7sus",
    ("sus2", 0): "7sus2",
}
"""In an added degree the seventh is a minor one unless it is altered."""

_TRIADS = ("", "m", "dim", "+", "sus", "sus2", "5")

_SIGNS = {-1: "b", 0: "", 1: "#"}


def harmony_element(chord: Chord, offset: int = 0, *, as_text: bool = False) -> Element:
    """The chord as an element, `offset` divisions after the place where it stands.

    As text it has the symbol as we write it, without degrees: not every program keeps those that are not printed back.
    """
    kind, text, degrees, tensions = _kind_and_tensions(chord)
    if as_text and chord.root is not None:
        text = Chord(chord.root, chord.kind, chord.tensions).symbol.removeprefix(chord.root)
        degrees, tensions = (), ()
    harmony = Element("harmony", {"print-frame": "no"})
    root = SubElement(harmony, "root")
    if chord.root is None:
        # The schema wants a root even where no chord sounds; an empty text keeps it from being printed.
        SubElement(root, "root-step", {"text": ""}).text = "C"
    else:
        _add_note_name(root, "root", chord.root)
    SubElement(harmony, "kind", {"text": text} if text else {}).text = kind
    if chord.bass is not None:
        _add_note_name(SubElement(harmony, "bass"), "bass", chord.bass)
    for degree in degrees:
        _add_degree(harmony, degree, is_printed=degree[2] == "alter" and chord.kind != "7alt")
    for tension in tensions:
        _add_degree(harmony, _TENSIONS[tension], is_printed=True)
    if offset:
        SubElement(harmony, "offset", {"sound": "yes"}).text = str(offset)
    return harmony


def _kind_and_tensions(chord: Chord) -> tuple[str, str, tuple[Degree, ...], tuple[str, ...]]:
    """Kind, its text, the degrees that belong to the chord's kind, and the tensions that are left as degrees."""
    if chord.root is not None and chord.tensions:
        suffix = Chord(chord.root, chord.kind, chord.tensions).symbol.removeprefix(chord.root)
        head, _, inside = suffix.partition("(")
        if head in _STACKS:
            return _STACKS[head], head, (), tuple(inside.rstrip(")").split(",")) if inside else ()
    return *_WRITTEN[chord.kind], chord.tensions


def _add_degree(harmony: Element, degree: Degree, *, is_printed: bool) -> None:
    element = SubElement(harmony, "degree", {} if is_printed else {"print-object": "no"})
    for tag, value in zip(("degree-value", "degree-alter", "degree-type"), degree, strict=True):
        SubElement(element, tag).text = str(value)


def _add_note_name(parent: Element, role: str, name: str) -> None:
    SubElement(parent, f"{role}-step").text = name[0]
    if len(name) > 1:
        SubElement(parent, f"{role}-alter").text = {"b": "-1", "#": "1"}[name[1]]


def chord_from_harmony(
    root: str | None, kind: str, degrees: Iterable[Degree] = (), bass: str | None = None, text: str = ""
) -> Chord:
    """The chord of a harmony's fields; `ChordError` shows the symbol if no chord can say it.

    The printed `text` counts only where the kind says nothing, and for altered chords, which have no kind.
    """
    if kind == "none" or root is None:
        return Chord.parse("N.C.")
    on_bass = f"/{bass}" if bass is not None and bass != root else ""
    if text.lower() in ("alt", "7alt"):
        suffix, rest = "7alt", [degree for degree in degrees if degree not in _WRITTEN["7alt"][2]]
    elif kind in _READ:
        suffix, rest = _READ[kind], list(degrees)
    else:
        return Chord.parse(f"{root}{text or kind}{on_bass}")
    changes = []
    for value, alter, change in rest:
        name = f"{_SIGNS.get(alter, '?')}{value}"
        if change == "subtract":
            changes.append(f"no{value}")
        elif change == "add" and value == 7 and (suffix, alter) in _WITH_ADDED_SEVENTH:
            suffix = _WITH_ADDED_SEVENTH[suffix, alter]
        elif change == "add" and suffix in _TRIADS:
            # Without the word an altered tension would bring a seventh with it.
            changes.append(f"add{name}")
        else:
            changes.append(name)
    inside = f"({','.join(changes)})" if changes else ""
    return Chord.parse(f"{root}{suffix}{inside}{on_bass}")
