"""Text, the second domain: the recipe `text` as it is, and the end of a real text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from shell import ROOT, command, succeed

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", ROOT.parent / "shared" / "data"))
SHAKESPEARE = DATA / "text" / "tinyshakespeare.txt"


def test_the_recipe_learns_more_than_counting_does(tmp_path: Path) -> None:
    result = json.loads(succeed("run", "text", "--backend", "numpy", "--json", cwd=tmp_path))
    for part in ("validation", "test"):
        best = min(rates["character"] for rates in result["baselines"][part].values())
        assert result["scores"][part]["character"] < 0.75 * best
    assert len(list((tmp_path / result["run"] / "samples").glob("*.txt"))) == 4
    judged = json.loads(succeed("evaluate", result["run"], "-n", "8", "--json", cwd=tmp_path))
    assert {value["name"] for value in judged["measures"]} == {"known_words", "word_length", "marks", "line_length"}
    known = next(value for value in judged["measures"] if value["name"] == "known_words")
    assert known["median"] > 0.85
    assert known["reference"]["median"] == pytest.approx(1, abs=0.01)


def test_melodies_and_texts_are_not_mixed_up(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("Once upon a time. " * 50, encoding="utf-8")
    wrong = command("run", "jazz", "--data", "text.txt", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    assert "text.txt" in wrong.stderr


def test_a_folder_is_what_most_of_its_files_are(tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt", "three.mid"):
        (tmp_path / "mixed").mkdir(exist_ok=True)
        (tmp_path / "mixed" / name).write_text("Once upon a time.", encoding="utf-8")
    found = json.loads(succeed("inspect", "mixed", "--json", cwd=tmp_path))
    assert (found["codec"], found["pieces"]) == ("characters", 2)
    assert [dropped["name"] for dropped in found["dropped"]] == ["three.mid"]


@pytest.mark.skipif(not SHAKESPEARE.is_file(), reason=f"{SHAKESPEARE} is not there")
def test_shakespeare_in_few_steps(tmp_path: Path) -> None:
    """A third of the steps of the quick recipe is enough for what nanoGPT's setting for CPUs reaches, 1.88."""
    steps = ("--set", "training.steps=600", "--set", "samples.count=1")
    printed = succeed(
        "run", "shakespeare-quick", "--data", str(SHAKESPEARE), "--backend", "torch", *steps, "--json", cwd=tmp_path
    )
    result = json.loads(printed)
    assert result["likelihood"]["test"]["pieces"] == 1
    assert result["data"]["character"] == 1_115_394
    assert result["scores"]["test"]["character"] < 1.85
