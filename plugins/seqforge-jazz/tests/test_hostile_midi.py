"""MIDI files that are none, are damaged, or want to do harm: one line says what is wrong."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqforge import DataError, SeqforgeError, Source
from seqforge_jazz.readers.midi import MidiReader


def variable_length(number: int) -> bytes:
    parts = [number & 127]
    while number := number >> 7:
        parts.insert(0, 128 | number & 127)
    return bytes(parts)


def note_on(wait: int, pitch: int, velocity: int = 80) -> bytes:
    return variable_length(wait) + bytes([0x90, pitch, velocity])


def midi(*tracks: bytes, division: int = 96, kind: int = 1, claimed: int | None = None) -> bytes:
    count = len(tracks) if claimed is None else claimed
    header = b"MThd" + struct.pack(">IHHH", 6, kind, count, division)
    return header + b"".join(b"MTrk" + struct.pack(">I", len(body)) + body for body in tracks)


END = b"\0\xff\x2f\0"
BODY = b"".join(note_on(0, 60 + index) + note_on(96, 60 + index, 0) for index in range(8)) + END
GOOD = midi(BODY)
FAR = b"".join(note_on(2**28 - 1, 60) + note_on(2**28 - 1, 60, 0) for _ in range(8)) + END


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a MIDI file"),
        (b"Once upon a time there was no music.", "not a MIDI file"),
        (GOOD[:9], "ends inside its header"),
        (GOOD[:-7], "ends 7 bytes too early"),
        (midi(BODY, division=0), "0 pulses a quarter"),
        (midi(BODY, division=0xE728), "SMPTE"),
        (midi(BODY, kind=2), "type 2"),
        (midi(BODY, claimed=65535), "claims 65535 tracks but holds 1"),
        (midi(b"\0\xff\x51\x03\0\0\0" + BODY), r"tempo is 0 .*data\.tempo"),
        (midi(b"\0\xff\x51\x03\xff\xff\xff" + BODY), r"data\.tempo"),
        (midi(FAR), r"at most 2000 bars; set data\.from_quarter"),
        (midi(b"\xff" * 2000 + BODY), "no MIDI file can have"),
        (midi(bytes(range(256)) * 4), "damaged"),
        (midi(b"\0\xff\x59\x02\x7f\x7f" + BODY), "damaged"),
        (midi(END), r"no notes.*data\.melody_track"),
        (midi(note_on(0, 60) + END), r"no notes.*data\.melody_track"),
        (midi(b"".join(b"\0\x99\x24\x50\x60\x99\x24\0" for _ in range(8)) + END), r"only drums.*data\.melody_track"),
        (GOOD + b"\0" * 3_000_000, "bytes; allowed"),
    ],
)
def test_what_is_no_usable_midi_file_is_said_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "hostile.mid"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words) as raised:
        list(MidiReader().read(path))
    message = str(raised.value)
    assert message.isprintable()
    assert len(message) < 300


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 30))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, bytes_: list, missing: int
) -> None:
    content = bytearray(GOOD)
    for position, value in bytes_:
        content[position] = value
    path = tmp_path_factory.getbasetemp() / "damaged.mid"
    path.write_bytes(bytes(content[: len(content) - missing]))
    try:
        said = " ".join(str(work) for work in MidiReader().read(path) if not isinstance(work, Source))
    except SeqforgeError as error:
        said = str(error)
    assert said.isprintable()
