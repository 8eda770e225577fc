"""`seqforge run`: what it leaves behind, and that it does so again."""

import json
import math
import os
import signal
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from seqforge.evaluation.scoring import score
from seqforge.files.model_file import read_model
from seqforge.interfaces import BackendOptions
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.split import split_by_group

SHORT = ("--set", "training.steps=4", "--set", "training.evaluate_every=2", "--set", "samples.count=1")


def metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def contents(folder):
    """The bytes of the model and the samples."""
    files = [folder / "model.safetensors", *sorted((folder / "samples").iterdir())]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def files_in(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_a_run_leaves_its_files_and_nothing_else(toy_run):
    samples = ["samples/settings.json", "samples/take-01.txt", "samples/take-02.txt"]
    found = ["README.md", "config.toml", "evaluation.json", "metrics.jsonl", "model.safetensors", "report.html"]
    assert files_in(toy_run) == [*found, "resume.safetensors", *samples, "scores.json"]
    config = tomllib.loads((toy_run / "config.toml").read_text())
    assert config["recipe"] == "toy"
    assert config["training"]["schedule"] == "constant", "a default is written out, too"
    assert config["model"]["lstm"]["layers"] == 1
    assert json.loads((toy_run / "samples" / "settings.json").read_text())["prompt"]["length"] == 6


def test_every_evaluation_is_a_line_of_metrics(toy_run):
    lines = metrics(toy_run)
    assert [line["step"] for line in lines] == [20, 40, 60]
    assert set(lines[0]["validation"]) == {"token", "event", "beat"}
    assert lines[0]["best"] is True
    assert all(math.isfinite(line["training_nats"]) for line in lines)


QUIET = """
from seqforge import Option, SamplerSpec, hookimpl

@hookimpl
def seqforge_register_samplers():
    option = Option(name="quiet", type=float, default=0.0, minimum=0, maximum=1, help="how quiet")
    return [SamplerSpec(name="quiet", target="quiet_plugin:Quiet", stage="truncation", summary="q", options=(option,))]

class Quiet:
    def __init__(self, *, quiet):
        pass
    def __call__(self, logits, history, token_class):
        return logits
"""


def test_a_sampler_that_is_not_switched_on_leaves_no_trace(process, plant, tmp_path, toy_run):
    """So that a run goes on where its package is not installed."""
    site = plant(tmp_path / "site", "seqforge-quiet", {"quiet": "quiet_plugin"}, {"quiet_plugin.py": QUIET})
    assert process("run", "toy", "--out", "off", path=[site]).status == 0
    for name in ("model.safetensors", "config.toml"):
        assert (tmp_path / "off" / name).read_bytes() == (toy_run / name).read_bytes()
    on = ("--set", "samples.sampling.quiet=0.5")
    assert process("run", "toy", *SHORT, *on, "--out", "on", path=[site]).status == 0
    assert tomllib.loads((tmp_path / "on" / "config.toml").read_text())["samples"]["sampling"]["quiet"] == 0.5


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_the_same_seed_gives_the_same_bytes_in_another_process(process, tmp_path, toy_run, hash_seed):
    assert process("run", "toy", "--out", "again", PYTHONHASHSEED=hash_seed).status == 0
    assert contents(tmp_path / "again") == contents(toy_run)


def test_another_seed_gives_another_model(seqforge, tmp_path):
    for seed in ("1", "2"):
        assert seqforge("run", "toy", *SHORT, "--seed", seed, "--out", seed).status == 0
    first, second = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert first["model.safetensors"] != second["model.safetensors"]
    assert first["samples/take-01.txt"] != second["samples/take-01.txt"]


@pytest.mark.parametrize("name", ["", "config.toml"])
def test_a_run_repeats_from_its_folder_and_its_configuration(seqforge, tmp_path, toy_run, name):
    assert seqforge("run", toy_run / name, "--out", "again").status == 0
    assert contents(tmp_path / "again") == contents(toy_run)
    assert (tmp_path / "again" / "config.toml").read_bytes() == (toy_run / "config.toml").read_bytes()


def test_what_a_dry_run_prints_is_a_configuration_that_does_the_same(seqforge, tmp_path, toy_run):
    outcome = seqforge("run", "toy", "--dry-run")
    assert outcome.err == ""
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine.toml").write_text(outcome.out)
    assert seqforge("run", "mine.toml", "--out", "again").status == 0
    assert contents(tmp_path / "again") == contents(toy_run)


def test_without_out_runs_are_numbered(seqforge, tmp_path):
    for _ in range(2):
        assert seqforge("run", "toy", *SHORT).status == 0
    assert sorted(folder.name for folder in (tmp_path / "runs").iterdir()) == ["toy-001", "toy-002"]
    assert seqforge("run", "runs/toy-001", "--out", "third").status == 0
    listed = json.loads(seqforge("list", "runs", "--json").out)
    assert [(row["run"], row["recipe"], row["state"]) for row in listed] == [
        (os.path.join("runs", name), "toy", "finished")  # noqa: PTH118  # as the command prints it
        for name in ("toy-001", "toy-002")
    ]


def test_json_is_all_that_stands_on_standard_output(process):
    outcome = process("run", "toy", *SHORT, "--json")
    result = json.loads(outcome.out)
    assert outcome.status == 0
    assert result["backend"] == {"name": "numpy", "reason": "named by the configuration"}
    assert len(result["losses"]) == result["steps"] == 4
    assert result["data"]["dropped"] == [{"name": "the last one", "reason": "nobody found it"}]
    assert set(result["scores"]) == {"validation", "test"}


def test_the_screen_shows_data_backend_scores_files_and_what_to_do_next(seqforge):
    shown = seqforge("run", "toy", *SHORT, "--out", "shown").out
    for words in (
        "30 pieces, 1,294 tokens",
        "dropped the last one: nobody found it",
        "21 training in 7 groups, 6 validation in 2 groups, 3 test in 1 group",
        "numpy (NumPy",
        "5-gram",
        "nats/event",
        "model.safetensors",
        "seqforge generate shown",
    ):
        assert words in shown


def test_the_model_learns_more_than_counting_does(seqforge):
    result = json.loads(seqforge("run", "toy", "--json").out)
    for part in ("validation", "test"):
        best = min(baseline["event"] for baseline in result["baselines"][part].values())
        assert result["scores"][part]["event"] < best - 0.35


def test_an_occupied_folder_is_refused_and_replaced_by_force(seqforge, tmp_path):
    assert seqforge("run", "toy", *SHORT, "--out", "mine").status == 0
    before = contents(tmp_path / "mine")
    refused = seqforge("run", "toy", *SHORT, "--seed", "2", "--out", "mine")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "--force" in refused.err
    assert contents(tmp_path / "mine") == before
    (tmp_path / "mine" / "samples" / "take-09.txt").write_text("of a run that is no more")
    assert seqforge("run", "toy", *SHORT, "--seed", "2", "--out", "mine", "--force").status == 0
    after = contents(tmp_path / "mine")
    assert after.keys() == before.keys()
    assert after["model.safetensors"] != before["model.safetensors"]
    assert len(metrics(tmp_path / "mine")) == 2


def test_force_replaces_no_folder_but_that_of_a_run(seqforge, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-a-friend.txt").write_text("dear friend")
    refused = seqforge("run", "toy", "--out", "letters", "--force")
    assert refused.status == 2
    assert files_in(tmp_path) == ["letters/to-a-friend.txt"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--data", "nowhere"),
        ("--set", "training.stepz=3"),
        ("--backend", "nonesuch"),
        ("--set", "samples.formats=['nonesuch']"),
        ("--set", "data.groups=2"),
    ],
)
def test_a_failed_request_leaves_nothing_behind(seqforge, tmp_path, wrong):
    assert seqforge("run", "toy", *wrong).status == 2
    assert seqforge("run", "toy", *wrong, "--out", "mine").status == 2
    assert list(tmp_path.iterdir()) == []


def test_a_failed_request_keeps_the_run_that_it_was_to_replace(seqforge, tmp_path):
    assert seqforge("run", "toy", *SHORT, "--out", "mine").status == 0
    before = contents(tmp_path / "mine")
    assert seqforge("run", "toy", "--data", "nowhere", "--out", "mine", "--force").status == 2
    assert contents(tmp_path / "mine") == before


def test_early_stopping_keeps_the_best_weights(seqforge, tmp_path, registry, toy_codec, toy_pieces):
    settings = ("--set", "training.learning_rate=0.2", "--set", "training.evaluate_every=5", "--set", "samples.count=0")
    outcome = seqforge("run", "toy", *settings, "--set", "training.patience=3", "--out", "stopped", "--json")
    result = json.loads(outcome.out)
    lines = metrics(tmp_path / "stopped")
    best = [line for line in lines if line["best"]][-1]
    assert result["steps"] == lines[-1]["step"] == best["step"] + 15 < 60
    assert result["best_step"] == best["step"]
    assert best["validation"]["token"] == min(line["validation"]["token"] for line in lines)

    model = read_model(tmp_path / "stopped" / "model.safetensors")
    split = split_by_group(toy_pieces, validation=0.2, test=0.1, seed=1)
    engine = NumpyBackend().build(model.spec, model.weights, BackendOptions())
    assert score(engine, split.validation, toy_codec).per("token") == best["validation"]["token"]

    shorter = ("--set", f"training.steps={best['step']}")
    assert seqforge("run", "toy", *settings, *shorter, "--out", "shorter").status == 0
    again = read_model(tmp_path / "shorter" / "model.safetensors")
    for name, weight in model.weights.items():
        assert np.array_equal(weight, again.weights[name])


@pytest.mark.parametrize("rate", ["1e9", "1e38"])
@pytest.mark.parametrize("evaluate_every", [1, 20])
def test_a_run_that_diverges_ends_with_one_clear_line(process, tmp_path, rate, evaluate_every):
    settings = ("--set", f"training.learning_rate={rate}", "--set", f"training.evaluate_every={evaluate_every}")
    outcome = process("run", "toy", *settings, "--out", "wild")
    assert outcome.status == 1
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("error: the loss is ")
    assert "learning_rate" in outcome.err
    assert not (tmp_path / "wild" / "model.safetensors").exists()


@pytest.mark.parametrize(
    "windows",
    [
        "{length=10, first_input='none'}",
        "{length=10, starts='random', count=40}",
        "{length=10, starts='random', count=40, first_input='none'}",
        "{length=10, carry_state=true}",
        "{length=10, carry_state=true, first_input='none'}",
        "{length=1000}",
    ],
)
def test_every_window_policy_trains(seqforge, tmp_path, windows):
    for name, policy in (("usual", "{length=10}"), ("other", windows)):
        outcome = seqforge("run", "toy", "--set", f"windows={policy}", "--set", "samples.count=0", "--out", name)
        assert outcome.status == 0, outcome.err
    usual, other = (metrics(tmp_path / name) for name in ("usual", "other"))
    assert other[-1]["training_nats"] < other[0]["training_nats"]
    assert other[-1]["training_nats"] != usual[-1]["training_nats"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["schedule='constant'", "warmup_steps=4"], lambda step: 0.03 * min(1, (step + 1) / 4)),
        (["schedule='inverse'", "decay=0.5"], lambda step: 0.03 / (1 + 0.5 * step)),
        (
            ["schedule='cosine'", "warmup_steps=2"],
            lambda step: (
                0.03 * (step + 1) / 2
                if step < 2
                else 0.03 * (0.05 + 0.95 * (1 + math.cos(math.pi * (step - 2) / 8)) / 2)
            ),
        ),
    ],
    ids=["constant", "inverse", "cosine"],
)
def test_learning_rates_follow_the_schedule(seqforge, tmp_path, settings, expected):
    assignments = [part for setting in settings for part in ("--set", f"training.{setting}")]
    short = ("--set", "training.steps=10", "--set", "training.evaluate_every=1", "--set", "samples.count=0")
    assert seqforge("run", "toy", *short, *assignments, "--out", "rates").status == 0
    rates = [line["learning_rate"] for line in metrics(tmp_path / "rates")]
    assert rates == pytest.approx([expected(step) for step in range(10)], rel=1e-12)


