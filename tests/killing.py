"""Runs that are killed again and again, and resumed until they are complete."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

PART = ".seqforge-part-"  # how the name of a file that is not whole yet begins


@dataclass
class Kills:
    """How many kills there were, and how many of them left a part of a file behind."""

    count: int = 0
    while_writing: int = 0


def start(folder, toy_path, *arguments, **options):
    """`seqforge ARGUMENTS` in a process of its own."""
    # tests in the background of a shell ignore Ctrl-C, and a new process would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, "-m", "seqforge", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(toy_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    """Status, output and errors of a process that ends by itself."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def kill_until_complete(folder, toy_path, arguments, chance, kills, most):
    """Run, kill, resume, kill ... at most so many times; then let it end. The run is in `folder`/run.

    Every second kill waits for a file that is being written; the others come at a random moment after the first step.
    """
    shutil.rmtree(folder / "run", ignore_errors=True)
    command = ["run", *arguments, "--out", "run"]
    for number in range(most):
        process = start(folder, toy_path, *command)
        if not (_killed_while_writing if number % 2 else _killed_at_random)(process, folder / "run", chance):
            break
        kills.count += 1
        kills.while_writing += any(path.name.startswith(PART) for path in (folder / "run").rglob("*"))
        command = ["resume", "run"] if (folder / "run" / "config.toml").exists() else command
    status, _, err = finish(start(folder, toy_path, *command))
    assert status == 0, err


def _killed_at_random(process, run, chance):
    _wait_for(process, lambda: (run / "resume.safetensors").exists())
    time.sleep(chance.uniform(0, 0.6))
    return _kill(process)


def _killed_while_writing(process, run, chance):
    _wait_for(process, lambda: (run / "config.toml").exists())
    skip = chance.randrange(8)
    seen = set()

    def is_writing():
        parts = {path.name for path in run.iterdir() if path.name.startswith(PART)}
        seen.update(parts)
        return parts and len(seen) > skip

    _wait_for(process, is_writing, pause=0)
    return _kill(process)


def _wait_for(process, condition, pause=0.001):
    while process.poll() is None and not condition():
        time.sleep(pause)


def _kill(process):
    """Whether the process was still there to be killed."""
    process.send_signal(signal.SIGKILL) if process.poll() is None else None
    process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


def seeded(seed):
    """The chance of a test, the same each time."""
    return random.Random(seed)
