"""`seqforge ...` in processes of their own, and the processes of a Ray that was started for them."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SMALL = ("model.lstm.hidden=16", "training.batch_size=8", "training.evaluate_every=10", "samples.count=0")
_HOLD = """
import sys, ray
ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""


@dataclass
class Cluster:
    """A Ray that stays, with two CPUs: its address, and the process that holds it."""

    address: str
    holder: subprocess.Popen

    def workers(self):
        """The processes of workers of a run."""
        return [process for process, title in _offspring(self.holder.pid) if title.startswith("ray::RayTrainWorker")]


def hold_ray():
    """Start Ray in a process of its own, which ends it when its standard input ends."""
    switches = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**switches),
    )
    return Cluster(holder.stdout.readline().strip(), holder)


def start(folder, *arguments, **options):
    """The command, on its way."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells ignore it for what is in the background
    return subprocess.Popen(
        [sys.executable, "-m", "seqforge", *arguments],
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    """Status, output and errors."""
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def run(folder, name, *arguments):
    """The output of a run in `folder`/`name` that succeeds."""
    status, out, err = finish(start(folder, "run", "jazz", "--out", name, *arguments))
    assert status == 0, err
    return out


def environment(**more):
    """Ours, without what a launcher in this process has told its own Ray."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAY_")} | more


def settings(*values):
    return tuple(part for value in values for part in ("--set", value))


def _offspring(ancestor):
    """Process and title of everything that descends from a process."""
    parents, titles = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(errors="replace")
                title = (folder / "cmdline").read_text(errors="replace")
            except OSError:  # it has ended
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
            titles[int(folder.name)] = title
    found = []
    for process in parents:
        above = process
        while above := parents.get(above, 0):
            if above == ancestor:
                found.append((process, titles[process]))
                break
    return found


def offspring(ancestor):
    """Everything that descends from a process."""
    return [process for process, _ in _offspring(ancestor)]
