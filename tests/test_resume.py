"""`seqforge resume`: whatever ends a run, it goes on and comes to the same model."""

import json
import os
import resource
import shutil
import signal

import pytest
from killing import Kills, finish, kill_until_complete, seeded, start

from seqforge.files.model_file import read_model
from seqforge.files.sealed import read_sealed, write_sealed

LSTM = ("model.lstm.dropout=0.2", "model.lstm.recurrent_dropout=0.2", "model.lstm.input_dropout=0.1")
SETTINGS = (*LSTM, "training.steps=300", "training.evaluate_every=10", "windows.carry_state=true", "windows.length=8")
RUN = ("toy", *(part for value in SETTINGS for part in ("--set", value)))


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, toy_path):
    folder = tmp_path_factory.mktemp("unbroken")
    status, _, err = finish(start(folder, toy_path, "run", *RUN, "--out", "run"))
    assert status == 0, err
    return folder / "run"


@pytest.fixture(scope="module")
def broken(tmp_path_factory, toy_path):
    """A run that Ctrl-C has ended somewhere after its first evaluations."""
    folder = tmp_path_factory.mktemp("broken")
    status, out, err = interrupted(folder, toy_path)
    assert status == 130, out + err
    return folder / "run"


def interrupted(folder, toy_path, after="step    50"):
    process = start(folder, toy_path, "run", *RUN, "--out", "run")
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(after):
            break
    process.send_signal(signal.SIGINT)
    status, out, err = finish(process)
    return status, "".join(lines) + out, err


@pytest.fixture
def copy(broken, tmp_path):
    return shutil.copytree(broken, tmp_path / "run")


