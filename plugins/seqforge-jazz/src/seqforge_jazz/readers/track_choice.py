"""Which of a MIDI file's tracks plays the melody, and which one the chords."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seqforge import DataError
from seqforge_jazz.readers.midi_file import PlayedNote, Track, printable
from seqforge_jazz.readers.quantization import struck_together

__all__ = ["Choice", "bass_track", "chord_track", "melody_track"]

AUTO = "auto"
_MELODY_NAMES = ("melody", "melodie", "solo", "lead", "vocal", "voice", "theme")
_CHORD_NAMES = ("chord", "comping", "harmony", "accompaniment")
_BASS_PROGRAMS = range(32, 40)
_SMALLEST_CHORD = 3
_MOST_TRACKS_LISTED = 24


@dataclass(frozen=True)
class Choice:
    """A track by its number among those that sound, and why it was taken."""

    number: int
    track: Track
    reason: str

    def __str__(self) -> str:
        return f"track {_label(self.number, self.track)} ({self.reason})"


def melody_track(tracks: Sequence[Track], wanted: str, pulses_per_quarter: int) -> Choice:
    """The track that `wanted` names; `auto`: one called melody, solo or lead, else the one with most single notes.

    Drums and bass are taken only if nothing else plays.
    """
    if wanted != AUTO:
        return _named(tracks, wanted, "data.melody_track")
    pitched = _without_drums(tracks, "data.melody_track")
    numbers = [number for number in pitched if not _is_bass(tracks[number])] or pitched
    called = _called(tracks, numbers, _MELODY_NAMES)
    if called is not None:
        return Choice(called, tracks[called], "called so")

    def alone(number: int) -> int:
        return _count(tracks[number].notes, pulses_per_quarter, lambda size: size == 1)

    best = max(numbers, key=lambda number: (alone(number), len(tracks[number].notes), -number))
    only = "the only one with notes" if len(numbers) == 1 else f"most notes that sound alone: {alone(best)}"
    return Choice(best, tracks[best], only)


def chord_track(tracks: Sequence[Track], wanted: str, melody: int, pulses_per_quarter: int) -> Choice | None:
    """The track that `wanted` names; `auto`: one called chords or comping, else the one with most chords.

    A chord has three notes or more. The melody's own track is taken if no other has chords; `None` if none has.
    """
    if wanted != AUTO:
        return _named(tracks, wanted, "data.chord_track")
    numbers = [number for number, track in enumerate(tracks) if not track.is_drums and number != melody]

    def chords(number: int) -> int:
        return _count(tracks[number].notes, pulses_per_quarter, lambda size: size >= _SMALLEST_CHORD)

    called = _called(tracks, [number for number in numbers if chords(number)], _CHORD_NAMES)
    if called is not None:
        return Choice(called, tracks[called], "called so")
    with_chords = [number for number in numbers if chords(number)] or ([melody] if chords(melody) else [])
    if not with_chords:
        return None
    best = max(with_chords, key=lambda number: (chords(number), -number))
    return Choice(best, tracks[best], f"most chords of three notes or more: {chords(best)}")


def bass_track(tracks: Sequence[Track]) -> Track | None:
    """The first track that plays bass."""
    return next((track for track in tracks if _is_bass(track) and not track.is_drums and track.notes), None)


def _named(tracks: Sequence[Track], wanted: str, option: str) -> Choice:
    """The track with that number, or with that name, or with the only name in which it stands."""
    if wanted.isdecimal() and len(wanted) < 6 and int(wanted) < len(tracks):
        return _asked_for(tracks, int(wanted), option)
    names = [track.name.casefold() for track in tracks]
    equal = [number for number, name in enumerate(names) if name == wanted.strip().casefold()]
    inside = [number for number, name in enumerate(names) if wanted.strip().casefold() in name]
    if equal:
        return _asked_for(tracks, equal[0], option)
    if len(inside) == 1 and wanted.strip():
        return _asked_for(tracks, inside[0], option)
    raise DataError(f"{option} is '{printable(wanted)}'; allowed: auto, or a track that sounds: {_listing(tracks)}")


def _asked_for(tracks: Sequence[Track], number: int, option: str) -> Choice:
    if not tracks[number].notes:
        raise DataError(
            f"{option}: track {_label(number, tracks[number])} has no notes there; name another track,"
            " or change data.from_quarter and data.to_quarter"
        )
    return Choice(number, tracks[number], f"set by {option}")


def _label(number: int, track: Track) -> str:
    return f"{number} '{track.name}'" if track.name else str(number)


def _listing(tracks: Sequence[Track]) -> str:
    listed = [_label(number, track) for number, track in enumerate(tracks[:_MOST_TRACKS_LISTED])]
    return ", ".join(listed) + (", ..." if len(tracks) > _MOST_TRACKS_LISTED else "")


def _without_drums(tracks: Sequence[Track], option: str) -> list[int]:
    numbers = [number for number, track in enumerate(tracks) if track.notes and not track.is_drums]
    if not numbers:
        raise DataError(
            f"only drums play there; set {option} to one of {_listing(tracks)},"
            " or change data.from_quarter and data.to_quarter"
        )
    return numbers


def _called(tracks: Sequence[Track], numbers: Sequence[int], words: Sequence[str]) -> int | None:
    names = ((number, tracks[number].name.casefold()) for number in numbers)
    return next((number for number, name in names if any(word in name for word in words)), None)


def _is_bass(track: Track) -> bool:
    plays_bass = bool(track.programs) and all(program in _BASS_PROGRAMS for program in track.programs)
    return plays_bass or "bass" in track.name.casefold()


def _count(notes: Sequence[PlayedNote], pulses_per_quarter: int, fits: Callable[[int], bool]) -> int:
    return sum(fits(len(group)) for group in struck_together(notes, pulses_per_quarter))
