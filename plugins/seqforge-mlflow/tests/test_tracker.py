"""Runs in MLflow, read by its own client from a new process."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

Seqforge = Callable[..., Any]
Read = Callable[..., list[dict[str, Any]]]


def metrics(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def is_told(found: dict[str, Any], run: Path) -> None:
    """Every evaluation of the run is there once, in order."""
    lines = metrics(run)
    assert len(lines) == 10
    for name, values in {
        "training.token": [line["training_nats"] for line in lines],
        "learning_rate": [line["learning_rate"] for line in lines],
        "epoch": [line["epoch"] for line in lines],
        **{f"validation.{unit}": [line["validation"][unit] for line in lines] for unit in lines[0]["validation"]},
    }.items():
        expected = [[line["step"], value] for line, value in zip(lines, values, strict=True)]
        assert sorted(found["metrics"][name]) == expected, name


def test_a_run_is_there_with_its_losses_and_results(finished: Path, read: Read) -> None:
    [found] = read(finished)
    is_told(found, finished / "run")
    assert (found["experiment"], found["name"], found["state"]) == ("text", "run", "FINISHED")
    results = json.loads((finished / "run" / "evaluation.json").read_text())["likelihood"]
    for part in ("validation", "test"):
        for unit, interval in results[part]["nats"].items():
            assert found["metrics"][f"results.{part}.{unit}"] == [[100, pytest.approx(interval["value"])]]


def test_its_configuration_and_data_are_there(finished: Path, read: Read) -> None:
    [found] = read(finished)
    config = tomllib.loads((finished / "run" / "config.toml").read_text())
    assert found["parameters"]["training.steps"] == "100"
    assert found["parameters"]["model.lstm.hidden"] == "16"
    assert set(found["parameters"]) >= {f"windows.{name}" for name in config["windows"]}
    assert not [name for name in found["parameters"] if name.startswith("callbacks.")]
    card = (finished / "run" / "README.md").read_text()
    assert found["tags"]["seqforge.data"] in card
    assert found["tags"]["seqforge.engine"].startswith("NumPy ")


def test_its_files_are_there(finished: Path, read: Read) -> None:
    [found] = read(finished)
    assert sorted(found["files"]) == ["README.md", "config.toml", "model.safetensors", "report.html"]
    folder = Path(url2pathname(urlsplit(found["artifacts"]).path))
    own = [tomllib.loads((place / "config.toml").read_text()) for place in (folder, finished / "run")]
    assert own[0] == {name: value for name, value in own[1].items() if name != "callbacks"} != own[1]
    for name in set(found["files"]) - {"config.toml"}:
        assert (folder / name).read_bytes() == (finished / "run" / name).read_bytes()


def test_nothing_is_sent_anywhere(finished: Path, environment: dict[str, str]) -> None:
    assert (finished / "mlflow.db").is_file()
    assert not Path(environment["CONNECTIONS"]).exists()


def test_a_broken_run_stays_the_same_run(
    seqforge: Seqforge, read: Read, small: tuple[str, ...], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert seqforge(tmp_path, "run", *small, "--out", "run", after=40).status == -signal.SIGKILL
    assert seqforge(tmp_path, "resume", "run", after=70, sent=signal.SIGINT).status == 130
    assert [found["state"] for found in read(tmp_path)] == ["KILLED"]
    (run / "resume.safetensors").write_bytes(b"")  # so that it goes on from the state before, and repeats steps
    assert seqforge(tmp_path, "resume", "run").status == 0
    [found] = read(tmp_path)
    is_told(found, run)
    assert found["state"] == "FINISHED"
    assert (run / "model.safetensors").read_bytes() == (finished / "run" / "model.safetensors").read_bytes()
    assert seqforge(tmp_path, "resume", "run").status == 0
    assert read(tmp_path)[0]["metrics"] == found["metrics"], "a complete run has nothing to add"


def test_the_options_say_where_and_under_which_name(
    seqforge: Seqforge, read: Read, small: tuple[str, ...], tmp_path: Path
) -> None:
    uri = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    settings = {"tracking_uri": uri, "experiment": "Lines", "run_name": "first"}
    words = [word for name, value in settings.items() for word in ("--set", f"callbacks.mlflow.{name}={value!r}")]
    outcome = seqforge(tmp_path, "run", *small, *words, "--set", "callbacks.mlflow.artifacts=false", "--out", "run")
    assert outcome.status == 0, outcome.err
    [found] = read(tmp_path, uri)
    assert (found["experiment"], found["name"], found["files"]) == ("Lines", "first", [])
    assert not (tmp_path / "mlflow.db").exists()


def test_a_replaced_run_is_another_run(
    seqforge: Seqforge, read: Read, small: tuple[str, ...], finished: Path, tmp_path: Path
) -> None:
    """The one that replaces it diverges, which is told, too."""
    for name in ("run", "mlflow.db"):
        (shutil.copytree if name == "run" else shutil.copy)(finished / name, tmp_path / name)
    settings = ("--set", "training.learning_rate=1e38", "--out", "run", "--force", "--seed", 2)
    assert seqforge(tmp_path, "run", *small, *settings).status == 1
    first, second = sorted(read(tmp_path), key=lambda found: str(found["parameters"]["seed"]))
    assert (first["state"], second["state"]) == ("FINISHED", "FAILED")
    is_told(first, finished / "run")


def test_a_server_that_is_not_there_ends_the_run_at_once(
    seqforge: Seqforge, small: tuple[str, ...], tmp_path: Path
) -> None:
    with socket.socket() as taken:  # nobody listens here
        taken.bind(("127.0.0.1", 0))
        uri = f"http://somebody:secret@127.0.0.1:{taken.getsockname()[1]}"
        connections = str(tmp_path / "connections")
        outcome = seqforge(
            tmp_path, "run", *small, "--out", "run", MLFLOW_TRACKING_URI=uri, CONNECTIONS=connections
        )  # fmt: skip
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("error: callback 'mlflow' of seqforge-mlflow")
    assert "--callback none" in outcome.err
    assert "secret" not in outcome.err
    assert not (tmp_path / "run" / "config.toml").exists()
    assert Path(connections).exists(), "the tests would see a connection"


def test_a_run_that_is_not_in_the_store_is_told_of(seqforge: Seqforge, finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished / "run", tmp_path / "run")
    outcome = seqforge(tmp_path, "resume", "run")
    assert outcome.status == 2
    assert "MLFLOW_TRACKING_URI" in outcome.err
