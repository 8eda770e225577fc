"""Lead sheets played by a SoundFont."""

import struct
from pathlib import Path

import numpy as np
import pytest

from seqforge import DataError
from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.audio import WavFormat
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.sound import SAMPLE_RATE, stems

pytest.importorskip("symusic")

BLUES = LeadSheet(title="Blues", chart=FORMS["blues"].chart, notes=(Note(0, 48, 65),))
_RATE = 44_100
_SAMPLES = 44_100 // 10 * 2


def sine_font() -> bytes:
    """The smallest SoundFont: a piano of one instrument and one sample, which is a sine at A4, and loops."""
    time = np.arange(_SAMPLES) / _RATE
    sine = np.rint(20_000 * np.sin(2 * np.pi * 440 * time)).astype("<i2").tobytes() + bytes(2 * 46)
    info = _list(b"INFO", _chunk(b"ifil", struct.pack("<HH", 2, 1)) + _chunk(b"INAM", b"Sine\0\0"))
    samples = _list(b"sdta", _chunk(b"smpl", sine))
    presets = _preset(b"Sine", 0) + _preset(b"EOP", 1)
    instruments = struct.pack("<20sH", b"Sine", 0) + struct.pack("<20sH", b"EOI", 1)
    zones = struct.pack("<HHHH", 0, 0, 1, 0)
    instrument_zones = struct.pack("<HHHH", 0, 0, 2, 0)
    header = struct.pack("<20sIIIIIBbHH", b"Sine", 0, _SAMPLES, 0, _SAMPLES - 1, _RATE, 69, 0, 0, 1)
    hydra = {
        b"phdr": presets,
        b"pbag": zones,
        b"pmod": bytes(10),
        b"pgen": struct.pack("<HHHH", 41, 0, 0, 0),  # instrument 0
        b"inst": instruments,
        b"ibag": instrument_zones,
        b"imod": bytes(10),
        b"igen": struct.pack("<HHHHHH", 54, 1, 53, 0, 0, 0),  # it loops; sample 0
        b"shdr": header + struct.pack("<20s26x", b"EOS"),
    }
    data = _list(b"pdta", b"".join(_chunk(name, content) for name, content in hydra.items()))
    return _chunk(b"RIFF", b"sfbk" + info + samples + data)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)


def _preset(name: bytes, zone: int) -> bytes:
    return struct.pack("<20sHHHIII", name, 0, 0, zone, 0, 0, 0)


def test_a_soundfont_plays_the_pitches(tmp_path: Path) -> None:
    font = tmp_path / "sine.sf2"
    font.write_bytes(sine_font())
    sheet = LeadSheet(
        title="A",
        chart=Chart.parse("N.C. | % | %"),
        notes=(Note(0, 48, 69), Note(72, 48, 64)),
        tempo_bpm=60,
        instrument="piano",
    )
    parts = stems(sheet, font)
    assert parts["solo"].shape == parts["band"].shape == (int(13.5 * SAMPLE_RATE), 2)
    for start, pitch in ((0, 69), (6, 64)):
        note = parts["solo"][int((start + 0.2) * SAMPLE_RATE) : (start + 4) * SAMPLE_RATE]
        spectrum = np.abs(np.fft.rfft(note.mean(axis=1) * np.hanning(len(note)), 1 << 20))
        loudest = np.argmax(spectrum) * SAMPLE_RATE / (1 << 20)
        assert loudest == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=0.005)
    assert np.abs(parts["solo"][5 * SAMPLE_RATE : 6 * SAMPLE_RATE - 500]).max() < 1e-3
    np.testing.assert_array_equal(stems(sheet, font)["solo"], parts["solo"])


def test_a_soundfont_that_is_none_costs_one_line(tmp_path: Path) -> None:
    whole = sine_font()
    text, cut, broken = tmp_path / "text.sf2", tmp_path / "cut.sf2", tmp_path / "broken.sf2"
    text.write_text("no sound here")
    cut.write_bytes(whole[: len(whole) // 2])
    broken.write_bytes(whole[:-600] + b"\xff" * 600)
    for path in (text, tmp_path / "nowhere.sf2", tmp_path):
        with pytest.raises(DataError, match="sf3"):
            WavFormat(soundfont=str(path))
    for path in (cut, broken):
        with pytest.raises(DataError, match=path.name) as refused:
            WavFormat(soundfont=str(path)).write(BLUES, tmp_path / "blues.wav")
        assert "\n" not in str(refused.value)
