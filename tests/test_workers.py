"""Runs that several workers train: the crew of tests/crew are processes that meet at a socket."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from seqforge.files.model_file import read_model
from seqforge.files.sealed import read_sealed, write_sealed
from seqforge.launching import Worker
from seqforge.session.checkpoints import RESUME_VERSION
from seqforge.session.worker import train

CREW = Path(__file__).parent / "crew"
SETTINGS = ("training.steps=60", "training.evaluate_every=20", "training.batch_size=7", "samples.count=0", "model={}")
RUN = ("run", "toy", "--backend", "table", *(part for value in SETTINGS for part in ("--set", value)))


@pytest.fixture(scope="module")
def crew(tmp_path_factory, request):
    """The folders of the crew's plugin."""
    from conftest import plant

    return (str(CREW), str(plant(tmp_path_factory.mktemp("crew"), "seqforge-crew", {"crew": "seqforge_crew.plugin"})))


@pytest.fixture
def command(process, crew):
    def start(*arguments, **environment):
        return process(*arguments, path=crew, **environment)

    return start


def lines(run):
    found = [json.loads(line) for line in (Path(run) / "metrics.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in ("seconds", "memory_mib")} for line in found]


def trained(command, folder, *arguments):
    outcome = command(*RUN, "--out", folder, *arguments)
    assert outcome.status == 0, outcome.err
    return outcome.out


def assert_alike(run, other):
    """The same within rounding: the weights, and all of the loss curve."""
    weights, others = (read_model(Path(folder) / "model.safetensors").weights["table"] for folder in (run, other))
    np.testing.assert_allclose(weights, others, atol=1e-5)
    for line, same in zip(lines(run), lines(other), strict=True):
        assert line["step"] == same["step"]
        assert line["training_nats"] == pytest.approx(same["training_nats"], abs=1e-6)
        assert line["validation"] == pytest.approx(same["validation"], abs=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(("windows.carry_state=true",), id="carried state"),
        pytest.param(("windows.length=90", "training.batch_size=5"), id="fewer windows than workers at an epoch's end"),
        pytest.param(("windows.starts='random'", "windows.count=9", "data.validation=0.0"), id="drawn windows"),
        pytest.param(("training.patience=1", "training.learning_rate=0.5"), id="early stopping"),
    ],
)
def test_three_workers_come_to_what_one_comes_to(command, tmp_path, settings):
    options = [part for value in settings for part in ("--set", value)]
    trained(command, "one", *options)
    out = trained(command, "three", *options, "--launcher", "crew", "--workers", "3")
    assert_alike(tmp_path / "one", tmp_path / "three")
    assert "launcher  crew: 3 workers" in out
    told = [int(step) for step in re.findall(r"^step +(\d+)", out, re.MULTILINE)]
    assert told == [line["step"] for line in lines(tmp_path / "three")]
    assert (tmp_path / "three" / "report.html").is_file()


def test_a_lost_worker_costs_nothing(command, tmp_path):
    carried = ("--set", "windows.carry_state=true", "--launcher", "crew", "--workers", "2")
    trained(command, "unbroken", *carried)
    for victim in ("0", "1"):
        losses = ("--set", "launcher.crew.losses=3", "--set", f"launcher.crew.victim={victim}")
        out = trained(command, f"broken-{victim}", *carried, *losses, "--set", "launcher.crew.at=33")
        assert re.findall(r"go on after step (\d+)", out) == ["20", "40", "60"][: out.count("go on after step")]
        assert out.count("a worker was lost") >= 1
        broken = tmp_path / f"broken-{victim}"
        assert lines(broken) == lines(tmp_path / "unbroken")
        assert (broken / "model.safetensors").read_bytes() == (tmp_path / "unbroken" / "model.safetensors").read_bytes()


def test_what_a_lost_worker_left_is_put_right(tmp_path, toy_run):
    """Of what it was writing nothing stays; a damaged state does not push out the one before it."""
    folder = shutil.copytree(toy_run, tmp_path / "run")
    whole = (folder / "resume.safetensors").read_bytes()
    (folder / "resume-earlier.safetensors").write_bytes(whole)
    (folder / "resume.safetensors").write_bytes(whole[:-9])
    (folder / ".seqforge-part-resume-0123456789ab.safetensors").write_bytes(whole[:99])
    reports = []
    train(Worker(rank=0, world_size=1, attempt=1, report=reports.append), folder=folder.as_uri())
    assert [(report["begun"], report["attempt"]) for report in reports] == [(60, 1)]
    assert [evaluation["step"] for evaluation in reports[0]["evaluations"]] == [20, 40, 60]
    assert (folder / "resume.safetensors").read_bytes() == whole
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in toy_run.iterdir())


