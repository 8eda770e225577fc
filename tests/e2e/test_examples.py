"""The examples that come with the sources and are no packages: Jazzify's scripts, and the notebooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from shell import ROOT, clean_environment

JAZZIFY = ROOT / "examples" / "jazzify"
DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", ROOT.parent / "shared" / "data"))
METHENY = DATA / "metheny" / "original_metheny.mid"
needs_data = pytest.mark.skipif(not METHENY.is_file(), reason=f"no {METHENY}")
SCRIPTS = ("jazzify_keras.py", "jazzify_torch.py")


@pytest.fixture(scope="module")
def tune(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten bars of 4/4: eighths on one track, two chords on another."""
    return write_tune(tmp_path_factory.mktemp("tune") / "tune.mid", notes=80)


def write_tune(path: Path, notes: int) -> Path:
    file = mido.MidiFile(ticks_per_beat=96)
    melody, chords = file.add_track("Sax"), file.add_track("Piano")
    for number in range(notes):
        pitch = 60 + (0, 2, 4, 7, 9, 5, 11)[number % 7]
        melody.append(mido.Message("note_on", note=pitch, velocity=90, time=0))
        melody.append(mido.Message("note_off", note=pitch, velocity=0, time=48))
    for bar in range(-(-notes // 8)):
        pitches = (48, 52, 55, 59) if bar % 2 else (50, 53, 57, 60)
        for pitch in pitches:
            chords.append(mido.Message("note_on", channel=1, note=pitch, velocity=60, time=0))
        for pitch in pitches:
            chords.append(
                mido.Message("note_off", channel=1, note=pitch, velocity=0, time=384 if pitch == pitches[0] else 0)
            )
    file.save(path)
    return path


def run_script(name: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, JAZZIFY / name, *arguments], cwd=cwd, env=clean_environment(), capture_output=True, text=True
    )


def notebook_program(file: Path | None, epochs: int) -> str:
    """The notebook's code, cell after cell, with what a reader would set in its first one."""
    notebook = json.loads((JAZZIFY / "jazzify.ipynb").read_text(encoding="utf-8"))
    program = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    for setting, value in (
        ("FILE = None", f"FILE = {file and f'Path({str(file)!r})'}"),
        ("EPOCHS = 100", f"EPOCHS = {epochs}"),
    ):
        assert program.count(setting) == 1
        program = program.replace(setting, value)
    return program


def run_notebook(file: Path | None, epochs: int, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), "PYTHONPATH": str(JAZZIFY)}
    return subprocess.run(
        [sys.executable, "-c", notebook_program(file, epochs)], cwd=cwd, env=environment, capture_output=True, text=True
    )


def summed_loss(printed: str) -> float:
    (loss,) = re.findall(r"loss summed over (?:the )?29 steps: ([\d.]+)", printed)
    return float(loss)


def count_notes(path: Path) -> int:
    return sum(message.type == "note_on" and message.velocity > 0 for message in mido.MidiFile(path, charset="utf-8"))


