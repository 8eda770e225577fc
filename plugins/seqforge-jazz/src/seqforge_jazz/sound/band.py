"""Who plays a lead sheet, where they stand, and what they play together: stems of sound, block after block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seqforge_jazz.arrangement import PlayedNote, bass, comping, groove, solo
from seqforge_jazz.drums import BRUSH_KIT, drum_kit, drums
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.sound.convolution import Convolution
from seqforge_jazz.sound.kit import Kit
from seqforge_jazz.sound.room import echo_kernels
from seqforge_jazz.sound.signals import LONGEST_NOTE_SECONDS, Signal, Voice, in_samples
from seqforge_jazz.sound.voices import DOUBLE_BASS, ELECTRIC_PIANO, NYLON_GUITAR, SOLOISTS
from seqforge_jazz.swing import heard_seconds

__all__ = ["BLOCK", "in_the_room", "played_blocks"]

BLOCK = 1 << 16
"""Samples in a block: 1.5 seconds."""


@dataclass(frozen=True)
class _Player:
    """A voice with its notes; `level_db` in the mix, `place` from -1 (left) to 1 (right)."""

    voice: Voice
    notes: Sequence[PlayedNote]
    level_db: float
    place: float = 0.0

    @property
    def ears(self) -> Signal:
        """How much of it each ear hears (2, 1), of the same power everywhere."""
        angle = (self.place + 1) * np.pi / 4
        return (10 ** (self.level_db / 20) * np.array([[np.cos(angle)], [np.sin(angle)]])).astype(np.float32)


@dataclass(frozen=True)
class _Sound:
    """A note to be made: the sample it begins at, for how many it is held, and by whom."""

    start: int
    samples: int
    player: _Player
    note: PlayedNote


def played_blocks(sheet: LeadSheet, samples: int) -> Iterator[Signal]:
    """Solo and band (2 stems, 2 channels, n), in blocks of `BLOCK`; `samples` together."""
    players = [_Stem(sheet, [_soloist(sheet)]), _Stem(sheet, _rhythm_section(sheet))]
    starts = range(0, samples, BLOCK)
    yield from in_the_room(
        np.stack([stem.block(start, min(BLOCK, samples - start)) for stem in players]) for start in starts
    )


def in_the_room(blocks: Iterable[Signal]) -> Iterator[Signal]:
    """The blocks (stems, 2 channels, n), each stem with its echo."""
    room = Convolution(echo_kernels(), block=BLOCK)
    for block in blocks:
        yield block + room(block.mean(axis=1))


def _soloist(sheet: LeadSheet) -> _Player:
    return _Player(SOLOISTS[sheet.instrument], solo(sheet), 0.0, -0.1)


def _rhythm_section(sheet: LeadSheet) -> list[_Player]:
    chords = NYLON_GUITAR if groove(sheet) == "bossa" else ELECTRIC_PIANO
    return [
        _Player(chords, comping(sheet), -4.0, -0.45),
        _Player(DOUBLE_BASS, bass(sheet), -2.0, 0.1),
        _Player(Kit(brushes=drum_kit(sheet) == BRUSH_KIT), drums(sheet), 3.0, 0.4),
    ]


class _Stem:
    """Makes the sound of some players, each note when its time has come."""

    def __init__(self, sheet: LeadSheet, players: Sequence[_Player]) -> None:
        sounds = [
            _Sound(
                in_samples(start),
                max(1, in_samples(min(end - start, LONGEST_NOTE_SECONDS))),
                player,
                note,
            )
            for player in players
            for note, (start, end) in zip(player.notes, heard_seconds(sheet, player.notes), strict=True)
        ]
        self._coming = sorted(sounds, key=lambda sound: sound.start, reverse=True)
        self._ringing = np.zeros((2, 0), np.float32)

    def block(self, start: int, length: int) -> Signal:
        """The next samples (2, length), which begin at `start`."""
        line = np.zeros((2, max(length, self._ringing.shape[1])), np.float32)
        line[:, : self._ringing.shape[1]] = self._ringing
        while self._coming and self._coming[-1].start < start + length:
            due = self._coming.pop()
            sound = due.player.voice.sound(due.note.pitch, due.note.velocity, due.samples)
            begin = due.start - start
            missing = begin + len(sound) - line.shape[1]
            if missing > 0:
                line = np.pad(line, ((0, 0), (0, missing + BLOCK)))
            line[:, begin : begin + len(sound)] += due.player.ears * sound
        self._ringing = line[:, length:]
        return line[:, :length]
