"""The README's first command, in a new virtual environment, and what it leaves."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import ROOT, clean_environment, succeed


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.strip().splitlines()]


@pytest.fixture(scope="module")
def first_command(newcomer: Path) -> subprocess.CompletedProcess[str]:
    environment = clean_environment()
    environment["PATH"] = f"{newcomer / 'venv' / 'bin'}:{environment['PATH']}"
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        ["bash", "-c", readme_commands()[0]], cwd=newcomer / "seqforge", env=environment, capture_output=True, text=True
    )


def test_it_is_the_promised_command() -> None:
    assert readme_commands()[0] == "python -m pip install . ./plugins/seqforge-jazz && seqforge run jazz"
    assert readme_commands()[1] == "python -m pip install tox && tox"


def test_it_ends_well_and_leaves_the_files(first_command: subprocess.CompletedProcess[str], newcomer: Path) -> None:
    assert first_command.returncode == 0, first_command.stderr
    run = newcomer / "seqforge" / "runs" / "jazz-001"
    assert sorted(path.name for path in run.iterdir()) == [
        "README.md", "config.toml", "evaluation.json", "metrics.jsonl", "model.safetensors", "report.html",
        "resume.safetensors", "samples", "scores.json",
    ]  # fmt: skip
    assert len(list(run.glob("samples/*.mid"))) == len(list(run.glob("samples/*.musicxml"))) == 4


def test_the_summary_says_what_was_done(first_command: subprocess.CompletedProcess[str]) -> None:
    printed = first_command.stdout
    for words in (
        "sources dropped", "no framework's backend is installed", "this model", "5-gram", "uniform", "validation",
        "model.safetensors", "take-01.mid", "seqforge generate runs/jazz-001",
    ):  # fmt: skip
        assert words in printed


def test_no_framework_came_along(first_command: subprocess.CompletedProcess[str], newcomer: Path) -> None:
    assert first_command.returncode == 0
    listed = subprocess.run(
        [newcomer / "venv" / "bin" / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True
    ).stdout.lower()
    for framework in ("torch", "tensorflow", "keras", "jax"):
        assert f"\n{framework} " not in listed


@pytest.mark.parametrize("backend", ["numpy", "torch", "keras"])
def test_a_model_of_any_backend_plays_the_same_without_it(
    backend: str,
    short_run: Callable[[str], tuple[Path, dict[str, Any]]],
    first_command: subprocess.CompletedProcess[str],
    newcomer: Path,
    tmp_path: Path,
) -> None:
    assert first_command.returncode == 0
    model = short_run(backend)[0] / "first" / "model.safetensors"
    succeed("generate", str(model), "--seed", "5", "--out", "with", cwd=tmp_path)
    bare = str(newcomer / "venv" / "bin" / "python")
    succeed("generate", str(model), "--seed", "5", "--out", "without", cwd=tmp_path, python=bare)
    for name in ("take-01.mid", "take-01.musicxml"):
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()