def test_an_evaluation_is_told_once_even_if_its_report_was_lost(command, tmp_path):
    losses = ("--set", "launcher.crew.losses=1", "--set", "launcher.crew.at=45", "--set", "launcher.crew.deaf=true")
    out = trained(command, "run", "--launcher", "crew", "--workers", "2", *losses)
    assert "go on after step 40" in out
    assert [int(step) for step in re.findall(r"^step +(\d+)", out, re.MULTILINE)] == [20, 40, 60]


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 2), (2, 1)])
def test_a_run_goes_on_with_more_or_fewer_workers(command, tmp_path, before, after):
    def by(workers):
        return ("--launcher", "crew" if workers > 1 else "local", "--workers", str(workers))

    carried = ("--set", "windows.carry_state=true")
    trained(command, "whole", *carried)
    trained(command, "moved", *carried, "--set", "training.steps=40", *by(before))
    make_longer(tmp_path / "moved", 60)
    outcome = command("resume", "moved", *by(after))
    assert outcome.status == 0, outcome.err
    assert "resume    after step 40 of 60" in outcome.out
    assert_alike(tmp_path / "moved", tmp_path / "whole")
    config = (tmp_path / "moved" / "config.toml").read_text()
    assert f'[launcher]\nname = "{by(after)[1]}"\nworkers = {after}\n' in config.replace("seqforge-crew:", "")


def make_longer(run, steps):
    """Let a finished run be one that was killed after its last evaluation, and was to make more steps."""
    sealed = read_sealed(run / "resume.safetensors", what="resume state", version=RESUME_VERSION)
    configuration = tomllib.loads(sealed.description["configuration"])
    configuration["training"]["steps"] = steps
    description = {**sealed.description, "configuration": tomli_w.dumps(configuration)}
    write_sealed(run / "resume.safetensors", description, sealed.tensors, what="resume state", version=RESUME_VERSION)
    (run / "report.html").unlink()


def test_the_model_says_how_many_workers_there_were_and_not_where(command, tmp_path):
    trained(command, "two", "--launcher", "crew", "--workers", "2", "--set", "launcher.crew.at=7")
    trained(command, "one")
    provenance = {name: read_model(tmp_path / name / "model.safetensors").provenance for name in ("one", "two")}
    assert provenance["two"]["configuration"]["launcher"] == {"name": "crew", "workers": 2}
    assert "launcher" not in provenance["one"]["configuration"]
    config = tomllib.loads((tmp_path / "two" / "config.toml").read_text())
    assert config["launcher"]["crew"] == {"at": 7, "losses": 0, "victim": 1, "deaf": False}


def test_paths_reach_the_workers_whatever_their_folder_is(command, tmp_path):
    (tmp_path / "mine").mkdir()
    for number in range(12):
        text = "".join(f"{letter}{mark}" for letter in "abcde"[number % 3 :] for mark in "-.") * 6
        (tmp_path / "mine" / f"tune {number}.letters").write_text(f"tune-{number} {text}\n")
    trained(command, "out/of the way", "--data", "mine", "--launcher", "crew", "--workers", "2")
    config = (tmp_path / "out/of the way" / "config.toml").read_text()
    assert 'source = "mine"' in config
    more = ("--from", "out/of the way", "--data", "mine/*.letters", "--launcher", "crew", "--workers", "2")
    trained(command, "more", *more)
    start = read_model(tmp_path / "more" / "model.safetensors").provenance["start"]
    assert start["sha256"] == read_model(tmp_path / "out/of the way" / "model.safetensors").sha256


