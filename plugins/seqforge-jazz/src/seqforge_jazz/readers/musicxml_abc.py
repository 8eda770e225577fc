"""Readers of MusicXML and ABC, by way of music21.

What both take: the part that is called melody, voice, solo or lead, otherwise the first with notes; of several voices
the first, of chords the top note. Ties are joined, repeats and endings played out (da capo and codas are not
followed), grace notes left out. Transposing instruments are read as they sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from music21 import abcFormat, key, stream, tempo
from music21.abcFormat import translate
from music21.musicxml import xmlToM21

from seqforge import DataError, RequestError, Source
from seqforge_jazz.chords import Chord
from seqforge_jazz.keys import Key, likely_key
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers import abc_source, xml_source
from seqforge_jazz.readers.bars import line_and_chart
from seqforge_jazz.readers.grid import fitting_instrument

__all__ = ["ABCReader", "MusicXMLReader"]

_TEMPO_BPM, _SWING = 160.0, 0.62

Result = TypeVar("Result")


class MusicXMLReader:
    """Gives the one `LeadSheet` of a MusicXML file, compressed or not. Chord symbols are read from their fields."""

    def read(self, path: Path) -> Iterator[LeadSheet]:
        """The lead sheet; `DataError` says why there is none."""
        root = xml_source.read_score(path)

        def convert() -> LeadSheet:
            xml_source.keep_melody(root)
            semitones = xml_source.transposition(root)
            chords = xml_source.set_chords_apart(root)
            # Neither this importer nor the ABC handler below looks into music21's cache of pickled scores.
            importer = xmlToM21.MusicXMLImporter()
            importer.xmlRootToScore(root, importer.stream)
            return _lead_sheet(importer.stream, chords, path.stem, semitones, xml_source.swing_of(root) or _SWING)

        yield _named_errors(convert, path.name)


class ABCReader:
    """Gives a `LeadSheet` for every tune of an ABC file; a `Source` with the reason stands in for a failed one."""

    def read(self, path: Path) -> Iterator[LeadSheet | Source]:
        """The tunes in the order of the file; `DataError` if it is too large or not text."""
        if path.stat().st_size > xml_source.LARGEST_SCORE:
            raise DataError(f"{path.name}: larger than {xml_source.LARGEST_SCORE} bytes")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            text = path.read_text(encoding="latin-1")
        tunes = list(abc_source.tunes(text))
        for number, tune in enumerate(tunes, start=1):
            name = path.name if len(tunes) == 1 else f"{path.name}, tune {number}"
            try:
                yield _named_errors(partial(_tune, tune, path.stem), name)
            except DataError as error:
                if len(tunes) == 1:
                    raise
                yield Source(name, 0, str(error))


def _tune(text: str, file_name: str) -> LeadSheet:
    plain, chords = abc_source.set_chords_apart(text)
    handler = abcFormat.ABCFile().readstr(plain)
    return _lead_sheet(translate.abcToStreamScore(handler), chords, file_name, 0, _SWING)


def _named_errors(convert: Callable[[], Result], name: str) -> Result:
    """The result; whatever goes wrong in reading becomes a `DataError` that names the source."""
    try:
        return convert()
    except RequestError as error:
        raise DataError(f"{name}: {error}") from None
    except Exception as error:  # on damaged files music21 raises what it happens to stumble on
        reason = " ".join(str(error).split())
        raise DataError(f"{name}: music21 can't read it ({type(error).__name__}: {reason:.200})") from error


def _lead_sheet(
    score: stream.Score, chords: Mapping[str, Chord], file_name: str, semitones: int, swing: float
) -> LeadSheet:
    """The lead sheet of a score that is written `semitones` below where it sounds."""
    part = _melody_part(score)
    notes, chart = line_and_chart(part, chords)
    if not notes:
        raise DataError("no notes")
    written = _key(part, likely_key(chart))
    sounding = written.transposed(semitones)
    if semitones:
        chart = chart.transposed(semitones, written.letters_to(sounding))
        notes = tuple(Note(note.start, note.duration, note.pitch + semitones) for note in notes)
    metadata = score.metadata
    title = (metadata.bestTitle if metadata is not None else None) or file_name
    composer = metadata.composer if metadata is not None else None
    return LeadSheet(
        title=title,
        chart=chart,
        notes=notes,
        key=str(sounding),
        tempo_bpm=_tempo_bpm(score),
        swing=swing,
        instrument=fitting_instrument(notes),
        group=title.casefold(),
        citation=composer or "",
    )


def _melody_part(score: stream.Score) -> stream.Part:
    parts = [part for part in score.parts if part.recurse().notes]
    if not parts:
        raise DataError("no notes")
    named = (part for part in parts if any(name in (part.partName or "").lower() for name in xml_source.MELODY_NAMES))
    return next(named, parts[0])


def _key(part: stream.Part, likely: Key) -> Key:
    """The key that is written; where only a signature is, what the chords suggest decides between major and minor."""
    signature = part.recurse().getElementsByClass(key.KeySignature).first()
    if signature is None or not -7 <= signature.sharps <= 7:
        return likely
    if isinstance(signature, key.Key) and signature.mode in ("major", "minor"):
        name = signature.tonic.name.replace("-", "b")
        return Key.parse(name + ("m" if signature.mode == "minor" else ""))
    if likely.fifths == signature.sharps:
        return likely
    return Key.parse(signature.asKey("major").tonic.name.replace("-", "b"))


def _tempo_bpm(score: stream.Score) -> float:
    mark = score.recurse().getElementsByClass(tempo.MetronomeMark).first()
    quarters = mark.getQuarterBPM() if mark is not None else None
    return float(quarters) if quarters and 20 <= quarters <= 500 else _TEMPO_BPM
