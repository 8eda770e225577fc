"""What runs in each worker of a run: the function that was asked for, and its reports on their way."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ray
import ray.train

from seqforge import SeqforgeError, Worker
from seqforge_ray.calls import function_named
from seqforge_ray.failures import failure, in_a_line

__all__ = ["work"]

_REPORT_SECONDS = 0.1


def work(config: Mapping[str, Any]) -> None:
    """Call the function `config["function"]` as one of Ray Train's workers."""
    os.environ.pop("TF_USE_LEGACY_KERAS", None)  # Ray sets it with TF_CONFIG; Keras 3 is no legacy
    context = ray.train.get_context()
    supervisor, attempt, rank = config["supervisor"], config["attempt"], context.get_world_rank()
    reports = _Reports(lambda values: ray.get(supervisor.take_reports.remote(attempt, values)))
    worker = Worker(
        rank=rank,
        world_size=context.get_world_size(),
        attempt=attempt,
        report=reports.add if rank == 0 else _to_nobody,
    )
    try:
        function_named(config["function"])(worker, **config["arguments"])
    except SeqforgeError as error:
        reports.close()
        ray.get(supervisor.take_failure.remote(attempt, failure(error)))
        raise RuntimeError(in_a_line(error)) from None
    except Exception as error:  # noqa: BLE001  # not every exception can be pickled
        reports.close()
        raise RuntimeError(in_a_line(error)) from error.with_traceback(None)
    reports.close()


def _to_nobody(values: Mapping[str, Any]) -> None:
    pass


class _Reports:
    """Sends what is added in the background, in its order, several at a time: nobody waits for them."""

    def __init__(self, send: Callable[[list[Mapping[str, Any]]], Any]) -> None:
        self._send = send
        self._waiting: list[Mapping[str, Any]] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, values: Mapping[str, Any]) -> None:
        """Send these soon."""
        with self._lock:
            self._waiting.append(values)

    def close(self) -> None:
        """Wait until all is sent."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._closed.wait(_REPORT_SECONDS)
            with self._lock:
                values, self._waiting = self._waiting, []
            if values:
                self._send(values)
