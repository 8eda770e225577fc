"""MusicXML files, compressed or not, opened with care: limits, no entities, chords set apart."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, SubElement

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from seqforge import DataError
from seqforge_jazz.chords import Chord
from seqforge_jazz.harmony import Degree, chord_from_harmony

__all__ = [
    "LARGEST_SCORE",
    "MELODY_NAMES",
    "keep_melody",
    "read_score",
    "set_chords_apart",
    "swing_of",
    "transposition",
]

LARGEST_SCORE = 32_000_000
"""The most bytes that a score may have, unpacked."""

MELODY_NAMES = ("melody", "voice", "solo", "lead")


def read_score(path: Path) -> Element:
    """The root of the score; `DataError` if there is none."""
    if path.stat().st_size > LARGEST_SCORE:
        raise DataError(f"{path.name}: {path.stat().st_size} bytes; allowed: at most {LARGEST_SCORE}")
    data = path.read_bytes()
    try:
        if data[:2] == b"PK":
            data = _unpacked(data, path.name)
        root: Element = fromstring(data)
    except (
        ParseError, DefusedXmlException, zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, ValueError
    ) as error:  # fmt: skip
        raise DataError(f"{path.name}: not a MusicXML file ({error})") from None
    if root.tag != "score-partwise":
        raise DataError(f"{path.name}: the root is <{root.tag}>; allowed: <score-partwise>")
    return root


def _unpacked(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo(_score_name(archive))
        if member.file_size > LARGEST_SCORE:
            raise DataError(f"{name}: {member.file_size} bytes unpacked; allowed: at most {LARGEST_SCORE}")
        with archive.open(member) as score:
            return score.read(LARGEST_SCORE)


def _score_name(archive: zipfile.ZipFile) -> str:
    """The file that the container names; where it names none, or is no XML, the first one that looks like a score."""
    names = archive.namelist()
    container = "META-INF/container.xml"
    if container in names and archive.getinfo(container).file_size < LARGEST_SCORE:
        # Some programs write titles with quotation marks into the container as they are.
        with contextlib.suppress(ParseError):
            for element in fromstring(archive.read(container)).iter():
                if element.tag.endswith("rootfile") and element.get("full-path") in names:
                    return str(element.get("full-path"))
    scores = [name for name in names if name.endswith(("xml", ".musicxml")) and not name.startswith("META-INF/")]
    if not scores:
        raise KeyError("no score in the archive")
    return scores[0]


def set_chords_apart(root: Element) -> dict[str, Chord]:
    """Put a text in the place of each chord symbol; return the chord of each text.

    Fields count, not figures made from them, and the reader of the notes has no chords to fail on.
    """
    chords: dict[str, Chord] = {}
    for measure in root.iter("measure"):
        for harmony in measure.findall("harmony"):
            name = f"chord symbol {len(chords) + 1}"
            chords[name] = _chord(harmony)
            offset = harmony.findtext("offset")
            harmony.clear()
            harmony.tag = "direction"
            SubElement(SubElement(harmony, "direction-type"), "words").text = name
            if offset is not None:
                SubElement(harmony, "offset").text = offset
    return chords


def _chord(harmony: Element) -> Chord:
    kind = harmony.find("kind")
    degrees: list[Degree] = [
        (
            int(degree.findtext("degree-value") or 0),
            round(float(degree.findtext("degree-alter") or 0)),
            (degree.findtext("degree-type") or "add").strip(),
        )
        for degree in harmony.findall("degree")
    ]
    return chord_from_harmony(
        _note_name(harmony, "root"),
        (kind.text or "").strip() if kind is not None else "",
        degrees,
        _note_name(harmony, "bass"),
        (kind.get("text") or "").strip() if kind is not None else "",
    )


def _note_name(harmony: Element, role: str) -> str | None:
    step = harmony.findtext(f"{role}/{role}-step")
    if not step:
        return None
    alter = round(float(harmony.findtext(f"{role}/{role}-alter") or 0))
    return step.strip() + ("#" * alter if alter > 0 else "b" * -alter)


def swing_of(root: Element) -> float | None:
    """The share of the beat that its first eighth takes, if the score says so."""
    swing = root.find(".//sound/swing")
    if swing is None:
        return None
    first, second = (float(swing.findtext(tag) or 1) for tag in ("first", "second"))
    return first / (first + second)


def keep_melody(root: Element) -> None:
    """Take all parts out of the score but the one that `MELODY_NAMES` point to, or else the first with notes."""
    names = {part.get("id"): (part.findtext("part-name") or "").lower() for part in root.iter("score-part")}
    parts = [part for part in root.findall("part") if part.find("measure/note/pitch") is not None]
    if not parts:
        raise DataError("no notes")
    named = (part for part in parts if any(name in names.get(part.get("id"), "") for name in MELODY_NAMES))
    melody = next(named, parts[0])
    for part in root.findall("part"):
        if part is not melody:
            root.remove(part)


def transposition(root: Element) -> int:
    """Semitones from the written to the sounding pitch of the only part; 0 unless the score says so."""
    move = root.find("part/measure/attributes/transpose")
    if move is None:
        return 0
    return round(float(move.findtext("chromatic") or 0)) + 12 * int(move.findtext("octave-change") or 0)
