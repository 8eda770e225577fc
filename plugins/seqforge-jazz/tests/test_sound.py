"""Lead sheets as sound: pitch, level, time, and what is asked of files."""

import subprocess
import sys
import tracemalloc
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqforge import NotInstalled, OutOfRange, UnknownName
from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.audio import Mp3Format, WavFormat
from seqforge_jazz.forms import FORMS
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.sound import CEILING_DBFS, LOUDNESS_LUFS, SAMPLE_RATE, heard, render, stems
from seqforge_jazz.sound.loudness import LoudnessMeter, TruePeaks

BLOCK = 1 << 16


def silent_chart(bars: int) -> Chart:
    """Nobody but the drummer plays on it."""
    return Chart.parse(" | ".join(["N.C."] + ["%"] * (bars - 1)))


def line_over(name: str, **values: object) -> LeadSheet:
    """Eighths up and down over a form."""
    chart = FORMS[name].chart
    notes = tuple(Note(tick, 6, 60 + (tick // 6 * 5) % 13) for tick in range(0, chart.ticks - 24, 6))
    return LeadSheet(title=name, chart=chart, notes=notes, style=FORMS[name].style, **values)


def cents_off(sound: np.ndarray, pitch: int) -> float:
    """How far the loudest frequency is from a MIDI pitch."""
    size = 1 << 20
    windowed = sound.mean(axis=1) * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(windowed, size))
    loudest = np.argmax(spectrum) * SAMPLE_RATE / size
    return 1_200 * np.log2(loudest / (440 * 2 ** ((pitch - 69) / 12)))


def lufs(sound: np.ndarray) -> float:
    meter = LoudnessMeter(BLOCK)
    for start in range(0, len(sound), BLOCK):
        meter.add(sound[start : start + BLOCK].T)
    return meter.lufs()


def true_peak_db(sound: np.ndarray) -> float:
    peaks = TruePeaks()
    peaks.add(sound.T)
    return 20 * np.log10(peaks.steps().max())


def samples_of(path: Path) -> np.ndarray:
    """What a WAV file holds (samples, 2), from -1 to 1."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 44_100)
        data = file.readframes(file.getnframes())
    return np.frombuffer(data, "<i2").reshape(-1, 2) / 32_767


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_loudest_frequency_of_a_long_note_is_its_pitch(name: str) -> None:
    instrument = INSTRUMENTS[name]
    pitches = (instrument.lowest, (instrument.lowest + instrument.highest) // 2, instrument.highest)
    notes = tuple(Note(index * 96, 48, pitch) for index, pitch in enumerate(pitches))
    sheet = LeadSheet(title="Long", chart=silent_chart(6), notes=notes, instrument=name, tempo_bpm=80)
    solo = render(sheet, "solo")
    for index, pitch in enumerate(pitches):
        start = index * 6 * SAMPLE_RATE
        note = solo[start : start + 3 * SAMPLE_RATE]
        assert np.abs(note).max() > 0.05, pitch
        assert abs(cents_off(note, pitch)) < 30, pitch


@pytest.mark.parametrize("style", ["", "bossa"])
def test_the_bass_is_in_tune_with_the_roots(style: str) -> None:
    sheet = LeadSheet(title="Roots", chart=Chart.parse("E7 | A7 | D7 | G7"), notes=(), tempo_bpm=30, style=style)
    band = render(sheet, "band")
    for bar, pitch in enumerate((28, 33, 38, 31)):
        beat = band[bar * 8 * SAMPLE_RATE :][: int(0.7 * SAMPLE_RATE)]
        low = np.fft.rfft(beat.mean(axis=1) * np.hanning(len(beat)), 1 << 20)
        low[int(120 / SAMPLE_RATE * (1 << 20)) :] = 0
        loudest = np.argmax(np.abs(low)) * SAMPLE_RATE / (1 << 20)
        off = 12 * np.log2(loudest / 440) + 69 - pitch
        assert abs(off - 12 * round(off / 12)) < 0.3, (bar, loudest)


@pytest.mark.parametrize("name", ["rhythm-changes", "waltz-changes", "bossa-minor"])
@pytest.mark.parametrize("instrument", ["tenor-sax", "piano", "violin"])
def test_the_mix_is_as_loud_as_stated_and_does_not_clip(name: str, instrument: str) -> None:
    parts = stems(line_over(name, instrument=instrument))
    mix = parts["solo"] + parts["band"]
    assert lufs(mix) == pytest.approx(LOUDNESS_LUFS, abs=0.3)
    assert true_peak_db(mix) <= CEILING_DBFS


def test_a_lonely_click_is_no_louder_than_the_ceiling_allows() -> None:
    sheet = LeadSheet(title="One", chart=silent_chart(1), notes=(Note(0, 1, 60),), instrument="piano")
    parts = stems(sheet)
    assert true_peak_db(parts["solo"] + parts["band"]) <= CEILING_DBFS


def test_loudness_is_that_of_the_standard() -> None:
    time = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    sine = np.sin(2 * np.pi * 997 * time)
    one_ear = np.stack([sine, 0 * sine], axis=1).astype(np.float32)
    assert lufs(one_ear) == pytest.approx(-3.01, abs=0.02)
    softly = np.stack([sine, sine], axis=1).astype(np.float32) * 10 ** (-23 / 20)
    assert lufs(softly) == pytest.approx(-23, abs=0.05)
    with_pauses = np.concatenate([softly * 10 ** (-13 / 20), softly, 0 * softly])
    assert lufs(with_pauses) == pytest.approx(-23, abs=0.1)
    assert lufs(0 * softly) == -np.inf


def test_peaks_between_samples_are_found() -> None:
    time = np.arange(SAMPLE_RATE)
    sine = 0.5 * np.sin(np.pi / 2 * time + np.pi / 4) * np.minimum(time / 1_000, 1)
    between = np.stack([sine, sine], axis=1).astype(np.float32)
    assert 20 * np.log10(np.abs(between).max()) == pytest.approx(-9.03, abs=0.01)
    assert true_peak_db(between) == pytest.approx(-6.02, abs=0.2)


def test_the_stems_make_the_mix(tmp_path: Path) -> None:
    sheet = line_over("two-five-one")
    WavFormat().write(sheet, tmp_path / "mix.wav")
    parts = stems(sheet)
    assert set(parts) == {"solo", "band"}
    for part, sound in parts.items():
        assert sound.dtype == np.float32
        np.testing.assert_array_equal(sound, render(sheet, part))
    mix = samples_of(tmp_path / "mix.wav")
    assert mix.shape == parts["solo"].shape
    assert np.abs(mix - parts["solo"] - parts["band"]).max() < 1 / 32_767


def test_a_sound_lasts_as_long_as_the_chart_and_what_rings() -> None:
    sheet = line_over("waltz-blues", tempo_bpm=200)
    assert len(render(sheet, "band")) == int((12 * 3 * 60 / 200 + 1.5) * SAMPLE_RATE)


def test_it_is_silent_where_nobody_plays() -> None:
    sheet = LeadSheet(title="Late", chart=silent_chart(8), notes=(Note(96, 12, 60), Note(144, 12, 62)), tempo_bpm=120)
    solo = render(sheet, "solo")
    assert np.abs(solo[: 4 * SAMPLE_RATE - 10]).max() < 1e-5
    assert np.abs(solo[4 * SAMPLE_RATE : 5 * SAMPLE_RATE]).max() > 0.05
    assert np.abs(solo[int(7.5 * SAMPLE_RATE) :]).max() < 1e-5
    nobody = render(replace(sheet, notes=()), "solo")
    assert np.abs(nobody).max() < 1e-5


@pytest.mark.parametrize("swing", [0.5, 0.62, 0.7])
def test_notes_begin_when_the_midi_file_says(swing: float) -> None:
    notes = tuple(Note(tick, 4, 72) for tick in (0, 30, 66, 90))
    sheet = LeadSheet(title="Off", chart=silent_chart(2), notes=notes, instrument="piano", tempo_bpm=60, swing=swing)
    solo = np.abs(render(sheet, "solo")).max(axis=1)
    for note in notes[1:]:
        onset = note.start // 12 + swing
        before, after = (int((onset + shift) * SAMPLE_RATE) for shift in (-0.003, 0.008))
        assert solo[before - 4_000 : before].max() < 0.1 * solo[after : after + 4_000].max()


def test_everybody_in_the_band_is_heard() -> None:
    def shares(chart: Chart) -> list[float]:
        """Of bass, chords and cymbals in the power of the band."""
        band = render(LeadSheet(title="Band", chart=chart, notes=()), "band")
        power = np.abs(np.fft.rfft(band[:, 0])) ** 2
        frequency = np.fft.rfftfreq(len(band), 1 / SAMPLE_RATE)
        ranges = ((30, 150), (220, 700), (5_000, 14_000))
        return [float(power[(low < frequency) & (frequency < high)].sum() / power.sum()) for low, high in ranges]

    bass, chords, cymbals = shares(Chart.parse("C6 | % | % | %"))
    assert bass > 0.1
    assert chords > 0.02
    assert cymbals > 0.002
    _, without_chords, alone = shares(silent_chart(4))
    assert without_chords < chords / 2
    assert alone > 5 * cymbals


def test_one_note_for_ever_ends_after_half_a_minute() -> None:
    sheet = LeadSheet(title="Air", chart=silent_chart(10), notes=(Note(0, 480, 60),), tempo_bpm=60)
    solo = render(sheet, "solo")
    assert np.isfinite(solo).all()
    assert np.abs(solo[29 * SAMPLE_RATE : 30 * SAMPLE_RATE]).max() > 0.01
    assert np.abs(solo[33 * SAMPLE_RATE :]).max() < 1e-5


def test_memory_does_not_grow_with_the_chart() -> None:
    def most_mebibytes(bars: int) -> float:
        chart = Chart.parse(" | ".join(["Dm7", "G7"] * (bars // 2)))
        notes = tuple(Note(tick, 6, 65) for tick in range(0, chart.ticks, 24))
        tracemalloc.start()
        for block in heard(LeadSheet(title="Long", chart=chart, notes=notes, tempo_bpm=300)):
            assert np.isfinite(block).all()
        most = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        return most

    most_mebibytes(20)  # what is kept for all recordings is made in the first one
    assert most_mebibytes(240) < most_mebibytes(120) + 8


def test_what_no_wav_file_holds_is_refused() -> None:
    sheet = LeadSheet(title="Slow", chart=Chart.parse("C | F"), notes=(), tempo_bpm=0.01)
    with pytest.raises(OutOfRange, match="6 hours"):
        render(sheet, "solo")


def test_an_unknown_stem_is_named() -> None:
    with pytest.raises(UnknownName, match="band"):
        render(line_over("blues"), "drums")


def test_what_is_missing_is_said_with_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("soundfile", "symusic"):
        monkeypatch.setitem(sys.modules, module, None)
    to_type = r'python -m pip install "seqforge-jazz\[sound\]"$'
    with pytest.raises(NotInstalled, match=to_type):
        Mp3Format().write(line_over("blues"), tmp_path / "blues.mp3")
    with pytest.raises(NotInstalled, match=to_type):
        WavFormat(soundfont=str(tmp_path / "any.sf2"))
    WavFormat().write(line_over("blues"), tmp_path / "blues.wav")


def test_an_mp3_has_every_sample_in_its_place(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    sheet = line_over("two-five-one")
    Mp3Format().write(sheet, tmp_path / "mix.mp3")
    found, rate = soundfile.read(tmp_path / "mix.mp3")
    mix = np.concatenate(list(heard(sheet)))
    assert (rate, found.shape) == (SAMPLE_RATE, mix.shape)
    assert np.corrcoef(found[:, 0], mix[:, 0])[0, 1] > 0.99


def test_a_wav_needs_numpy_only() -> None:
    code = (
        "import sys\n"
        "for name in ('mido', 'music21', 'scipy', 'soundfile', 'symusic'):\n"
        "    sys.modules[name] = None\n"
        "from seqforge_jazz.sound import render\n"
        "from seqforge_jazz.charts import Chart\n"
        "from seqforge_jazz.leadsheet import LeadSheet, Note\n"
        "sheet = LeadSheet(title='C', chart=Chart.parse('C'), notes=(Note(0, 12, 60),))\n"
        "print(abs(render(sheet, 'solo')).max() > 0.05)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
