"""`seqforge resume` on every backend, and from one to another."""

import json
import shutil

import pytest
from killing import Kills, finish, kill_until_complete, seeded, start

from seqforge.files.model_file import read_model

BACKENDS = ("numpy", "torch", "keras")
SETTINGS = (
    "model.lstm.layers=2",
    "training.evaluate_every=5",
    "training.steps=100",
    "windows.carry_state=true",
    "windows.length=8",
)
DROPOUT = ("model.lstm.dropout=0.2", "model.lstm.recurrent_dropout=0.2", "model.lstm.input_dropout=0.1")


def arguments(backend, *settings):
    return ("toy", "--backend", backend, *(part for value in (*SETTINGS, *settings) for part in ("--set", value)))


def run(folder, toy_path, *command):
    status, out, err = finish(start(folder, toy_path, *command))
    assert status == 0, err
    return out


@pytest.mark.parametrize(("backend", "least"), [("torch", 6), ("keras", 3)])
def test_killed_runs_come_to_the_same_bytes(tmp_path, toy_path, backend, least):
    run(tmp_path, toy_path, "run", *arguments(backend, *DROPOUT), "--out", "unbroken")
    kills, chance = Kills(), seeded(1)
    while kills.count < least or not kills.while_writing:
        kill_until_complete(tmp_path, toy_path, arguments(backend, *DROPOUT), chance, kills, most=4)
        models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("run", "unbroken")]
        assert models[0] == models[1]


@pytest.fixture(scope="module", params=BACKENDS)
def halves(request, tmp_path_factory, toy_path):
    """A backend, and a folder with a whole run on it and one that was killed about half-way."""
    folder = tmp_path_factory.mktemp(request.param)
    run(folder, toy_path, "run", *arguments(request.param), "--out", "whole")
    process = start(folder, toy_path, "run", *arguments(request.param), "--out", "half")
    for line in process.stdout:
        if line.startswith("step    50"):
            process.kill()
            break
    finish(process)
    return request.param, folder


@pytest.mark.parametrize("second", BACKENDS)
def test_a_run_goes_on_with_another_backend(halves, toy_path, second):
    """Half of the run on one backend, the rest on another: the losses are those of the first within 1e-5."""
    first, folder = halves
    shutil.copytree(folder / "half", folder / second)
    out = run(folder, toy_path, "resume", second, "--backend", second)
    assert f"backend   {second}" in out
    whole, both = (
        [json.loads(line) for line in (folder / name / "metrics.jsonl").read_text().splitlines()]
        for name in ("whole", second)
    )
    assert [line["step"] for line in both] == [line["step"] for line in whole]
    for key in ("training_nats", "validation"):
        for ours, theirs in zip(both, whole, strict=True):
            assert ours[key] == pytest.approx(theirs[key], abs=1e-5)
    engine = read_model(folder / second / "model.safetensors").provenance["engine"]
    assert (" to step " in engine and ", then " in engine) == (first != second)
