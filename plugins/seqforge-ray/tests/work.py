"""What the tests let workers and tasks do: functions that other processes find by their names."""

import os
import signal
import sys
import time
from pathlib import Path

from seqforge import DataError, UnknownName


def sum_ranks(worker):
    """Sum over the workers; tell who they are, then a hundred numbers."""
    import torch
    from torch import distributed

    summed = torch.tensor([worker.rank + 1.0])
    distributed.all_reduce(summed)
    print("a worker prints")
    worker.report({"sum": summed.item(), "workers": worker.world_size, "threads": os.environ["OMP_NUM_THREADS"]})
    for number in range(100):
        worker.report({"number": number})


def lose_a_worker(worker, folder):
    """Lose worker 1 in the first attempt, in the middle of the work; the next goes on from what was saved."""
    from torch import distributed

    saved = Path(folder, "saved")
    step = int(saved.read_text()) if saved.exists() else 0
    while step < 6:
        distributed.barrier()
        step += 1
        if worker.rank == 0:
            saved.write_text(str(step))
            worker.report({"saved": step, "attempt": worker.attempt})
        if worker.rank == 1 and worker.attempt == 0 and step == 3:
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)


def find_nothing(worker):
    """End with an error of seqforge in one worker, while the other waits for it."""
    from torch import distributed

    if worker.rank == 1:
        raise UnknownName("key", "data.sorce", ["data.source"])
    distributed.barrier()


def always_wrong(worker, folder):
    """A bug."""
    Path(folder, f"attempt-{worker.attempt}").touch()
    raise ValueError("a bug")


def alone(worker):
    """What one worker sees."""
    frameworks = [name for name in ("torch", "tensorflow") if name in sys.modules]
    worker.report({"workers": worker.world_size, "frameworks": frameworks, "working folder": str(Path.cwd())})


def wait_for_ever(worker, folder):
    """Leave the process's number, and never end."""
    Path(folder, "process").write_text(str(os.getpid()))
    worker.report({"waits": True})
    time.sleep(600)


def square(number):
    return number * number


def raw(size):
    return bytes(size)


def fail(message):
    raise DataError(message)


def break_down():
    raise ZeroDivisionError("a bug")


def killed_once(folder):
    """Lose the process when it is called first."""
    mark = Path(folder, "mark")
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "called again"


def wait(folder, number):
    Path(folder, f"begun-{number}-{os.getpid()}").touch()
    time.sleep(600)
