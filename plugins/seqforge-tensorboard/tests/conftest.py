"""Calling seqforge as users do, and runs that several tests look at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SMALL = (
    "text", "--backend", "numpy", "--set", "model.lstm.hidden=16", "--set", "training.batch_size=4",
    "--set", "training.steps=100", "--set", "training.evaluate_every=10", "--set", "samples.count=1",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a process in which a warning is an error."""
    cache = str(tmp_path_factory.mktemp("cache"))
    given = {"XDG_CACHE_HOME": cache, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error"}
    return {**{name: value for name, value in os.environ.items() if name != "SEQFORGE_BACKEND"}, **given}


@pytest.fixture(scope="session")
def seqforge(environment: dict[str, str]) -> Callable[..., Outcome]:
    """`seqforge(folder, "run", ...)`: the command in a process of its own; `after` a step it is `sent` a signal."""

    def start(folder: Path, *arguments: object, after: int | None = None, sent: int = signal.SIGKILL) -> Outcome:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqforge", *map(str, arguments)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if after is not None and line.startswith(f"step {after:5d}"):
                process.send_signal(sent)
                break
        out, err = process.communicate(timeout=300)
        return Outcome(process.returncode, "".join(lines) + out, err)

    return start


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, seqforge: Callable[..., Outcome]) -> Path:
    """The folder of a run with a log; read only."""
    folder = tmp_path_factory.mktemp("finished")
    outcome = seqforge(folder, "run", *SMALL, "--callback", "tensorboard", "--out", "run")
    assert (outcome.status, outcome.err) == (0, "")
    return folder / "run"


@pytest.fixture(scope="session")
def small() -> tuple[str, ...]:
    """The words of a run that takes seconds."""
    return SMALL
