"""Functions that launchers call, among them such as do what they should not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from seqforge import DataError


def add(first, second):
    return first + second


def compress(text):
    return text.encode()


def environment(variable):
    return os.environ.get(variable)


def where():
    return str(Path.cwd()), os.getpid()


def chatter():
    print("printed by Python", flush=True)
    os.write(1, b"printed by C\n")
    subprocess.run([sys.executable, "-c", "print('printed by a process')"], check=True)
    return "said"


def refuse():
    raise DataError("there is nothing to read in 'x'; name files")


def blunder():
    raise KeyError("no such thing")


def die(log, times):
    """Be lost the first `times`, then answer how often it was called."""
    with Path(log).open("a") as file:
        file.write("x")
    count = len(Path(log).read_text())
    if count <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return count


def wait(log, deaf=False):
    """Wait for the end, and take note of it; if it is `deaf`, go on."""
    Path(log).with_suffix(".pid").write_text(str(os.getpid()))
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        Path(log).write_text("asked to end")
        if deaf:
            time.sleep(600)
        raise


def report_back(worker, values):
    for value in values:
        worker.report({"rank": worker.rank, "of": worker.world_size, "attempt": worker.attempt, "value": value})
