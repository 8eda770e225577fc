"""`seqforge sweep`: whatever ends it, no cell is lost or run twice."""

import json
import resource
import shutil
import signal

import pytest
from killing import finish, seeded, start
from sweeping import GRID, LONG, cells, contents, kill_often


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system has no limit on the size of files")
def test_a_full_disk_fails_with_what_to_do_and_nothing_is_lost(tmp_path, toy_path):
    for limit, status in ((100, 1), (5000, 1)):
        process = start(
            tmp_path, toy_path, *GRID, "--out", "sweep",
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        ended, out, err = finish(process)
        assert (ended, err.count("\n")) == (status, 1), out + err
        assert "File too large" in err
    status, out, err = finish(start(tmp_path, toy_path, *GRID, "--out", "sweep"))
    assert (status, err) == (0, "")


def test_two_sweeps_do_not_share_a_folder(tmp_path, toy_path, seqforge):
    first = start(tmp_path, toy_path, *LONG)
    for line in first.stdout:
        if line.startswith("cell"):
            break
    outcome = seqforge("sweep", tmp_path / "sweep")
    first.kill()
    first.communicate(timeout=60)
    assert (outcome.status, f"is in use by process {first.pid}" in outcome.err) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_saves_its_cells_and_says_how_to_go_on(tmp_path, toy_path, number):
    process = start(tmp_path, toy_path, *LONG, "--set", "training.steps=100000", start_new_session=True)
    sweep = tmp_path / "sweep"
    while not (sweep.is_dir() and [cell for cell in cells(sweep) if (cell / "resume-earlier.safetensors").exists()]):
        assert process.poll() is None
    process.send_signal(number)
    status, out, err = finish(process)
    assert (status, err) == (
        130,
        "interrupted; 0 of 12 cells are finished, begun ones go on from where they were saved; "
        "to go on, type: seqforge sweep sweep\n",
    ), out
    (ended, *_) = [
        [told["outcome"] for told in map(json.loads, diary.read_text().splitlines()) if told["method"] == "on_end"]
        for diary in sweep.glob("*/callbacks/diary/diary.jsonl")
    ]
    assert ended == ["interrupted"]


def test_a_sweep_that_is_killed_ten_times_is_that_of_an_unbroken_one(tmp_path, toy_path):
    for name in ("unbroken", "broken"):
        (tmp_path / name).mkdir()
    status, out, err = finish(start(tmp_path / "unbroken", toy_path, *LONG))
    assert status == 0, err
    sweep, kills, resumed, chance = tmp_path / "broken" / "sweep", 0, 0, seeded(3)
    while kills < 10:
        shutil.rmtree(sweep, ignore_errors=True)
        more, printed = kill_often(tmp_path / "broken", toy_path, sweep, LONG, chance, 10)
        kills += more
        assert contents(sweep) == contents(tmp_path / "unbroken" / "sweep")
        assert printed.partition("\n\nrun")[2] == out.partition("\n\nrun")[2] != ""
        for diary in sweep.glob("*/callbacks/diary/diary.jsonl"):
            told = [json.loads(line) for line in diary.read_text().splitlines()]
            begun = [line for line in told if line["method"] == "on_begin"]
            assert [line["is_resumed"] for line in begun] == [False, *[True] * (len(begun) - 1)]
            assert sum(line.get("outcome") == "complete" for line in told) <= 1
            resumed += sum(line["step"] > 0 for line in begun)
    assert resumed > 0, "a cell that had begun went on"
    assert len(cells(sweep)) == 12
