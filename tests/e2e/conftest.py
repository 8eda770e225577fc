"""Runs that several tests look at."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import ROOT, SHORT, succeed


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
