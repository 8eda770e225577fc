"""Calling seqforge, and a small run that several tests look at."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seqforge.entry import main
from seqforge_text.logbook import year_of_the_log

SMALL = (
    "--backend", "numpy", "--set", "model.lstm.hidden=24", "--set", "training.steps=60", "--set", "samples.count=2",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    status: int
    out: str
    err: str


def call(*arguments: object) -> Outcome:
    """`seqforge ARGUMENTS` in this process, through its entry point."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["seqforge", *(str(argument) for argument in arguments)])
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_WAIT_POLICY"):
            patch.setenv(name, os.environ.get(name, ""))
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return Outcome(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("SEQFORGE_BACKEND", raising=False)
        yield


@pytest.fixture
def seqforge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """`seqforge("run", "text")`: the command in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text file."""
    path = tmp_path_factory.mktemp("book") / "log.txt"
    path.write_text(year_of_the_log(1881), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def book_run(tmp_path_factory: pytest.TempPathFactory, book: Path) -> tuple[Path, dict[str, Any]]:
    """A small model of the text file: the run's folder, and its result."""
    folder = tmp_path_factory.mktemp("runs") / "book"
    outcome = call("run", "text", "--data", book, *SMALL, "--out", folder, "--json")
    assert outcome.status == 0, outcome.err
    return folder, json.loads(outcome.out)


@pytest.fixture(scope="session")
def registry() -> Any:
    """Everything that is installed."""
    from seqforge.plugins import Registry

    return Registry.installed()
