"""Commands as users type them, in new folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def clean_environment() -> dict[str, str]:
    """The environment without what would choose a backend."""
    return {name: value for name, value in os.environ.items() if name not in ("SEQFORGE_BACKEND", "KERAS_BACKEND")}


def command(*arguments: str, cwd: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "seqforge", *arguments], cwd=cwd, env=clean_environment(), capture_output=True, text=True
    )


def succeed(*arguments: str, cwd: Path, python: str = sys.executable) -> str:
    done = command(*arguments, cwd=cwd, python=python)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, dict[str, Any]]]:
    """Ten steps of the jazz recipe on a backend, once a backend: the folder and the result."""
    made: dict[str, tuple[Path, dict[str, Any]]] = {}

    def run(backend: str) -> tuple[Path, dict[str, Any]]:
        if backend not in made:
            folder = tmp_path_factory.mktemp(backend)
            printed = succeed(*SHORT, "--backend", backend, "--out", "first", "--json", cwd=folder)
            made[backend] = (folder, json.loads(printed))
        return made[backend]

    return run


SHORT = ("run", "jazz", "--set", "training.steps=10", "--set", "samples.count=1")


@pytest.fixture(scope="session")
def jazz_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The recipe as it is, on NumPy: the run's folder and its result."""
    folder = tmp_path_factory.mktemp("jazz")
    result = json.loads(succeed("run", "jazz", "--backend", "numpy", "--json", cwd=folder))
    return folder / result["run"], result


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with a new virtual environment beside it, in which nothing is installed."""
    folder = tmp_path_factory.mktemp("newcomer")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            target = folder / "seqforge" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    return folder