@needs_data
@pytest.mark.parametrize(
    ("script", "seed"),
    [("jazzify_torch.py", 1), ("jazzify_torch.py", 2), ("jazzify_torch.py", 3), ("jazzify_keras.py", 1)],
)
def test_a_script_reaches_the_expected_numbers(script: str, seed: int, tmp_path: Path) -> None:
    done = run_script(script, METHENY, "--seed", str(seed), "--out", "solo.mid", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "193 values, 78 distinct, X (60, 30, 78), Y (30, 60, 78)" in done.stdout
    assert 3.823 <= summed_loss(done.stdout) <= 6.6
    (least,) = re.findall(r"least from step 4 on: ([\d.]+)", done.stdout)
    assert float(least) >= 0.97
    assert re.search(r"longest run copied from the corpus: \d+ of 200 values", done.stdout)
    assert "solo.mid" in done.stdout
    assert count_notes(tmp_path / "solo.mid") > 100


@needs_data
def test_the_notebook_reaches_the_expected_numbers(tmp_path: Path) -> None:
    done = run_notebook(METHENY, 100, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "193 values, 78 distinct" in done.stdout
    assert "X (60, 30, 78)  Y (30, 60, 78)  the same as windows(corpus): True" in done.stdout
    assert "entropy of the 29 steps that have a target: 3.823" in done.stdout
    assert 3.823 <= summed_loss(done.stdout) <= 6.6
    assert "the first value is the model's first guess: True" in done.stdout
    assert count_notes(tmp_path / "solo_notebook.mid") >= 50


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_takes_another_file(script: str, tune: Path, tmp_path: Path) -> None:
    done = run_script(script, tune, "--from", "0", "--to", "32", "--melody-track", "0", "--epochs", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "64 values" in done.stdout
    (solo,) = tmp_path.glob("*.mid")
    assert count_notes(solo) > 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_needs_no_file(script: str, tmp_path: Path) -> None:
    done = run_script(script, "--epochs", "1", "--values", "40", "--out", "solo.mid", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "206 values, 91 distinct, X (60, 30, 91), Y (30, 60, 91)" in done.stdout
    assert count_notes(tmp_path / "solo.mid") > 0


def test_equal_seeds_give_equal_files(tune: Path, tmp_path: Path) -> None:
    for out in ("one.mid", "two.mid"):
        assert run_script("jazzify_torch.py", tune, "--epochs", "3", "--out", out, cwd=tmp_path).returncode == 0
    assert (tmp_path / "one.mid").read_bytes() == (tmp_path / "two.mid").read_bytes()


@pytest.mark.parametrize("with_file", [False, True])
def test_the_notebook_runs_on_other_music(with_file: bool, tune: Path, tmp_path: Path) -> None:
    done = run_notebook(tune if with_file else None, 11, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("206 values, 91 distinct" in done.stdout) is not with_file
    assert count_notes(tmp_path / "solo_notebook.mid") > 0


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_results(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert text == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, timeout=600).execute()
nbformat.write(notebook, sys.argv[2])
"""


def test_the_comparison_shows_a_curve_a_table_and_sound(tmp_path: Path) -> None:
    source = (ROOT / "examples" / "compare" / "compare.ipynb").read_text(encoding="utf-8")
    assert source.count("STEPS = 150") == 1
    (tmp_path / "short.ipynb").write_text(source.replace("STEPS = 150", "STEPS = 12"), encoding="utf-8")
    environment = clean_environment()
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, "short.ipynb", "done.ipynb"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    cells = json.loads((tmp_path / "done.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [output["data"] for output in outputs if "data" in output]
    printed = "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")
    assert sum("<audio" in "".join(data.get("text/html", [])) for data in shown) == 2
    assert sum("<iframe srcdoc=" in "".join(data.get("text/html", [])) for data in shown) == 1, "the page of a run"
    assert sum("image/png" in data for data in shown) == 1
    (table,) = ("".join(data["text/markdown"]) for data in shown if "text/markdown" in data)
    assert re.findall(r"^\| (absolute|relative|5-gram) \| \d\.\d{3} \|", table, re.MULTILINE) == [
        "absolute", "relative", "5-gram",
    ]  # fmt: skip
    assert "relative is better by " in printed
    assert "\x1b" not in printed
    assert "error" not in printed


@pytest.mark.parametrize(
    ("notes", "arguments", "words"),
    [
        (20, (), "--melody-track"),
        (0, (), "data.melody_track"),
        (80, ("--melody-track", "9"), "track"),
        (-1, (), "tune.mid"),
    ],
)
def test_what_can_not_be_used_is_one_line(notes: int, arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    file = tmp_path / "tune.mid"
    if notes >= 0:  # else there is no such file
        write_tune(file, notes)
    done = run_script("jazzify_torch.py", file, *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert [path for path in tmp_path.iterdir() if path != file] == []