def test_augmented_data_is_for_training_alone(seqforge):
    plain, augmented = (
        seqforge("run", "toy", *SHORT, "--set", f"data.augment={value}", "--json") for value in ("false", "true")
    )
    for name in ("data", "parameters"):
        assert json.loads(plain.out)[name] == json.loads(augmented.out)[name]
    assert json.loads(plain.out)["losses"] != json.loads(augmented.out)["losses"]
    uniform = [json.loads(outcome.out)["baselines"]["validation"]["uniform"] for outcome in (plain, augmented)]
    assert uniform[0] == uniform[1]
    assert "5 variants of each for training" in augmented.err


def test_without_held_out_data_the_training_loss_chooses(seqforge, tmp_path):
    settings = ("--set", "data.validation=0", "--set", "data.test=0")
    outcome = seqforge("run", "toy", *SHORT, *settings, "--out", "all")
    assert outcome.status == 0
    assert all(line["validation"] is None for line in metrics(tmp_path / "all"))
    assert "30 training in 10 groups" in outcome.out


def test_dropout_is_decided_by_the_seed(seqforge, tmp_path):
    for name, rate in (("one", "0.4"), ("two", "0.4"), ("none", "0.0")):
        assert seqforge("run", "toy", *SHORT, "--set", f"model.lstm.dropout={rate}", "--out", name).status == 0
    one, two, none = (read_model(tmp_path / name / "model.safetensors").weights for name in ("one", "two", "none"))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(one["output.kernel"], none["output.kernel"])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such pipe")
def test_a_run_goes_on_where_nobody_reads_what_it_prints(tmp_path, toy_path):
    command = [sys.executable, "-m", "seqforge", "run", "toy", *SHORT, "--out", "mine"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(toy_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
    assert (tmp_path / "mine" / "report.html").is_file()


def test_an_interrupted_run_ends_with_its_status_and_a_line(seqforge, tmp_path, toy_path):
    words = ("run", "toy", "--set", "training.steps=100000000", "--out", "runs/long")
    command = [sys.executable, "-m", "seqforge", *words]
    flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {}
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(toy_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **flags,
    )
    for line in running.stdout:
        if line.startswith("step"):
            break
    running.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.startswith("interrupted")
    assert err.count("\n") == 1
    (row,) = json.loads(seqforge("list", "runs", "--json").out)
    assert row["state"] == "not finished"
