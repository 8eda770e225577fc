"""Reading files of others: whatever one does, the rest is used; each is read once."""

import json
import os
import subprocess
import sys

import pytest

TRAPS = {
    "hang": "reading it takes longer than 3 seconds",
    "exit": "reading it ended the process that did so (exit status 3)",
    "eat": "reading it takes more than 2 GiB of memory",
    "raise": "reader trap failed (ZeroDivisionError: no way)",
}
STEPS = ("--set", "training.steps=1", "--set", "samples.count=0", "--json")
NO_SPLIT = ("--set", "data.validation=0", "--set", "data.test=0")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of entries, empty at first; nothing else may appear beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "seqforge" / "corpora"


@pytest.fixture
def read_names(tmp_path, monkeypatch):
    """Which files were read since this was last called."""
    log = tmp_path / "log"
    monkeypatch.setenv("SEQFORGE_TOY_LOG", str(log))

    def names():
        found = sorted(log.read_text().split()) if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    return names


@pytest.fixture
def run(seqforge, tmp_path):
    """`run(data)`: the `data` part of the result."""
    text = seqforge("recipes", "show", "toy").out.replace('source = "cycles"', "")
    (tmp_path / "own.toml").write_text(text)

    def start(data, *arguments):
        outcome = seqforge("run", "own.toml", "--data", data, *NO_SPLIT, *STEPS, *arguments)
        assert outcome.status == 0, outcome.err
        return json.loads(outcome.out)["data"]

    return start


@pytest.fixture
def songs(tmp_path):
    folder = tmp_path / "songs"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.letters").write_text(f"{name} a.b-a.c=\n")
    return folder


def entries(cache):
    return {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}


@pytest.mark.skipif(os.name != "posix", reason="memory is limited by what POSIX has")
def test_no_file_can_stop_a_corpus(run, songs, cache):
    for what in (*TRAPS, "print"):
        (songs / f"{what}.trap").write_text(what)
    data = run(songs, "--set", "data.max_seconds=3")
    assert {item["name"]: item["reason"] for item in data["dropped"]} == {
        f"{what}.trap": reason for what, reason in TRAPS.items()
    }
    assert data["kept"] == ["one.letters", "print.trap", "two.letters"]
    assert all(not path.name.startswith(".") for path in cache.iterdir())


def test_a_file_is_read_once_and_again_when_it_has_changed(run, songs, cache, read_names):
    first = run(songs)
    assert read_names() == ["one.letters", "two.letters"]
    before = entries(cache)
    assert run(songs) == first
    assert read_names() == []
    assert entries(cache) == before
    (songs / "two.letters").write_text("two b.b-\n")
    assert run(songs)["digest"] != first["digest"]
    assert read_names() == ["two.letters"]


def test_an_option_of_the_reader_or_the_codec_is_part_of_the_key(run, songs, cache, read_names):
    run(songs)
    read_names()
    run(songs, "--set", "codec.letters.alphabet=6")
    assert read_names() == ["one.letters", "two.letters"]


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, None], ids=["empty", "zeros", "half"])
def test_a_damaged_entry_is_written_anew(run, songs, cache, read_names, damage):
    first = run(songs)
    read_names()
    entry = sorted(cache.iterdir())[0]
    entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2] if damage is None else damage)
    assert run(songs) == first
    assert len(read_names()) == 1


def test_runs_at_the_same_time_read_the_same(songs, cache, run, tmp_path):
    first = run(songs)
    for entry in cache.iterdir():
        entry.unlink()
    command = [sys.executable, "-m", "seqforge", "run", "own.toml", "--data", str(songs), *NO_SPLIT, *STEPS]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [
        subprocess.Popen([*command, "--out", f"run-{n}"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
        for n in range(3)
    ]
    for process in runs:
        out, _ = process.communicate(timeout=120)
        assert json.loads(out)["data"]["digest"] == first["digest"]


def test_without_a_cache_folder_files_are_read_all_the_same(run, songs, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert run(songs)["pieces"] == 2


def test_files_with_symbols_of_their_own_share_one_vocabulary(run, songs, cache):
    (songs / "three.letters").write_text("three d=a.a.\n")
    assert run(songs, "--set", "codec.name=pairs")["distinct"] == 4
    (songs / "three.letters").write_text("three a.b-\n")
    assert run(songs, "--set", "codec.name=pairs")["distinct"] == 3


def test_nothing_is_written_beside_the_run_and_the_cache(run, songs, cache, tmp_path):
    before = set(tmp_path.rglob("*"))
    run(songs)
    assert {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before} == {"cache", "runs"}
