"""The same recipe on every backend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import SHORT, command, succeed

Run = Callable[[str], tuple[Path, dict[str, Any]]]


@pytest.mark.parametrize("backend", ["torch", "keras"])
def test_the_first_ten_losses_are_those_of_numpy(backend: str, short_run: Run) -> None:
    losses = short_run(backend)[1]["losses"]
    assert len(losses) == 10
    assert losses == pytest.approx(short_run("numpy")[1]["losses"], rel=1e-5)


@pytest.mark.parametrize("backend", ["numpy", "torch", "keras"])
def test_equal_runs_give_equal_bytes(backend: str, short_run: Run) -> None:
    folder = short_run(backend)[0]
    succeed(*SHORT, "--backend", backend, "--out", "second", cwd=folder)
    for name in ("model.safetensors", "samples/take-01.mid", "samples/take-01.musicxml"):
        assert (folder / "first" / name).read_bytes() == (folder / "second" / name).read_bytes()


def test_torch_is_the_first_choice_where_it_is_installed(tmp_path: Path) -> None:
    printed = succeed("run", "jazz", "--dry-run", cwd=tmp_path)
    assert '[backend]\nname = "torch"' in printed


def test_keras_engine_is_printed_and_can_be_chosen(tmp_path: Path) -> None:
    printed = succeed(*SHORT, "--backend", "keras", "--set", "backend.keras.engine='torch'", cwd=tmp_path)
    assert "Keras 3." in printed
    assert "on PyTorch" in printed


def test_a_wrong_engine_is_one_line(tmp_path: Path) -> None:
    done = command("run", "jazz", "--backend", "keras", "--set", "backend.keras.engine='theano'", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "tensorflow" in done.stderr
