"""Running seqforge as users do: in a process of its own, in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHORT = ("run", "jazz", "--set", "training.steps=10", "--set", "samples.count=1")


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
