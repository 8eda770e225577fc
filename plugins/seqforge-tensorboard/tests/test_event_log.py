"""Logs of runs, read by TensorBoard's own reader."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams.metadata import (
    PLUGIN_NAME,
    SESSION_START_INFO_TAG,
    parse_session_start_info_plugin_data,
)

LOG = Path("callbacks", "tensorboard")


def read(folder: Path) -> EventAccumulator:
    """The log as TensorBoard shows it: what is hidden is not in it."""
    log = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    log.Reload()
    return log


def points(log: EventAccumulator, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in log.Scalars(tag)]


def metrics(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def text(log: EventAccumulator, tag: str) -> str:
    return str(log.Tensors(f"{tag}/text_summary")[-1].tensor_proto.string_val[0].decode())


def is_in(log: EventAccumulator, run: Path) -> None:
    """Every evaluation of the run is in the log, once, in order."""
    lines = metrics(run)
    assert len(lines) == 10
    for tag, values in {
        "training/token": [line["training_nats"] for line in lines],
        "training/learning_rate": [line["learning_rate"] for line in lines],
        "training/epoch": [line["epoch"] for line in lines],
        **{f"validation/{unit}": [line["validation"][unit] for line in lines] for unit in lines[0]["validation"]},
    }.items():
        found = points(log, tag)
        assert [step for step, _ in found] == [line["step"] for line in lines], tag
        assert [value for _, value in found] == pytest.approx(values, rel=1e-6), tag


def test_each_evaluation_is_a_point_of_each_curve(finished: Path) -> None:
    log = read(finished / LOG)
    is_in(log, finished)
    assert "validation/character" in log.Tags()["scalars"]
    seconds = [value for _, value in points(log, "training/seconds")]
    assert seconds == pytest.approx([line["seconds"] for line in metrics(finished)], rel=1e-6)


def test_the_results_are_those_of_the_run(finished: Path) -> None:
    log = read(finished / LOG)
    found = json.loads((finished / "evaluation.json").read_text())["likelihood"]
    for part in ("validation", "test"):
        for unit, interval in found[part]["nats"].items():
            [(step, value)] = points(log, f"results/{part}.{unit}")
            assert (step, value) == (100, pytest.approx(interval["value"], rel=1e-6))


def test_the_configuration_is_a_text_and_a_row_of_the_table_of_runs(finished: Path) -> None:
    log = read(finished / LOG)
    assert "| training.steps | 100 |" in text(log, "configuration")
    assert "| engine | NumPy " in text(log, "run")
    content = log.SummaryMetadata(SESSION_START_INFO_TAG).plugin_data.content
    assert SESSION_START_INFO_TAG in log.PluginTagToContent(PLUGIN_NAME)
    settings = parse_session_start_info_plugin_data(content).hparams
    assert settings["training.steps"].number_value == 100
    assert settings["recipe"].string_value == "text"


def test_a_killed_run_goes_on_in_its_log(
    seqforge: Callable[..., Any], small: tuple[str, ...], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    arguments = ("run", *small, "--callback", "tensorboard", "--out", "run")
    assert seqforge(tmp_path, *arguments, after=40).status == -signal.SIGKILL
    assert points(read(run / LOG), "training/token")[-1][0] >= 30, "what was told is on the disk"
    assert seqforge(tmp_path, "resume", "run", after=70, sent=signal.SIGINT).status == 130
    outcome = seqforge(tmp_path, "resume", "run")
    assert (outcome.status, outcome.err) == (0, "")
    is_in(read(run / LOG), run)
    assert (run / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()


def test_a_step_that_is_done_again_is_shown_once(
    seqforge: Callable[..., Any], small: tuple[str, ...], tmp_path: Path
) -> None:
    """The last state is lost: the run goes on from the one before, and tells of ten steps again."""
    run = tmp_path / "run"
    arguments = ("run", *small, "--callback", "tensorboard", "--out", "run")
    assert seqforge(tmp_path, *arguments, after=40, sent=signal.SIGINT).status == 130
    (run / "resume.safetensors").write_bytes(b"")
    assert seqforge(tmp_path, "resume", "run").status == 0
    is_in(read(run / LOG), run)


def test_a_replaced_run_leaves_nothing_in_the_log(
    seqforge: Callable[..., Any], small: tuple[str, ...], tmp_path: Path
) -> None:
    for seed in (1, 2):
        words = ("--callback", "tensorboard", "--out", "run", "--force", "--seed", seed)
        assert seqforge(tmp_path, "run", *small, *words).status == 0
    assert "| seed | 2 |" in text(read(tmp_path / "run" / LOG), "configuration")
    is_in(read(tmp_path / "run" / LOG), tmp_path / "run")


def test_a_folder_of_logs_gets_one_for_each_run(
    seqforge: Callable[..., Any], small: tuple[str, ...], tmp_path: Path
) -> None:
    settings = ("--callback", "tensorboard", "--set", "callbacks.tensorboard.folder=logs")
    assert seqforge(tmp_path, "run", *small, *settings, "--out", "a/run", after=40).status == -signal.SIGKILL
    assert seqforge(tmp_path, "run", *small, *settings, "--out", "b/run", "--seed", 2).status == 0
    assert seqforge(tmp_path, "resume", "a/run").status == 0
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["run", "run-2"]
    is_in(read(tmp_path / "logs" / "run"), tmp_path / "a" / "run")
    is_in(read(tmp_path / "logs" / "run-2"), tmp_path / "b" / "run")


def test_a_folder_that_cannot_be_written_to_ends_the_run_at_once(
    seqforge: Callable[..., Any], small: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("a file")
    words = ("--callback", "tensorboard", "--set", "callbacks.tensorboard.folder=logs", "--out", "run")
    outcome = seqforge(tmp_path, "run", *small, *words)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "callback 'tensorboard' of seqforge-tensorboard" in outcome.err
    assert "callbacks.tensorboard.folder is 'logs' (Not a directory)" in outcome.err
    assert not (tmp_path / "run" / "config.toml").exists()


def test_no_framework_is_imported_for_it(environment: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom seqforge_tensorboard.event_file import EventFile\n"
        f"EventFile(Path({str(tmp_path)!r}), hidden_from=None).close()\n"
        "assert not {'torch', 'tensorflow'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
