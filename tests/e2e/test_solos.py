"""The recipe `solos`: models of one's own solos."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest
from shell import succeed


@pytest.fixture(scope="module")
def solos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve tunes of eight bars, with the names of their chords."""
    folder = tmp_path_factory.mktemp("solos")
    for number in range(12):
        file = mido.MidiFile(ticks_per_beat=96)
        track = file.add_track("Solo")
        for bar in range(8):
            track.append(mido.MetaMessage("lyrics", text=("Dm7", "G7", "Cmaj7", "Am7")[bar % 4]))
            for place in range(8):
                pitch = 60 + (number + 2 * place + 5 * bar) % 17
                track.append(mido.Message("note_on", note=pitch, velocity=90, time=0))
                track.append(mido.Message("note_off", note=pitch, time=48))
        file.save(folder / f"tune {number}.mid")
    return folder


def test_the_recipe_learns_from_a_folder_and_another_run_goes_on_from_its_model(solos: Path, tmp_path: Path) -> None:
    short = ("--backend", "numpy", "--set", "training.steps=3", "--set", "samples.count=1", "--json")
    first = json.loads(succeed("run", "solos", "--data", str(solos), *short, "--out", "first", cwd=tmp_path))
    assert first["data"]["pieces"] == 12
    assert all(any("names in the file" in note for note in notes) for notes in first["data"]["notes"].values())
    assert set(first["scores"]) == {"validation", "test"}
    second = json.loads(succeed("run", "jazz", "--from", "first", *short, "--out", "second", cwd=tmp_path))
    assert second["parameters"] == first["parameters"], "the model's sizes, not the recipe's"
