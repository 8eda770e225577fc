"""Steering of jazz takes: what is asked for is heard in the MIDI files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import mido
import numpy as np
import pytest

from seqforge_jazz.charts import Chart
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.formats.musicxml import MusicXMLFormat
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.plugin import seqforge_register_codecs

ROOT = Path(__file__).resolve().parents[3]
LICK = (Note(0, 6, 62), Note(6, 6, 64), Note(12, 12, 65), Note(30, 6, 69), Note(36, 30, 67), Note(72, 3, 60))
ABC = "X:{0}\nT:Tune {0}\nM:{1}\nL:1/8\nK:C\n{2}\n"

Generate = Callable[..., list[list[Note]]]


def command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-W", "error", "-m", "seqforge", *map(str, arguments)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learnt a little."""
    folder = tmp_path_factory.mktemp("model")
    small = ("training.steps=30", "model.lstm.hidden=24", "model.lstm.embedding=8", "data.augment=false")
    settings = [word for value in (*small, "samples.count=0") for word in ("--set", value)]
    done = command("run", "jazz", "--backend", "numpy", "--out", "run", *settings, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "run" / "model.safetensors"


@pytest.fixture
def generate(model: Path, tmp_path: Path) -> Generate:
    """`generate("--density", 4, n=3)`: the solos of the takes, as their MIDI files have them."""
    numbers = iter(range(100))

    def start(*arguments: object, n: int = 4, seed: int = 3) -> list[list[Note]]:
        out = tmp_path / f"takes-{next(numbers)}"
        usual = ("-n", n, "--seed", seed, "--format", "mid", "--swing", 0.5, "--out", out)
        done = command("generate", model, *usual, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        paths = sorted(out.glob("*.mid"))
        assert len(paths) == n
        return [solo(path) for path in paths]

    return start


def solo(path: Path) -> list[Note]:
    """The notes of the first track that sounds, on the grid of 12 ticks a quarter."""
    file = mido.MidiFile(path)
    pulse, since, notes = 0, {}, []
    for message in file.tracks[1]:
        pulse += message.time
        if message.type == "note_on":
            since[message.note] = pulse
        elif message.type == "note_off":
            start, end = (round(value * 12 / file.ticks_per_beat) for value in (since.pop(message.note), pulse))
            notes.append(Note(start, end - start, message.note))
    assert not since
    return notes


def sheet(notes: Sequence[Note] = LICK, chords: str = "Dm7 | G7", instrument: str = "piano") -> LeadSheet:
    chart = Chart.parse(chords)
    return LeadSheet(title="A lick", chart=chart, notes=tuple(notes), swing=0.5, tempo_bpm=90, instrument=instrument)


def write_midi(path: Path, notes: Sequence[Note] = LICK, chords: str = "Dm7 | G7", meter: str = "") -> Path:
    """The notes with comping and bass; with `meter`, that one is written whatever the chart is in."""
    MidiFormat().write(sheet(notes, chords), path)
    if meter:
        file = mido.MidiFile(path)
        numerator, denominator = map(int, meter.split("/"))
        for place, message in enumerate(file.tracks[0]):
            if message.type == "time_signature":
                file.tracks[0][place] = message.copy(numerator=numerator, denominator=denominator)
        file.save(path)
    return path


def write_musicxml(path: Path) -> Path:
    MusicXMLFormat().write(sheet(instrument="tenor-sax"), path)  # written a ninth above what sounds
    return path


def write_abc(path: Path) -> Path:
    path.write_text(ABC.format(1, "4/4", "D E F2 z A G2- | G3 z C/2 z/2 z z2 |]"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "write"), [("lick.mid", write_midi), ("lick.musicxml", write_musicxml), ("lick.abc", write_abc)]
)
def test_a_solo_begins_with_the_primer_and_goes_on(
    generate: Generate, tmp_path: Path, name: str, write: Callable[[Path], Path]
) -> None:
    primer = write(tmp_path / name)
    lick = list(LICK)
    takes = generate("--primer", primer, "--chords", "blues-f", "--instrument", "piano")
    for notes in takes:
        assert notes[: len(lick)] == lick
        assert len(notes) > len(lick)
        assert notes[len(lick)].start >= lick[-1].end
    assert len({tuple(notes) for notes in takes}) == len(takes)


def test_the_model_hears_the_primer(generate: Generate, tmp_path: Path) -> None:
    high = write_midi(tmp_path / "high.mid", [Note(note.start, note.duration, note.pitch + 12) for note in LICK])
    low = write_midi(tmp_path / "low.mid")
    continued = [
        [note for note in generate("--primer", path, "--instrument", "piano", n=1)[0] if note.start >= LICK[-1].end]
        for path in (low, high)
    ]
    assert continued[0] != continued[1]


def test_a_take_goes_on_where_the_primers_last_note_ends(generate: Generate, tmp_path: Path) -> None:
    takes = generate("--primer", write_midi(tmp_path / "lick.mid"), "--instrument", "piano", "--density", 2, n=8)
    assert min(notes[len(LICK)].start for notes in takes) < 96, "nobody plays in the rest of the primer's last bar"


@pytest.mark.parametrize("ticks", [48, 60, 96])
def test_the_primers_last_note_does_not_get_longer(generate: Generate, tmp_path: Path, ticks: int) -> None:
    primer = write_midi(tmp_path / "long.mid", [Note(0, 48, 65), Note(48, ticks, 67)], "Dm7 | G7 | C")
    for notes in generate("--primer", primer, "--density", 0.2, n=8):
        assert notes[:2] == [Note(0, 48, 65), Note(48, ticks, 67)]


def test_settings_hold_the_primer_itself(model: Path, tmp_path: Path) -> None:
    primer = write_midi(tmp_path / "lick.mid")
    usual = ("generate", model, "--seed", 5, "-n", 2, "--instrument", "piano", "--format", "mid")
    first = command(*usual, "--primer", primer, "--out", "first", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    primer.unlink()
    settings = json.loads((tmp_path / "first" / "settings.json").read_text(encoding="utf-8"))
    assert str(tmp_path) not in json.dumps(settings)
    again = command(*usual, "--primer", settings["prompt"]["primer"], "--out", "again", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    for name in ("take-01.mid", "take-02.mid"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def silent(path: Path) -> Path:
    file = mido.MidiFile(type=1)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("end_of_track", time=960)]))
    file.save(path)
    return path


def written(text: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


def midi(*arguments: object, **named: object) -> Callable[[Path], Path]:
    return lambda path: write_midi(path, *arguments, **named)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("none.mid", lambda path: path, "neither a file nor"),
        ("empty.mid", written(""), "is empty"),
        ("silent.mid", silent, "no notes"),
        ("text.mid", written("a song of nothing " * 9), "not a MIDI file"),
        ("text.doc", written("a song"), "no reader"),
        ("odd.mid", midi(meter="5/4"), "the meter is 5/4; allowed: 3/4 or 4/4"),
        ("waltz.mid", midi(LICK[:2], "3/4 Dm7 | G7"), "is in 3/4, the chart in 4/4"),
        ("long.mid", midi([Note(0, 48, 60), Note(150, 48, 62)], "C | % | % | % | %"), "lasts 16.5 quarters"),
        ("whole.mid", midi([Note(144, 48, 62)], "C | % | % | %"), "lasts 16 quarters, the chart 16"),
        ("high.mid", midi([Note(0, 6, 60), Note(6, 6, 96)]), "has pitch 96; allowed: 44 to 76"),
        ("two.abc", written(ABC.format(1, "4/4", "C4 D4|]") + "\n" + ABC.format(2, "4/4", "E4 F4|]")), "holds 2"),
    ],
)  # fmt: skip
def test_a_primer_that_can_not_be_followed_is_one_clear_line(
    model: Path, tmp_path: Path, name: str, write: Callable[[Path], Path], words: str
) -> None:
    path = write(tmp_path / name)
    done = command("generate", model, "--primer", path, "--chords", "C | F | G | C", "--out", "takes", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert words in done.stderr
    assert not (tmp_path / "takes").exists()


@pytest.mark.parametrize("density", [0.4, 1, 2.2])
def test_solos_have_about_as_many_notes_a_beat_as_wished_for(generate: Generate, density: float) -> None:
    takes = generate("--density", density, "--choruses", 3, n=6)
    played = [len(notes) / 144 for notes in takes]
    assert np.mean(played) == pytest.approx(density, rel=0.12)
    assert played == pytest.approx([density] * len(played), rel=0.25)


def test_a_density_is_that_of_what_comes_after_the_primer(generate: Generate, tmp_path: Path) -> None:
    crowd = [Note(3 * place, 3, 60 + place % 7) for place in range(64)]
    primer = write_midi(tmp_path / "crowd.mid", crowd, "C | % | % | %")
    for notes in generate("--primer", primer, "--density", 0.75, "--choruses", 3):
        assert notes[:64] == crowd
        assert (len(notes) - 64) / 128 == pytest.approx(0.75, rel=0.25)


@pytest.mark.parametrize(
    ("asked", "lowest", "highest"),
    [("C4-G4", 60, 67), ("f#3-Bb3", 54, 58), ("84-96", 84, 96), ("64-64", 64, 64), (" Cb4 – B#4 ", 59, 72)],
)  # fmt: skip
def test_every_note_is_in_the_range(generate: Generate, asked: str, lowest: int, highest: int) -> None:
    pitches = {note.pitch for notes in generate("--range", asked, "--choruses", 2) for note in notes}
    assert lowest <= min(pitches) <= max(pitches) <= highest
    assert len(pitches) >= min(highest - lowest + 1, 4)


@pytest.mark.parametrize(("ending", "degrees"), [("chord", {0, 3, 6, 10}), ("root", {0})])
def test_the_last_note_is_what_was_asked_for(generate: Generate, ending: str, degrees: set[int]) -> None:
    def last_degrees(*arguments: object) -> set[int]:
        chords = ("--chords", "Ebm7b5 | % | %")
        return {(notes[-1].pitch - 3) % 12 for notes in generate(*chords, *arguments, n=30)}

    assert last_degrees("--ending", ending) <= degrees
    assert not last_degrees() <= degrees


STEERED = ("--density", 1.25, "--ending", "root", "--range", "C4-C6", "--instrument", "piano")


def test_steered_takes_do_not_depend_on_the_others(generate: Generate, tmp_path: Path) -> None:
    primer = ("--primer", write_midi(tmp_path / "lick.mid"))
    six = generate(*STEERED, *primer, n=6)
    assert generate(*STEERED, *primer, n=1) == six[:1]
    assert generate(*STEERED, *primer, n=3) == six[:3]


def test_all_wishes_are_heard_at_once(generate: Generate, tmp_path: Path) -> None:
    primer = write_midi(tmp_path / "lick.mid")
    for notes in generate(*STEERED, "--primer", primer, "--chords", "blues-f", "--choruses", 2):
        assert tuple(notes[: len(LICK)]) == LICK
        assert all(60 <= note.pitch <= 84 for note in notes)
        assert notes[-1].pitch % 12 == Chart.parse("C7").chord_at(0).root_pitch_class
        assert len(notes) / 96 == pytest.approx(1.25, rel=0.25)


def test_choruses_tempo_swing_and_instrument_are_in_the_file(model: Path, tmp_path: Path) -> None:
    def file(*arguments: object, out: str) -> mido.MidiFile:
        usual = ("generate", model, "--chords", "blues-f", "--format", "mid", "--seed", 3, "--out", out)
        done = command(*usual, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return mido.MidiFile(tmp_path / out / "take-01.mid")

    plain = file("--tempo", 120, "--swing", 0.5, "--instrument", "trumpet", out="plain")
    other = file("--tempo", 240, "--swing", 0.7, "--instrument", "flute", "--choruses", 3, out="other")
    for midi_file, bars, tempo_bpm, program, title in (
        (plain, 12, 120, 56, "Trumpet"),
        (other, 36, 240, 73, "Flute"),
    ):
        assert sum(message.time for message in midi_file.tracks[1]) == bars * 4 * midi_file.ticks_per_beat
        values = {message.type: message for message in [*midi_file.tracks[0], *midi_file.tracks[1]]}
        assert round(mido.tempo2bpm(values["set_tempo"].tempo)) == tempo_bpm
        assert (values["program_change"].program, midi_file.tracks[1].name) == (program, title)
    shares = [offbeat_places(midi_file) for midi_file in (plain, other)]
    assert shares[0] & {0.5, 0.7} == {0.5}
    assert 0.7 in shares[1]


def offbeat_places(file: mido.MidiFile) -> set[float]:
    """Where in a beat the notes of the comping begin."""
    pulse, places = 0, set()
    for message in file.tracks[2]:
        pulse += message.time
        if message.type == "note_on":
            places.add(round(pulse % file.ticks_per_beat / file.ticks_per_beat, 2))
    return places


def test_the_documentation_names_every_option_of_a_prompt() -> None:
    text = (ROOT / "docs" / "steering.md").read_text(encoding="utf-8")
    for codec in seqforge_register_codecs():
        for option in codec.prompt_options:
            assert f"`--{option.name.replace('_', '-')}" in text, option.name


def test_a_track_of_the_primer_can_be_named(generate: Generate, tmp_path: Path) -> None:
    path = write_midi(tmp_path / "lick.mid")
    file = mido.MidiFile(path)
    file.tracks.append(mido.MidiTrack([message.copy() for message in file.tracks[1]]))
    for place, message in enumerate(file.tracks[-1]):
        if message.type in ("note_on", "note_off"):
            file.tracks[-1][place] = message.copy(note=message.note + 2)
    names = [str(track.name) for track in file.tracks]
    file.tracks[-1][:] = [message for message in file.tracks[-1] if message.type != "track_name"]
    file.tracks[-1].insert(0, mido.MetaMessage("track_name", name="Second"))
    file.save(path)
    assert "Second" not in names
    chosen = ("--primer", path, "--set", "data.melody_track=Second", "--chords", "Dm7 | G7 | C | A7")
    for line in generate(*chosen):
        assert line[: len(LICK)] == [Note(note.start, note.duration, note.pitch + 2) for note in LICK]


def test_options_of_reading_need_a_primer(model: Path, tmp_path: Path) -> None:
    done = command("generate", model, "--set", "data.melody_track=1", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: data.melody_track is for the file of a primer, and there is none; leave it out\n"


@pytest.mark.parametrize(
    ("request_", "style", "swing"),
    [
        (("--chords", "bossa-minor"), "bossa", 0.5),
        (("--chords", "bossa-minor", "--style", "swing"), "swing", 0.62),
        (("--chords", "Dm7 | G7 | C6 | A7"), "swing", 0.62),
        (("--chords", "Dm7 | G7 | C6 | A7", "--style", "bossa"), "bossa", 0.5),
        (("--chords", "Dm7 | G7 | C6 | A7", "--style", "bossa", "--swing", "0.6"), "bossa", 0.6),
    ],
)
def test_a_bossa_is_comped_and_played_as_one(
    model: Path, tmp_path: Path, request_: tuple[str, ...], style: str, swing: float
) -> None:
    done = command("generate", model, "--format", "mid", "--out", "takes", "--seed", 1, *request_, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "takes" / "settings.json").read_text())["prompt"]["swing"] == swing
    file = mido.MidiFile(tmp_path / "takes" / "take-01.mid")
    bass = next(track for track in file.tracks if "bass" in track.name.casefold())
    starts, pulse = [], 0
    for message in bass:
        pulse += message.time
        if message.type == "note_on":
            starts.append(pulse / file.ticks_per_beat)
    eighth = 1 + swing  # the one behind the second beat
    assert starts[:3] == pytest.approx([0, eighth, 2] if style == "bossa" else [0, 1, 2], abs=0.01)


def test_a_key_alone_asks_for_a_blues_in_it(model: Path, tmp_path: Path) -> None:
    done = command("generate", model, "--key", "Bb", "--out", "takes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Blues in Bb: 12 bars" in done.stdout


def test_a_title_stays_on_its_line(model: Path, tmp_path: Path) -> None:
    done = command("generate", model, "--title", "Red\x1b[31m\nRoad", "--out", "takes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("take 1: Red [31m Road: 12 bars")
    done = command("generate", model, "--title", "x" * 201, "--out", "more", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "error: --title has 201 characters; allowed: 200\n")
