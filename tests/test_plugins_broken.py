"""Eight broken plugins at once: nothing waits for them, each is named, with what to do about it."""

import json
import os
import subprocess
import sys
import time

import pytest
from broken_plugins import BROKEN, plant_broken

MOST_SECONDS = 0.4
TRIES = 6


@pytest.fixture
def broken(plant, tmp_path):
    return plant_broken(plant, tmp_path / "broken")


def named(text, name):
    """The lines that name a plugin by distribution and entry point, with cause and remedy."""
    about = [line for line in text.splitlines() if f"plugin {name} of {name}-thing" in line]
    return [line for line in about if BROKEN[name].cause in line and BROKEN[name].remedy in line]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list", "formats", "--json"], ["plugins", "list", "--json"]], ids=" ".join
)
def test_each_is_named_and_the_command_works(process, broken, tmp_path, arguments):
    """At the first start, and at one that comes later."""
    first = process(*arguments, path=[broken], XDG_CACHE_HOME=str(tmp_path))
    assert first.status == 0
    slow = [line for line in first.err.splitlines() if "plugin hangs of hangs-thing" in line]
    assert len(slow) == 1
    assert "goes on in the background" in slow[0]
    assert all(len(named(first.err, name)) == 1 for name in BROKEN if name != "hangs"), first.err
    wait_for_the_last(tmp_path)
    later = process(*arguments, path=[broken], XDG_CACHE_HOME=str(tmp_path))
    assert (later.status, later.err.count("\n")) == (0, len(BROKEN))
    assert all(len(named(later.err, name)) == 1 for name in BROKEN), later.err
    if arguments == ["--help"]:
        assert later.out == process("--help").out
        return
    rows = json.loads(later.out)
    if arguments[0] == "list":
        offered = [row["name"] for row in rows]
        assert {"txt", "printed"} <= set(offered)
        assert offered.count("marks") == 2
        assert not {"signed", "versioned", "framed"} & set(offered)
        return
    for name, plugin in BROKEN.items():
        (row,) = [row for row in rows if row["distribution"] == f"{name}-thing"]
        assert (row["plugin"], row["state"]) == (name, plugin.state)
        assert plugin.cause in row["cause"]
        assert plugin.remedy in row["remedy"]
        assert row["origin"] == str(broken)


def wait_for_the_last(cache):
    """Wait until what was looked at in the background is known."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        kept = [json.loads(file.read_text()) for file in (cache / "seqforge" / "plugins").glob("hangs-thing-*.json")]
        if kept and not kept[0]["manifest"]["pending_until"]:
            return
        time.sleep(0.1)
    raise AssertionError("nothing came of looking at the plugin that hangs")


def test_a_run_works_beside_them(process, broken):
    settings = ("--set", "training.steps=2", "--set", "samples.count=1", "--json")
    outcome = process("run", "toy", "--out", "mine", *settings, path=[broken])
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["steps"] == 2


def test_starts_wait_for_none_of_them(broken, toy_path, tmp_path):
    """The first start, with an empty cache, and one that comes later; each the best of several tries."""
    for arguments in (["--help"], ["plugins", "list"]):
        caches = [
            (tmp_path / f"{arguments[0]}-{number}", tmp_path / f"bare-{arguments[0]}-{number}")
            for number in range(TRIES)
        ]
        first_with = [seconds(arguments, [broken, *toy_path], cache) for cache, _ in caches]
        first_without = [seconds(arguments, toy_path, cache) for _, cache in caches]
        wait_for_the_last(caches[0][0])
        later_with = [seconds(arguments, [broken, *toy_path], caches[0][0]) for _ in range(TRIES)]
        later_without = [seconds(arguments, toy_path, caches[0][1]) for _ in range(TRIES)]
        assert min(first_with) < min(first_without) + MOST_SECONDS
        assert min(later_with) < min(later_without) + MOST_SECONDS


def seconds(arguments, path, cache):
    search = os.pathsep.join(str(folder) for folder in path)
    environment = {**os.environ, "PYTHONPATH": search, "XDG_CACHE_HOME": str(cache)}
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "seqforge", *arguments], env=environment, capture_output=True, check=True)
    return time.monotonic() - started


@pytest.mark.parametrize("damage", [b"[seqforge]\n\xff\xfe = x\n", b"[seqforge]\nsome\n", b"\0" * 60 + b"\xff"])
def test_a_list_of_plugins_that_can_not_be_read_stops_no_command(process, plant, tmp_path, damage):
    path = [plant(tmp_path / "site", "some-thing", {"some": "some_thing"}, {"some_thing.py": ""})]
    own = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    (file,) = path[0].glob("*/entry_points.txt")
    whole = file.read_bytes()
    file.write_bytes(damage)
    for _ in range(2):
        outcome = process("list", "formats", path=path, **own)
        assert outcome.status == 0
        assert "txt" in outcome.out
        assert outcome.err.count("\n") == 1
        assert outcome.err.startswith(f"warning: plugin unreadable of some-thing is left out: {file} can't be read (")
        assert "; reinstall some-thing, or type: seqforge plugins disable some-thing:unreadable" in outcome.err
    doctor = process("plugins", "doctor", "--json", path=path, **own)
    assert doctor.status == 3
    (finding,) = {row["distribution"]: row for row in json.loads(doctor.out)}["some-thing"]["findings"]
    assert str(file) in finding["cause"]
    assert process("plugins", "disable", "some-thing", path=path, **own).status == 0
    assert process("list", "formats", path=path, **own).err == ""
    file.write_bytes(whole)
    listed = process("plugins", "list", "--json", path=path, **own)
    assert {row["plugin"]: row["state"] for row in json.loads(listed.out)}["some"] == "ok"
