"""Format `mid`: a lead sheet as a band plays it, as a Standard MIDI File of type 1."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import mido

from seqforge_jazz.arrangement import PlayedNote, bass, comping, groove, solo
from seqforge_jazz.drums import drum_kit, drums
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.swing import PULSES_PER_QUARTER, PULSES_PER_TICK, swung

__all__ = ["MidiFormat", "stem_file"]

_HEADER = struct.Struct(">4sIHHH")
_PIANO, _NYLON_GUITAR, _DOUBLE_BASS = 0, 24, 32
_SOLO_CHANNEL, _COMPING_CHANNEL, _BASS_CHANNEL, _DRUM_CHANNEL = 0, 1, 2, 9

Event = tuple[int, int, "mido.Message | mido.MetaMessage"]
"""Pulse, order among events of the same pulse, message."""


class MidiFormat:
    """Writes a `LeadSheet`: tempo, meter and chord names, the solo, comping, bass and drums, a track each."""

    def write(self, work: LeadSheet, path: Path) -> None:
        """Write the file; every track ends exactly with the chart."""
        conductor, *band = _band(replace(work, notes=(), performance=()))
        path.write_bytes(_file((conductor, _soloist(work), *band)))


def stem_file(sheet: LeadSheet, part: str) -> bytes:
    """The MIDI file of the `solo` or of the `band` alone, with tempo and meter."""
    conductor, *band = _band(replace(sheet, notes=(), performance=()))
    return _file((conductor, _soloist(sheet)) if part == "solo" else (conductor, *band))


def _file(chunks: Sequence[bytes]) -> bytes:
    return b"".join((_HEADER.pack(b"MThd", 6, 1, len(chunks), PULSES_PER_QUARTER), *chunks))


def _soloist(sheet: LeadSheet) -> bytes:
    instrument = INSTRUMENTS[sheet.instrument]
    return _chunk(_part(instrument.title, instrument.program, _SOLO_CHANNEL, solo(sheet), sheet))


@lru_cache(maxsize=64)
def _band(sheet: LeadSheet) -> tuple[bytes, ...]:
    """What is the same for every solo over a chart: conductor, comping, bass and drums, as chunks of the file."""
    program = _NYLON_GUITAR if groove(sheet) == "bossa" else _PIANO
    return (
        _chunk(_conductor(sheet)),
        _chunk(_part("Comping", program, _COMPING_CHANNEL, comping(sheet), sheet)),
        _chunk(_part("Bass", _DOUBLE_BASS, _BASS_CHANNEL, bass(sheet), sheet)),
        _chunk(_part("Drums", drum_kit(sheet), _DRUM_CHANNEL, drums(sheet), sheet)),
    )


def _chunk(track: mido.MidiTrack) -> bytes:
    """A track as it stands in a file."""
    buffer = io.BytesIO()
    mido.MidiFile(type=1, charset="utf-8", tracks=[track]).save(file=buffer)
    return buffer.getvalue()[_HEADER.size :]


def _conductor(sheet: LeadSheet) -> mido.MidiTrack:
    """Title, source, tempo, meter, and the chord names as markers."""
    meter = mido.MetaMessage("time_signature", numerator=sheet.chart.beats_per_bar, denominator=4)
    events: list[Event] = [
        (0, 0, mido.MetaMessage("track_name", name=sheet.title)),
        (0, 1, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(sheet.tempo_bpm))),
        (0, 2, meter),
    ]
    if sheet.citation:
        events.append((0, 3, mido.MetaMessage("text", text=sheet.citation)))
    pulse = swung(sheet.swing, ())
    events += [
        (pulse(change.tick), 4, mido.MetaMessage("marker", text=change.chord.symbol)) for change in sheet.chart.changes
    ]
    return _track(events, sheet)


def _part(name: str, program: int, channel: int, notes: Sequence[PlayedNote], sheet: LeadSheet) -> mido.MidiTrack:
    """A track of notes; where one ends and the next begins, the end comes first."""
    events: list[Event] = [
        (0, 0, mido.MetaMessage("track_name", name=name)),
        (0, 1, mido.Message("program_change", program=program, channel=channel)),
    ]
    pulse = swung(sheet.swing, notes)
    for note in notes:
        start, end = pulse(note.start), pulse(note.start + note.duration)
        # the checks of mido take most of the time, and the arrangement keeps to what they look at
        on = mido.Message("note_on", skip_checks=True, note=note.pitch, velocity=note.velocity, channel=channel)
        off = mido.Message("note_off", skip_checks=True, note=note.pitch, velocity=0, channel=channel)
        events += [(start, 3, on), (end, 2, off)]
    return _track(events, sheet)


def _track(events: Sequence[Event], sheet: LeadSheet) -> mido.MidiTrack:
    """The events in order, with the time between them; the end of the track is the end of the chart."""
    track = mido.MidiTrack()
    now = 0
    for pulse, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(skip_checks=True, time=pulse - now))
        now = pulse
    track.append(mido.MetaMessage("end_of_track", time=sheet.chart.ticks * PULSES_PER_TICK - now))
    return track
