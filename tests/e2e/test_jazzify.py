"""The recipe `jazzify`: the original's figures on every backend, and what its solos are like."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import mido
import pytest
from shell import ROOT, command, succeed

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", ROOT.parent / "shared" / "data"))
METHENY = DATA / "metheny" / "original_metheny.mid"
needs_data = pytest.mark.skipif(not METHENY.is_file(), reason=f"no {METHENY}")
BARS = 12  # of the recipe's chart
BOUND, MOST = 3.6, 6.6  # nats a window: the entropy of 29 steps, which depends on the windows drawn; the original's


@pytest.fixture(scope="module")
def metheny_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The recipe on NumPy, over the file that the original was trained on."""
    folder = tmp_path_factory.mktemp("jazzify")
    result = json.loads(succeed("run", "jazzify", "--data", str(METHENY), "--backend", "numpy", "--json", cwd=folder))
    return folder / result["run"], result


def check_figures(result: dict[str, Any]) -> None:
    windows = result["windows"]
    assert (result["data"]["tokens"], result["data"]["distinct"]) == (193, 78)
    assert (windows["X"], windows["Y"]) == ([60, 30, 78], [30, 60, 78])
    assert windows["steps"] == 29
    assert BOUND <= windows["summed_nats"] <= MOST
    assert min(windows["accuracy_by_step"][3:29]) >= 0.97
    assert windows["accuracy_by_step"][29] is None


