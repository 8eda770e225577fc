"""Standard MIDI Files: what is checked before a byte is believed, and what is taken out of them."""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import mido

from seqforge import DataError

__all__ = ["Marking", "MidiFile", "PlayedNote", "Track", "printable", "read_midi_file"]

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes: more than any piece of music needs."""

_LONGEST_WAIT = 2**28 - 1
"""Pulses between two events: the most that a file can say by the standard."""

_HEADER_BYTES = 14
_DRUM_CHANNEL = 9
_LONGEST_TEXT = 60
_TEXT_KINDS = ("marker", "lyrics", "text", "cue_marker")


class PlayedNote(NamedTuple):
    """A note: start and end in pulses, MIDI pitch."""

    start: int
    end: int
    pitch: int


class Marking(NamedTuple):
    """Something that holds from `pulse` on: a tempo (microseconds a quarter), a meter such as `3/4`, or a text."""

    pulse: int
    value: Any


@dataclass
class Track:
    """A track that sounds: its name, notes in the order of their starts, and programs in the order of the file."""

    name: str
    notes: list[PlayedNote]
    channels: frozenset[int]
    programs: tuple[int, ...]

    @property
    def is_drums(self) -> bool:
        """Whether it plays on the channel of the drums."""
        return self.channels == {_DRUM_CHANNEL}


@dataclass
class MidiFile:
    """What a file holds: sounding tracks in file order, and markings in the order of time."""

    pulses_per_quarter: int
    tracks: list[Track] = field(default_factory=list)
    tempos: list[Marking] = field(default_factory=list)
    meters: list[Marking] = field(default_factory=list)
    texts: dict[str, list[Marking]] = field(default_factory=dict)


def read_midi_file(path: Path) -> MidiFile:
    """The file's contents; `DataError` if it is no MIDI file of type 0 or 1, or a damaged one."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise DataError(f"the file has {size} bytes; allowed: at most {LARGEST_FILE} for MIDI")
    content = path.read_bytes()
    kind, division = _checked_header(content)
    try:
        raw = mido.MidiFile(file=io.BytesIO(content), clip=True)
    except Exception as error:  # on damaged files mido raises what it happens to stumble on
        reason = printable(f"{type(error).__name__}: {error}")
        raise DataError(f"the MIDI file is damaged ({reason}); save it anew in the program it comes from") from error
    file = MidiFile(pulses_per_quarter=division)
    for track in raw.tracks:
        _add_track(file, track, by_channel=kind == 0)
    for markings in (file.tempos, file.meters, *file.texts.values()):
        markings.sort(key=lambda marking: marking.pulse)
    return file


def printable(text: str) -> str:
    """Text from a file, fit for the screen: without control characters, on one line, not too long."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST_TEXT else shown[: _LONGEST_TEXT - 1] + "…"


def _text(text: str) -> str:
    """A text of the file; mido reads Latin-1, but most programs write UTF-8 today."""
    try:
        return printable(text.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return printable(text)


def _checked_header(content: bytes) -> tuple[int, int]:
    """Type (0 or 1) and pulses a quarter; the chunks must be there and as long as they say."""
    if content[:4] != b"MThd":
        raise DataError("not a MIDI file: it does not begin with 'MThd'; save it as a Standard MIDI File")
    if len(content) < _HEADER_BYTES:
        raise DataError("the MIDI file ends inside its header; copy or download it again")
    length = int.from_bytes(content[4:8], "big")
    kind, claimed, division = (int.from_bytes(content[at : at + 2], "big") for at in (8, 10, 12))
    if length < 6 or kind > 1:
        raise DataError(f"the MIDI file is of type {kind}; allowed: 0 or 1; save it as type 1")
    if division >= 0x8000:
        raise DataError("the MIDI file counts in SMPTE frames, not in quarters; save it with pulses per quarter")
    if division == 0:
        raise DataError("the MIDI file has 0 pulses a quarter; allowed: 1 to 32767; save it anew")
    found = _tracks_found(content, 8 + length)
    if found < claimed:
        raise DataError(f"the MIDI file claims {claimed} tracks but holds {found}; copy or download it again")
    return kind, division


def _tracks_found(content: bytes, at: int) -> int:
    found = 0
    while at + 8 <= len(content):
        end = at + 8 + int.from_bytes(content[at + 4 : at + 8], "big")
        if end > len(content):
            raise DataError(f"the MIDI file ends {end - len(content)} bytes too early; copy or download it again")
        found += content[at : at + 4] == b"MTrk"
        at = end
    return found


def _add_track(file: MidiFile, track: Sequence[Any], *, by_channel: bool) -> None:
    """Add what a track holds; in a file of type 0 each channel is a track of its own."""
    pulse, name = 0, ""
    channels: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for message in track:
        if message.time > _LONGEST_WAIT:
            raise DataError("the MIDI file has a time that no MIDI file can have; save it anew")
        pulse += message.time
        if message.type == "track_name":
            name = name or _text(message.name)
        elif message.type == "set_tempo":
            file.tempos.append(Marking(pulse, message.tempo))
        elif message.type == "time_signature":
            file.meters.append(Marking(pulse, f"{message.numerator}/{message.denominator}"))
        elif message.type in _TEXT_KINDS:
            file.texts.setdefault(message.type, []).append(Marking(pulse, _text(message.text)))
        elif message.type in ("note_on", "note_off", "program_change"):
            channels[message.channel if by_channel else -1].append((pulse, message))
    for _, messages in sorted(channels.items()):
        notes = sorted(_paired(messages), key=lambda note: note.start)
        if notes:
            file.tracks.append(
                Track(
                    name=name,
                    notes=notes,
                    channels=frozenset(message.channel for _, message in messages),
                    programs=tuple(message.program for _, message in messages if message.type == "program_change"),
                )
            )


def _paired(messages: Sequence[tuple[int, Any]]) -> Iterator[PlayedNote]:
    """The notes in the order of their note-on; a note-off ends the note of its pitch that began first.

    A note that nobody ends is left out.
    """
    began: dict[tuple[int, int], deque[int]] = defaultdict(deque)
    notes: list[PlayedNote | None] = []
    for pulse, message in messages:
        if message.type == "program_change":
            continue
        sounding = began[message.channel, message.note]
        if message.type == "note_on" and message.velocity:
            sounding.append(len(notes))
            notes.append(PlayedNote(pulse, -1, message.note))
        elif sounding:
            index = sounding.popleft()
            start = notes[index]
            notes[index] = start._replace(end=pulse) if start is not None else None
    return (note for note in notes if note is not None and note.end >= 0)