def test_files_are_read_by_the_launcher_and_kept_here(command, tmp_path):
    (tmp_path / "mine").mkdir()
    for number in range(40):
        text = "".join(f"{letter}{mark}" for letter in "abcde"[number % 3 :] for mark in "-.") * 6
        (tmp_path / "mine" / f"tune-{number}.letters").write_text(f"tune-{number} {text}\n")
    for what in ("exit", "raise"):
        (tmp_path / "mine" / f"{what}.trap").write_text(what)
    lost = {"SEQFORGE_CREW_LOST": "1", "XDG_CACHE_HOME": str(tmp_path / "lost" / "cache")}
    outcome = command(*RUN, "--data", "mine", "--out", "lost/run", "--launcher", "crew", "--quiet", **lost)
    assert (outcome.status, outcome.err.count("\n")) == (1, 1), outcome.err
    assert "could not read 32 files, 'exit.trap' the first of them (its machine was lost)" in outcome.err
    assert not (tmp_path / "lost" / "run").exists(), "it does not go on with what is left of the data"
    log, said = tmp_path / "log", []
    for name, arguments in (("here", ()), ("there", ("--launcher", "crew"))):
        cache = {"XDG_CACHE_HOME": str(tmp_path / name / "cache"), "SEQFORGE_CREW_LOG": str(log)}
        for out in ("first", "again"):
            outcome = command(*RUN, "--data", "mine", "--out", f"{name}-{out}", "--json", *arguments, **cache)
            assert outcome.status == 0, outcome.err
            said.append(json.loads(outcome.out)["data"])
            if name == "there":  # 32 files a call; of one that ended its process nothing is kept
                assert log.read_text() == "seqforge.reading.remote:read_files\n" * (2 if out == "first" else 1)
    assert said[0]["dropped"]
    assert said[1:] == said[:1] * 3
    here, there = (sorted((tmp_path / name / "cache/seqforge/corpora").iterdir()) for name in ("here", "there"))
    assert [path.name for path in here] == [path.name for path in there]
    assert [path.read_bytes() for path in here] == [path.read_bytes() for path in there]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workers", "2"), "launcher local has one worker a run; take --workers 1, or --launcher crew"),
        (("--launcher", "crew", "--workers", "2", "--backend", "numpy"), "can't train with several workers"),
        (("--launcher", "mail", "--workers", "2"), "they meet by 'socket', and it has letters"),
        (("--launcher", "crew", "--workers", "8"), "launcher.workers is 8; allowed: at most training.batch_size, 7"),
        (("--launcher", "crew", "--workers", "0"), "launcher.workers is 0"),
        (("--launcher", "absent", "--workers", "2"), "python -m pip install seqforge-absent"),
        (("--launcher", "cerw"), "did you mean 'crew'?"),
        (("--launcher", "ray"), "python -m pip install seqforge-ray"),
        (("--launcher", "crew", "--set", "launcher.crew.att=3"), "launcher.crew.at"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_done(command, tmp_path, arguments, words):
    outcome = command(*RUN, "--out", "run", *arguments)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1), outcome.err
    assert words in outcome.err
    assert not (tmp_path / "run").exists()


def test_an_error_of_a_worker_is_that_of_the_run(command, tmp_path):
    outcome = command(
        *RUN, "--out", "run", "--launcher", "crew", "--workers", "2", "--set", "training.learning_rate=1e9"
    )
    assert outcome.status == 1, outcome.err
    assert "lower training.learning_rate" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_launcher_that_does_nothing_is_named(command):
    outcome = command(*RUN, "--out", "run", "--launcher", "idler", "--workers", "2")
    assert outcome.status == 3
    assert "launcher 'idler' of seqforge-crew" in outcome.err
    assert "before the training is complete, after step 0" in outcome.err


def test_the_launchers_are_listed(command):
    rows = {row["name"]: row for row in json.loads(command("list", "launchers", "--json").out)}
    assert {"local", "crew"} <= set(rows)
    assert rows["crew"]["from"] == "seqforge-crew"
