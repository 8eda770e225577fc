"""Workers as processes of this machine; the first one adds up what all send it."""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Client, Listener
from pathlib import Path

import numpy as np

from seqforge import Answer, RequestError, SeqforgeError, TrainingDiverged, Worker
from seqforge.launchers.local import LocalLauncher

ERRORS = {error.__name__: error for error in (RequestError, SeqforgeError, TrainingDiverged)}


class Crew:
    """Starts all again when one of them is gone."""

    def __init__(self, losses=0, at=10, victim=1, deaf=False):
        self.losses = losses
        self.at = at
        self.victim = victim
        self.deaf = deaf

    def run(self, call, *, workers, rendezvous, on_report):
        attempt = 0
        while not self._attempt(call, workers, attempt, on_report):
            attempt += 1

    def _attempt(self, call, workers, attempt, on_report):
        """Whether all have come to their end."""
        with tempfile.TemporaryDirectory() as folder:
            doomed = self.victim if attempt < self.losses else -1
            hears = _nobody if self.deaf and doomed >= 0 else on_report
            search = os.pathsep.join(str(Path(path).absolute()) for path in sys.path)
            processes = [
                subprocess.Popen(
                    [sys.executable, "-m", "seqforge_crew.launcher"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=folder,
                    env={
                        **os.environ,
                        "PYTHONPATH": search,
                    },
                )
                for _ in range(workers)
            ]
            reports = []
            for rank, process in enumerate(processes):
                place = {"rank": rank, "size": workers, "socket": f"{folder}/socket", "attempt": attempt}
                doom = self.at if rank == doomed else 0
                task = {"function": call.function, "arguments": dict(call.arguments), **place, "doom": doom}
                with process.stdin:
                    process.stdin.write(json.dumps(task))
                reports.append(threading.Thread(target=_listen, args=(process, hears)))
                reports[-1].start()
            statuses = _wait(processes)
            for report in reports:
                report.join()
            for process in processes:
                process.stdout.close()
            error = Path(folder) / "error.json"
            if error.exists():
                name, message = json.loads(error.read_text())
                raise ERRORS.get(name, SeqforgeError)(message)
            return not any(statuses)

    def map(self, calls, *, at_once=0):
        if log := os.environ.get("SEQFORGE_CREW_LOG"):
            Path(log).write_text("".join(f"{call.function}\n" for call in calls))
        answers = LocalLauncher().map(calls, at_once=at_once)
        if os.environ.get("SEQFORGE_CREW_LOST"):
            return (answer if answer.number else Answer(number=0, failure="its machine was lost") for answer in answers)
        return answers


class Idler:
    def run(self, call, *, workers, rendezvous, on_report):
        on_report({"begun": 0, "attempt": 0})


def _nobody(values):
    pass


def _listen(process, on_report):
    for line in process.stdout:
        with contextlib.suppress(ValueError):
            on_report(json.loads(line))


def _wait(processes):
    """Their exit statuses; when one has failed the others are ended."""
    while True:
        statuses = [process.poll() for process in processes]
        if any(statuses):
            for process in processes:
                process.kill()
            return [process.wait() for process in processes]
        if None not in statuses:
            return statuses
        with contextlib.suppress(subprocess.TimeoutExpired):
            processes[statuses.index(None)].wait(timeout=0.05)


class Meeting:
    """Where the workers of a process's run meet."""

    def __init__(self, rank, size, socket, doom):
        self.rank = rank
        self.steps_left = doom
        self.others = []
        if rank == 0:
            with Listener(socket, "AF_UNIX") as listener:
                found = {}
                for _ in range(size - 1):
                    connection = listener.accept()
                    found[connection.recv()] = connection
                self.others = [found[number] for number in sorted(found)]
        else:
            self.first = _patient_client(socket)
            self.first.send(rank)

    def step(self):
        self.steps_left -= 1
        if self.steps_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def total(self, array):
        if self.rank:
            self.first.send(array)
            return self.first.recv()
        total = np.array(array)
        for other in self.others:
            total = total + other.recv()
        for other in self.others:
            other.send(total)
        return total


def _patient_client(socket):
    while True:
        with contextlib.suppress(OSError):
            return Client(socket, "AF_UNIX")


MEETING = None


def main():
    global MEETING
    task = json.load(sys.stdin)
    module, _, name = task["function"].partition(":")
    out = os.fdopen(os.dup(1), "w")
    MEETING = Meeting(task["rank"], task["size"], task["socket"], task["doom"])

    def report(values):
        if task["rank"] == 0:
            print(json.dumps(values), file=out, flush=True)

    worker = Worker(rank=task["rank"], world_size=task["size"], attempt=task["attempt"], report=report)
    try:
        getattr(importlib.import_module(module), name)(worker, **task["arguments"])
    except SeqforgeError as error:
        temporary = Path(f"error-{task['rank']}.json")
        temporary.write_text(json.dumps([type(error).__name__, str(error)]))
        temporary.replace("error.json")
        raise SystemExit(1) from error


if __name__ == "__main__":
    # the backend imports this module by its name, and must find the same meeting
    from seqforge_crew import launcher

    launcher.main()
