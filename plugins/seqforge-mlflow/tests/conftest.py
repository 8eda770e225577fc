"""Calling seqforge as users do, and reading what MLflow knows in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SMALL = (
    "text", "--backend", "numpy", "--set", "model.lstm.hidden=16", "--set", "training.batch_size=4",
    "--set", "training.steps=100", "--set", "training.evaluate_every=10", "--set", "samples.count=1",
    "--callback", "mlflow",
)  # fmt: skip

READ = """
import json, sys
from mlflow.tracking import MlflowClient

client = MlflowClient(*sys.argv[1:])
found = []
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        history = {
            name: [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, name)]
            for name in run.data.metrics
        }
        found.append({
            "experiment": experiment.name, "name": run.info.run_name, "state": run.info.status,
            "tags": run.data.tags, "parameters": run.data.params, "metrics": history,
            "artifacts": run.info.artifact_uri,
            "files": [file.path for file in client.list_artifacts(run.info.run_id)],
        })
print(json.dumps(found))
"""

NO_NETWORK = """
import os, socket

connect = socket.socket.connect

def noted(self, address):
    if self.family != socket.AF_UNIX:
        with open(os.environ["CONNECTIONS"], "a") as file:
            file.write(f"{address}\\n")
    return connect(self, address)

socket.socket.connect = noted
"""


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a process that notes every connection it makes; MLflow can't tell that it is tested."""
    own = ("SEQFORGE_BACKEND", "PYTEST", "CI", "GITHUB_ACTIONS", "TOX", "MLFLOW_", "DO_NOT_TRACK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    return {
        **kept,
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(site),
        "CONNECTIONS": str(site / "connections"),
    }


@pytest.fixture(scope="session")
def seqforge(environment: dict[str, str]) -> Callable[..., Outcome]:
    """`seqforge(folder, "run", ...)`: the command in a process of its own; `after` a step it is `sent` a signal."""

    def start(
        folder: Path, *arguments: object, after: int | None = None, sent: int = signal.SIGKILL, **variables: str
    ) -> Outcome:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqforge", *map(str, arguments)],
            cwd=folder,
            env={**environment, **variables},
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
def read(environment: dict[str, str]) -> Callable[..., list[dict[str, Any]]]:
    """`read(folder, uri)`: every run that MLflow knows there, by its own client."""

    def start(folder: Path, *uri: str) -> list[dict[str, Any]]:
        command = [sys.executable, "-c", READ, *uri]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return start


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, seqforge: Callable[..., Outcome]) -> Path:
    """A working folder in which a run was made; read only."""
    folder = tmp_path_factory.mktemp("finished")
    outcome = seqforge(folder, "run", *SMALL, "--out", "run")
    assert (outcome.status, outcome.err) == (0, "")
    return folder


@pytest.fixture(scope="session")
def small() -> tuple[str, ...]:
    """The words of a run that takes seconds."""
    return SMALL