@needs_data
@pytest.mark.parametrize("backend", ["numpy", "torch", "keras"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_of_the_original_are_reached(backend: str, seed: int, tmp_path: Path) -> None:
    printed = succeed(
        "run", "jazzify", "--data", str(METHENY), "--backend", backend, "--seed", str(seed),
        "--set", "samples.count=1", "--json", cwd=tmp_path,
    )  # fmt: skip
    result = json.loads(printed)
    check_figures(result)
    lines = (Path(tmp_path / result["run"]) / "metrics.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["windows"]["summed_nats"] == pytest.approx(result["windows"]["summed_nats"])


@needs_data
def test_ten_seeds_give_ten_solos_and_greedy_gives_one(
    metheny_run: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    for sampler, solos in (("draw", 10), ("greedy", 1)):
        contents = set()
        for seed in range(10):
            out = f"{sampler}-{seed}"
            succeed(
                "generate", str(metheny_run[0]), "--sampler", sampler, "--seed", str(seed), "--format", "mid",
                "--out", out, cwd=tmp_path,
            )  # fmt: skip
            contents.add((tmp_path / out / "take-01.mid").read_bytes())
        assert len(contents) == solos


def is_tenor_saxophone(message: mido.Message) -> bool:
    return bool(message.type == "program_change" and message.program == 66)


@needs_data
def test_a_solo_has_the_bars_that_were_asked_for_and_none_overlap(
    metheny_run: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    chords = "Dm7 | G7 | Cmaj7 | %"
    succeed(
        "generate", str(metheny_run[0]), "--chords", chords, "--choruses", "4", "-n", "10", "--seed", "1",
        "--format", "mid", "--out", "takes", cwd=tmp_path,
    )  # fmt: skip
    for path in sorted((tmp_path / "takes").glob("*.mid")):
        file = mido.MidiFile(path, charset="utf-8")
        solo = next(track for track in file.tracks if any(is_tenor_saxophone(message) for message in track))
        bar = 4 * file.ticks_per_beat
        assert sum(message.time for message in solo) == 16 * bar
        tick, started = 0, None
        bars = set()
        for message in solo:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                assert started is None, "two notes at once"
                started = tick
                bars.add(tick // bar)
            elif message.type in ("note_off", "note_on"):
                assert started is not None
                assert started // bar == (tick - 1) // bar, "a note crosses a bar line"
                started = None
        assert bars == set(range(16)), "every bar has a note"


@needs_data
def test_the_screen_tells_what_was_read_and_what_was_copied(tmp_path: Path) -> None:
    printed = succeed("run", "jazzify", "--data", str(METHENY), "--set", "training.steps=20", cwd=tmp_path)
    for words in (
        "193 tokens, 78 distinct",
        "melody: track 5 'Guitar'",
        "chords: inferred from track 0 'Piano'",
        "X (60, 30, 78), Y (30, 60, 78)",
        "summed over 29 steps",
        "longest quotation of the training data",
    ):
        assert words in printed


@needs_data
def test_it_has_memorised_its_file_and_is_told_so(metheny_run: tuple[Path, dict[str, Any]]) -> None:
    novelty = metheny_run[1]["novelty"]
    assert novelty["verdict"] == "memorised"
    (tokens,) = novelty["alphabets"]
    assert tokens["longest"]["length"] > 30  # of about 100 values a take
    assert tokens["longest"]["source"] == "original_metheny"
    assert re.fullmatch(r"bar \d+", tokens["longest"]["source_place"])


@needs_data
def test_an_untrained_model_has_not(tmp_path: Path) -> None:
    arguments = ("--data", str(METHENY), "--set", "training.steps=1", "--json")
    novelty = json.loads(succeed("run", "jazzify", *arguments, cwd=tmp_path))["novelty"]
    assert novelty["verdict"] == "not memorised"


def test_without_a_file_the_etudes_are_the_corpus(tmp_path: Path) -> None:
    result = json.loads(succeed("run", "jazzify", "--set", "training.steps=20", "--json", cwd=tmp_path))
    assert result["data"]["source"] == "jazz-etudes"
    assert len(result["takes"]) == 4


def tune(path: Path, *, meter: int = 4, melody: bool = True, chords: bool = True) -> Path:
    """Sixteen bars on a track, chords on another, as asked for."""
    file = mido.MidiFile(ticks_per_beat=96)
    if melody:
        track = file.add_track("Sax")
        track.append(mido.MetaMessage("time_signature", numerator=meter, denominator=4))
        for number in range(16 * meter * 2):
            track.append(mido.Message("note_on", note=60 + (0, 2, 4, 7, 9, 5, 11)[number % 7], velocity=90, time=0))
            track.append(mido.Message("note_off", note=60 + (0, 2, 4, 7, 9, 5, 11)[number % 7], time=48))
    if chords:
        track = file.add_track("Piano")
        for bar in range(16):
            pitches = (48, 52, 55, 59) if bar % 2 else (50, 53, 57, 60)
            track.extend(mido.Message("note_on", channel=1, note=pitch, velocity=60, time=0) for pitch in pitches)
            for place, pitch in enumerate(pitches):
                track.append(mido.Message("note_off", channel=1, note=pitch, time=0 if place else 96 * meter))
    file.save(path)
    return path


@pytest.mark.parametrize("meter", [3, 4])
def test_another_file_works_as_it_is(meter: int, tmp_path: Path) -> None:
    file = tune(tmp_path / "tune.mid", meter=meter)
    printed = succeed("run", "jazzify", "--data", str(file), "--set", "training.steps=20", cwd=tmp_path)
    assert "data.from_quarter" in printed, "the recipe's stretch does not fit, and the run says so"


@pytest.mark.parametrize(
    ("parts", "arguments", "words"),
    [
        ({"chords": False}, [], "data.chords"),
        ({"melody": False, "chords": False}, [], "no notes"),
        ({}, ["--set", "data.melody_track=7"], "data.melody_track"),
        ({}, ["--set", "data.from_quarter=8", "--set", "data.to_quarter=4"], "data.to_quarter"),
    ],
)
def test_a_file_that_can_not_be_used_gets_one_line_with_the_option_that_helps(
    parts: dict[str, bool], arguments: list[str], words: str, tmp_path: Path
) -> None:
    file = tune(tmp_path / "tune.mid", **parts)
    done = command("run", "jazzify", "--data", str(file), *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr


def test_chords_that_are_given_help_a_file_that_has_none(tmp_path: Path) -> None:
    file = tune(tmp_path / "tune.mid", chords=False)
    arguments = ("--set", "data.chords=Dm7 | G7 | Cmaj7 | %", "--set", "training.steps=20")
    succeed("run", "jazzify", "--data", str(file), *arguments, cwd=tmp_path)
