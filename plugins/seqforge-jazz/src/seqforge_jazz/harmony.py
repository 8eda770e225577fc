"""Chords as the `<harmony>` elements of MusicXML say them: root, kind, degrees and bass."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement  # noqa: S405  # only to write

from seqforge_jazz.chords import Chord

__all__ = ["Degree", "chord_from_harmony", "harmony_element"]

Degree = tuple[int, int, str]
"""Number, alteration in semitones and what is done with it: `add`, `alter` or `subtract`."""

_WRITTEN: dict[str, tuple[str, tuple[Degree, ...]]] = {
    "": ("major", ()),
    "6": ("major-sixth", ()),
    "maj7": ("major-seventh", ()),
    "7": ("dominant", ()),
    "7b5": ("dominant", ((5, -1, "alter"),)),
    "7alt": ("dominant", ((5, 1, "alter"), (9, -1, "add"), (9, 1, "add"))),
    "m": ("minor", ()),
    "m6": ("minor-sixth", ()),
    "m7": ("minor-seventh", ()),
    "m(maj7)": ("major-minor", ()),
    "m7b5": ("half-diminished", ()),
    "dim": ("diminished", ()),
    "dim7": ("diminished-seventh", ()),
    "dim(maj7)": ("diminished", ((7, 1, "add"),)),
    "+": ("augmented", ()),
    "+7": ("augmented-seventh", ()),
    "+maj7": ("major-seventh", ((5, 1, "alter"),)),
    "maj7b5": ("major-seventh", ((5, -1, "alter"),)),
    "sus": ("suspended-fourth", ()),
    "sus2": ("suspended-second", ()),
    "7sus": ("suspended-fourth", ((7, 0, "add"),)),
    "7sus2": ("suspended-second", ((7, 0, "add"),)),
    "maj7sus": ("suspended-fourth", ((7, 1, "add"),)),
    "5": ("power", ()),
    "(b5)": ("major", ((5, -1, "alter"),)),
    "N.C.": ("none", ()),
}
"""MusicXML's kind, and the degrees that it lacks, for each kind of chord."""

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

_SIGNS = {-1: "b", 0: "", 1: "#"}


def harmony_element(chord: Chord, offset: int = 0) -> Element:
    """The chord as an element, `offset` divisions after the place where it stands.

    The text of the kind shows the whole suffix, so the degrees are there for programs only and not printed.
    """
    kind, degrees = _WRITTEN[chord.kind]
    harmony = Element("harmony", {"print-frame": "no"})
    root = SubElement(harmony, "root")
    if chord.root is None:
        # The schema wants a root even where no chord sounds; programs show the text of the kind alone.
        SubElement(root, "root-step", {"text": ""}).text = "C"
        SubElement(harmony, "kind", {"text": "N.C."}).text = kind
    else:
        _add_note_name(root, "root", chord.root)
        suffix = Chord(chord.root, chord.kind, chord.tensions).symbol.removeprefix(chord.root)
        SubElement(harmony, "kind", {"text": suffix} if suffix else {}).text = kind
    if chord.bass is not None:
        _add_note_name(SubElement(harmony, "bass"), "bass", chord.bass)
    for value, alter, change in (*degrees, *(_TENSIONS[tension] for tension in chord.tensions)):
        degree = SubElement(harmony, "degree", {"print-object": "no"})
        SubElement(degree, "degree-value").text = str(value)
        SubElement(degree, "degree-alter").text = str(alter)
        SubElement(degree, "degree-type").text = change
    if offset:
        SubElement(harmony, "offset", {"sound": "yes"}).text = str(offset)
    return harmony


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
    if kind not in _READ or text.lower() in ("alt", "7alt"):
        return Chord.parse(f"{root}{text or kind}{on_bass}")
    suffix, changes = _READ[kind], []
    for value, alter, change in degrees:
        if change == "subtract":
            changes.append(f"no{value}")
        elif change == "add" and (suffix, alter) in _WITH_ADDED_SEVENTH and value == 7:
            suffix = _WITH_ADDED_SEVENTH[suffix, alter]
        else:
            changes.append(f"{_SIGNS.get(alter, '?')}{value}")
    inside = f"({','.join(changes)})" if changes else ""
    return Chord.parse(f"{root}{suffix}{inside}{on_bass}")