def results(run):
    """All that must not depend on how often a run was broken."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for line in lines:
        del line["seconds"], line["memory_mib"]
    files = [run / "model.safetensors", run / "config.toml", run / "scores.json", *sorted((run / "samples").iterdir())]
    return lines, {str(path.relative_to(run)): path.read_bytes() for path in files}


def test_killed_runs_come_to_the_same_bytes(tmp_path, toy_path, unbroken):
    kills, chance = Kills(), seeded(1)
    while kills.count < 12 or kills.while_writing < 4:
        kill_until_complete(tmp_path, toy_path, RUN, chance, kills, most=8)
        assert results(tmp_path / "run") == results(unbroken)
        assert sorted(path.name for path in (tmp_path / "run").iterdir()) == sorted(
            path.name for path in unbroken.iterdir()
        ), "nothing is left behind"


@pytest.mark.parametrize("earlier", [123_456.0, None])
def test_the_peak_memory_never_falls_and_may_be_unknown_so_far(copy, seqforge, earlier):
    """The state of a process that was larger than this one will be, and of a seqforge that did not look."""
    sealed = read_sealed(copy / "resume.safetensors", what="resume state", version=1)
    for evaluation in sealed.description["evaluations"]:
        evaluation["memory_mib"] = earlier
        if earlier is None:
            del evaluation["memory_mib"]
    count = len(sealed.description["evaluations"])
    write_sealed(copy / "resume.safetensors", sealed.description, sealed.tensors, what="resume state", version=1)
    outcome = seqforge("resume", copy)
    assert outcome.status == 0, outcome.err
    peaks = [json.loads(line)["memory_mib"] for line in (copy / "metrics.jsonl").read_text().splitlines()]
    assert peaks[:count] == [earlier] * count
    assert len(peaks) > count
    assert all(peak >= (earlier or 5) for peak in peaks[count:])


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, toy_path, unbroken):
    status, _, err = interrupted(tmp_path, toy_path)
    assert status == 130
    assert err.startswith("interrupted; the run is saved up to step ")
    assert err.endswith("to go on, type: seqforge resume run\n")
    assert int(err.split("step ")[1].split(";")[0]) >= 50
    status, out, err = finish(start(tmp_path, toy_path, "resume", "run"))
    assert (status, err) == (0, "")
    assert "resume    after step " in out
    assert results(tmp_path / "run") == results(unbroken)


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
@pytest.mark.parametrize(
    "name", ["resume.safetensors", "resume-earlier.safetensors", "config.toml", "metrics.jsonl", "model.safetensors"]
)
def test_a_truncated_file_costs_no_more_than_the_steps_since(seqforge, copy, unbroken, name, share):
    path = copy / name
    os.truncate(path, int(path.stat().st_size * share))
    outcome = seqforge("resume", copy)
    assert outcome.status == 0, outcome.err
    assert results(copy) == results(unbroken)
    damaged = name == "resume.safetensors"
    assert outcome.err.count("going on from the state before it") == damaged
    assert outcome.err.count("\n") == damaged


def test_without_any_whole_state_a_run_starts_over(seqforge, copy, unbroken):
    for name in ("resume.safetensors", "resume-earlier.safetensors"):
        os.truncate(copy / name, 100)
    outcome = seqforge("resume", copy)
    assert outcome.status == 0
    assert outcome.err.count("going on from the beginning") == 2
    assert results(copy) == results(unbroken)


def test_a_complete_run_is_resumed_to_itself(seqforge, unbroken, tmp_path):
    run = shutil.copytree(unbroken, tmp_path / "run")
    (run / "model.safetensors").unlink()
    assert seqforge("resume", run).status == 0
    assert results(run) == results(unbroken)


def test_the_latest_run_is_resumed(seqforge, tmp_path):
    for seed in (1, 2):
        assert seqforge("run", "toy", "--seed", seed, "--set", "training.steps=4").status == 0
    (tmp_path / "runs" / "toy-002" / "model.safetensors").unlink()
    outcome = seqforge("resume")
    assert "toy-002" in outcome.out
    assert (tmp_path / "runs" / "toy-002" / "model.safetensors").exists()


def test_where_there_is_no_run_the_message_says_so(seqforge, tmp_path):
    outcome = seqforge("resume")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "there is no run in runs/" in outcome.err
    outcome = seqforge("resume", tmp_path / "nothing")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "holds no run to go on with" in outcome.err


def test_other_data_than_that_of_the_run_is_refused(seqforge, copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
    outcome = seqforge("resume", copy, "--data", "pairs")
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()} == before


def test_a_second_process_is_refused_with_the_id_of_the_first(tmp_path, toy_path, seqforge):
    first = start(tmp_path, toy_path, "run", "toy", "--set", "training.steps=100000000", "--out", "run")
    for line in first.stdout:
        if line.startswith("step"):
            break
    try:
        for command in (("resume", tmp_path / "run"), ("run", "toy", "--out", tmp_path / "run", "--force")):
            outcome = seqforge(*command)
            assert (outcome.status, outcome.err.count("\n")) == (2, 1)
            assert f"is in use by process {first.pid}" in outcome.err
    finally:
        first.kill()
        first.communicate(timeout=60)
    outcome = seqforge("run", "toy", "--out", tmp_path / "run", "--force", "--set", "training.steps=4")
    assert outcome.status == 0, "the lock of a killed process holds nobody up"


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system has no limit on the size of files")
def test_a_full_disk_leaves_the_state_before_it(copy, toy_path, unbroken):
    """Files may grow to less than the state needs, as if the disk were full at its first, second ... write."""
    size = (copy / "resume.safetensors").stat().st_size
    state = (copy / "resume.safetensors").read_bytes()
    for limit in (1, 1000, size // 2, size - 1):
        process = start(
            copy.parent, toy_path, "resume", "run",
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        status, out, err = finish(process)
        assert (status, err.count("\n")) == (1, 1), out + err
        assert "File too large" in err
        assert "the run is saved up to step " in err
        assert err.endswith("then type: seqforge resume run\n")
        kept = [path.read_bytes() for path in copy.glob("resume*.safetensors")]
        assert state in kept
        assert not [path for path in copy.iterdir() if path.name.startswith(".")]
    status, _, err = finish(start(copy.parent, toy_path, "resume", "run"))
    assert status == 0, err
    assert results(copy) == results(unbroken)


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system has no limit on the size of files")
def test_a_disk_that_is_full_from_the_beginning_leaves_nothing_to_resume(tmp_path, toy_path):
    finish(start(tmp_path, toy_path, "list", "formats"))  # the plugins are known, and nothing of them is written
    process = start(
        tmp_path, toy_path, "run", "toy", "--out", "run",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99)),
    )  # fmt: skip
    status, out, err = finish(process)
    assert (status, err.count("\n")) == (1, 1), out + err
    assert "nothing is saved yet; make room there" in err
    assert err.endswith("then type the same command again\n")


def test_a_damaged_state_never_takes_the_place_of_a_whole_one(copy, toy_path, unbroken):
    os.truncate(copy / "resume.safetensors", 1000)
    whole = (copy / "resume-earlier.safetensors").read_bytes()
    limit = len(whole) // 2
    process = start(
        copy.parent, toy_path, "resume", "run",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    status, _, err = finish(process)
    assert (status, "File too large" in err) == (1, True), err
    assert whole in [path.read_bytes() for path in copy.glob("resume*.safetensors")]
    status, _, err = finish(start(copy.parent, toy_path, "resume", "run"))
    assert status == 0, err
    assert results(copy) == results(unbroken)


def test_the_model_of_an_unfinished_run_can_be_used(seqforge, copy):
    assert seqforge("generate", copy, "-n", 1).status == 0
    assert 0 < read_model(copy / "model.safetensors").provenance["step"] < 300


def test_a_model_is_no_state_and_a_state_is_no_model(seqforge, copy):
    outcome = seqforge("generate", copy / "resume.safetensors")
    assert outcome.status == 1
    assert "holds a resume state of seqforge, not a model" in outcome.err
