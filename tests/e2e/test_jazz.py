"""What the jazz recipe reaches, and what its files hold when other libraries read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mido
import music21
import pytest
from shell import command, succeed

BARS = 24
LOWEST, HIGHEST = 52, 82  # a trumpet


@pytest.fixture(scope="module")
def hundred_takes(jazz_run: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("takes")
    succeed(
        "generate", str(jazz_run[0]), "--chords", "blues", "--key", "Bb", "--choruses", "2", "--instrument", "trumpet",
        "--swing", "0.5", "-n", "100", "--seed", "11", "--out", "takes", cwd=folder,
    )  # fmt: skip
    return folder / "takes"


def test_the_model_is_well_below_the_best_ngram_on_forms_that_it_has_not_seen(
    jazz_run: tuple[Path, dict[str, Any]],
) -> None:
    result = jazz_run[1]
    for part in ("validation", "test"):
        ngrams = [rates["event"] for name, rates in result["baselines"][part].items() if name.endswith("-gram")]
        assert len(ngrams) == 4
        assert result["scores"][part]["event"] <= min(ngrams) - 0.35


def solo_notes(path: Path) -> tuple[list[tuple[int, int, int]], float]:
    """Start and end tick and pitch of the notes in the solo track, and the length of the file in quarters."""
    file = mido.MidiFile(path, charset="utf-8")
    assert file.type == 1
    lengths = {sum(message.time for message in track) for track in file.tracks}
    assert len(lengths) == 1
    (track,) = [track for track in file.tracks if any(m.type == "program_change" and m.program == 56 for m in track)]
    notes, sounding, tick = [], {}, 0
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            assert not sounding, "two notes sound at once"
            sounding[message.note] = tick
        elif message.type in ("note_off", "note_on"):
            notes.append((sounding.pop(message.note), tick, message.note))
    assert not sounding
    return notes, lengths.pop() / file.ticks_per_beat


def test_every_take_is_as_long_as_its_chart_one_voice_and_in_range(hundred_takes: Path) -> None:
    paths = sorted(hundred_takes.glob("*.mid"))
    assert len(paths) == 100
    for path in paths:
        notes, quarters = solo_notes(path)
        assert quarters == 4 * BARS
        assert notes
        assert all(LOWEST <= pitch <= HIGHEST for _, _, pitch in notes)


@pytest.mark.parametrize("number", [1, 37, 100])
def test_midi_and_musicxml_agree_note_for_note(hundred_takes: Path, number: int) -> None:
    stem = hundred_takes / f"take-{number:03d}"
    score = music21.converter.parse(stem.with_suffix(".musicxml"), forceSource=True)
    written = [
        (note.getOffsetInHierarchy(score), note.quarterLength, note.pitch.midi)
        for note in score.stripTies().recurse().notes
        if isinstance(note, music21.note.Note)
    ]
    ticks_per_beat = mido.MidiFile(stem.with_suffix(".mid")).ticks_per_beat
    played = [
        (start / ticks_per_beat, (end - start) / ticks_per_beat, pitch)
        for start, end, pitch in solo_notes(stem.with_suffix(".mid"))[0]
    ]
    assert len(written) == len(played)
    for on_paper, sounding in zip(written, played, strict=True):
        assert on_paper == pytest.approx(sounding, abs=1e-6)


def test_take_one_of_four_is_the_take_of_one(jazz_run: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    succeed("generate", str(jazz_run[0]), "-n", "4", "--seed", "3", "--out", "four", cwd=tmp_path)
    succeed("generate", str(jazz_run[0]), "-n", "1", "--seed", "3", "--out", "one", cwd=tmp_path)
    for name in ("take-01.mid", "take-01.musicxml"):
        assert (tmp_path / "four" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--chords", "Dm7 | H7"], "H7"),
        (["--chords", "bluse"], "blues"),
        (["--instrument", "trumpett"], "trumpet"),
        (["--tempo", "4000"], "30 to 400"),
        (["--format", "midi"], "mid"),
        (["--temperature", "0"], "above 0"),
    ],
)
def test_a_wrong_request_is_one_line(
    jazz_run: tuple[Path, dict[str, Any]], tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = command("generate", str(jazz_run[0]), *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr
    assert not list(tmp_path.iterdir())
