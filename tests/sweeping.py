"""Sweeps that are killed again and again, and begun again until they are complete."""

import contextlib
import os
import signal
import time
from pathlib import Path

from killing import finish, start

SHORT = ("--set", "training.steps=2", "--set", "training.evaluate_every=1", "--set", "samples.count=0")
GRID = ("sweep", "toy", *SHORT, "--grid", "model.lstm.hidden=4,6", "--seeds", "1,2")
LONG = (
    "sweep", "toy", "--set", "training.steps=60", "--set", "training.evaluate_every=10", "--set", "samples.count=1",
    "--set", 'callbacks.use=["diary"]', "--grid", "model.lstm.hidden=8,16", "--grid", "training.decay=0,0.01",
    "--seeds", "1,2,3", "-j", "2", "--out", "sweep",
)  # fmt: skip

TIMED = ("metrics.jsonl", "report.html", "resume.safetensors")
"""Files of a run that hold times, or what depends on them."""


def cells(sweep):
    """The folders of runs in a sweep's."""
    return sorted(path for path in sweep.iterdir() if path.is_dir())


def contents(sweep):
    """All that must not depend on how often a sweep was broken, but the study of a search."""
    files = [sweep / "sweep.toml", sweep / "table.csv"]
    for cell in cells(sweep):
        assert not [path.name for path in cell.iterdir() if path.name.startswith(".")], "nothing is left behind"
        assert not (cell / "resume-earlier.safetensors").exists()
        files += [path for path in cell.rglob("*") if path.is_file() and path.name not in TIMED]
    return {
        str(path.relative_to(sweep)): path.read_bytes()
        for path in files
        if "callbacks" not in path.relative_to(sweep).parts
    }


def finished(sweep):
    """How many cells are."""
    return sum((cell / "report.html").exists() for cell in cells(sweep)) if sweep.is_dir() else 0


def stamps(sweep):
    """Which files the finished cells have, and when each was written."""
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns)
        for cell in (cells(sweep) if sweep.is_dir() else [])
        if (cell / "report.html").exists()
        for path in cell.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.name != "resume-earlier.safetensors"
    }


def kill(process, *, all_of_it):
    """SIGKILL to a process, or to all that it has started as well; whether it was there."""
    if process.poll() is None:
        process.send_signal(signal.SIGSTOP)  # so that none is started meanwhile
        for pid in [process.pid, *(_descendants(process.pid) if all_of_it else [])]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


def kill_often(folder, toy_path, sweep, command, chance, times):
    """Begin a sweep, kill it, begin again ... so many times at most, and let it end; how often it was, and the output.

    The first kill comes when any cell may be at work, each later one when one more is finished, and a random moment
    after that. Every second time all of its processes are killed, else that alone which the others belong to. What was
    finished must stay as it was.
    """
    kills, kept = 0, {}
    while kills < times:
        process = start(folder, toy_path, *command, start_new_session=True)
        while process.poll() is None and finished(sweep) < kills:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.8))
        if not kill(process, all_of_it=kills % 2):
            break
        kills += 1
        now = stamps(sweep)
        assert {path: now[path] for path in kept} == kept, "what was finished was not touched"
        kept = now
    status, out, err = finish(start(folder, toy_path, *command))
    assert status == 0, err
    now = stamps(sweep)
    assert {path: now[path] for path in kept} == kept
    return kills, out


def _descendants(pid):
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
