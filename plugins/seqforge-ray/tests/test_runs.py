"""`seqforge run --launcher ray`, as users type it."""

import json
import os
import random
import signal
import threading
import time

import numpy as np
import pytest
from commands import SMALL, finish, offspring, run, settings, start
from test_workers import has_ended

from seqforge.files.model_file import read_model

KILLS = {"torch": 10, "keras": 2}  # Keras takes long to start again
NO_DROPOUT = ("model.lstm.dropout=0.0", "model.lstm.recurrent_dropout=0.0", "model.lstm.input_dropout=0.0")


@pytest.fixture
def on_ray(cluster):
    """What to type for two workers on the Ray that is there."""
    return ("--launcher", "ray", "--workers", "2", *settings(f"launcher.ray.address='{cluster.address}'"))


def lines(folder):
    """metrics.jsonl without what differs from time to time."""
    found = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in ("seconds", "memory_mib")} for line in found]


@pytest.mark.parametrize("backend", ["torch", "keras"])
def test_two_workers_come_to_what_one_process_comes_to(tmp_path, on_ray, backend):
    arguments = ("--backend", backend, *settings(*SMALL, *NO_DROPOUT, "training.steps=50", "training.clip_norm=1.0"))
    run(tmp_path, "one", *arguments)
    out = run(tmp_path, "two", *arguments, *on_ray)
    assert "launcher  ray: 2 workers" in out
    one, two = (read_model(tmp_path / name / "model.safetensors").weights for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_allclose(two[name], one[name], rtol=0, atol=1e-5, err_msg=name)
    for line, same in zip(lines(tmp_path / "two"), lines(tmp_path / "one"), strict=True):
        assert line["step"] == same["step"]
        assert line["training_nats"] == pytest.approx(same["training_nats"], abs=1e-5)
        assert line["validation"] == pytest.approx(same["validation"], abs=1e-5)


@pytest.mark.parametrize("backend", KILLS)
def test_killed_workers_cost_nothing(tmp_path, cluster, on_ray, backend):
    steps = f"training.steps={60 * KILLS[backend]}"
    arguments = ("--backend", backend, *settings(*SMALL, steps, "model.lstm.dropout=0.2"), *on_ray)
    run(tmp_path, "unbroken", *arguments)
    chance, kills, runs = random.Random(9), 0, 0
    while kills < KILLS[backend]:
        folder = tmp_path / f"broken-{runs}"
        with start(tmp_path, "run", "jazz", "--out", folder.name, *arguments) as process:
            killer = _Killer(process.stdout, cluster, chance, KILLS[backend] - kills)
            killer.start()
            process.wait(timeout=1200)
            killer.join()
            notices = [line for line in process.stderr if "absl::" not in line and "cudart_stub" not in line]
            assert (process.returncode, notices) == (0, []), killer.said  # TensorFlow can't be kept from telling those
        assert lines(folder) == lines(tmp_path / "unbroken")
        for name in ("model.safetensors", "scores.json"):
            assert (folder / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes()
        assert killer.kills, "the run ended before anything was killed"
        assert killer.said.count("go on after step") == killer.kills
        kills, runs = kills + killer.kills, runs + 1


class _Killer(threading.Thread):
    """Kills a worker at a random moment after each step that was reported, again and again."""

    def __init__(self, lines_said, cluster, chance, most):
        super().__init__()
        self.kills, self.said = 0, ""
        self._lines, self._cluster, self._chance, self._most = lines_said, cluster, chance, most
        self._killed = []

    def run(self):
        for line in self._lines:
            self.said += line
            if line.startswith("step") and self.kills < self._most:
                self._kill_soon()

    def _kill_soon(self):
        """Kill, unless these workers are just those that were killed before."""
        workers = self._cluster.workers()
        if set(workers).intersection(self._killed):
            return
        time.sleep(self._chance.uniform(0, 1))
        try:
            os.kill(self._chance.choice(sorted(workers)), signal.SIGKILL)
        except (ProcessLookupError, IndexError):
            return
        self._killed, self.kills = workers, self.kills + 1


def test_what_a_worker_finds_wrong_is_the_error_of_the_run(tmp_path, on_ray):
    arguments = settings(*SMALL, "training.learning_rate=1e9", "training.clip_norm=0.0")
    status, _, err = finish(start(tmp_path, "run", "jazz", "--backend", "torch", *arguments, *on_ray))
    assert status == 1
    assert err.startswith("error: the loss is ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--backend", "numpy", "--workers", "2"), "backend numpy"),
        (("--backend", "numpy", "--set", "launcher.ray.storage='here'"), "an absolute path or a URI"),
        (("--backend", "numpy", "--set", "launcher.ray.adress='auto'"), "launcher.ray.address"),
        (("--backend", "torch", "--workers", "2", "--set", "launcher.ray.cpus=1"), "no room for 2 workers of 1 thread"),
        (
            ("--backend", "numpy", "--set", "launcher.ray.address='127.0.0.1:1'"),
            "no Ray cluster answers at '127.0.0.1:1'",
        ),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(tmp_path, arguments, words):
    status, _, err = finish(start(tmp_path, "run", "jazz", "--launcher", "ray", *settings(*SMALL), *arguments))
    assert (status, err.count("\n")) == (2, 1), err
    assert words in err


def test_a_cluster_without_room_is_not_waited_for_for_ever(tmp_path, cluster):
    where = settings(f"launcher.ray.address='{cluster.address}'", "launcher.ray.wait_seconds=2")
    arguments = ("--backend", "torch", "--launcher", "ray", "--workers", "3", *where, *settings(*SMALL))
    status, _, err = finish(start(tmp_path, "run", "jazz", *arguments))
    assert (status, err.count("\n")) == (2, 1), err
    assert "Ray has no room for 3 workers of 1 thread each: it has 2 CPUs, 2 of them free" in err


def test_a_run_on_a_ray_of_its_own_prints_json_and_nothing_else(tmp_path):
    arguments = ("--backend", "numpy", "--launcher", "ray", "--json", *settings(*SMALL, "training.steps=20"))
    status, out, err = finish(start(tmp_path, "run", "jazz", *arguments))
    assert status == 0, err
    assert json.loads(out)
    assert [line.split()[0] for line in err.splitlines()] == ["data", "split", "backend", "launcher", "step", "step"]


def test_cells_of_a_sweep_and_files_are_spread(tmp_path, cluster):
    """Both are calls that have nothing to do with one another; here the files are read by the first of them."""
    (tmp_path / "data").mkdir()
    for number in range(12):
        text = "".join(f"Line {line} of text {number}, like line {line * number % 7}.\n" for line in range(60))
        (tmp_path / "data" / f"{number:02}.txt").write_text(text)
    there = ("--launcher", "ray", *settings(f"launcher.ray.address='{cluster.address}'"))
    small = settings(*SMALL, "training.steps=10", "model.lstm.embedding=8")
    status, out, err = finish(
        start(tmp_path, "run", "text", "--data", "data", "--backend", "numpy", "--out", "one", *small, *there)
    )
    assert (status, err) == (0, "")
    assert "12 pieces" in out
    sweep = ("sweep", "text", "--data", "data", "--backend", "numpy", "--seeds", "1,2", "-j", "2", *small)
    for name, where in (("here", ()), ("there", there)):
        status, _, err = finish(start(tmp_path, *sweep, "--quiet", "--out", name, *where))
        assert (status, err) == (0, "")
    assert (tmp_path / "there" / "table.csv").read_text() == (tmp_path / "here" / "table.csv").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_everything_and_the_run_can_go_on(tmp_path, number):
    arguments = ("--backend", "numpy", "--launcher", "ray", *settings(*SMALL, "training.steps=4000"))
    process = start(tmp_path, "run", "jazz", "--out", "run", *arguments, process_group=0)
    for line in process.stdout:
        if line.startswith("step"):
            break
    others = offspring(process.pid)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    status, _, err = finish(process)
    assert status == 130, err
    assert "to go on, type: seqforge resume run" in err
    assert err.count("\n") == 1
    assert others
    assert all(has_ended(other) for other in others)
    text = (tmp_path / "run" / "config.toml").read_text()
    assert "steps = 4000" in text
