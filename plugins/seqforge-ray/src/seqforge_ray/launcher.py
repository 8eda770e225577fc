"""The launcher `ray`: workers of one run by Ray Train, independent calls as Ray tasks."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from seqforge import Answer, Call, OutOfRange, RequestError, SeqforgeError
from seqforge_ray.environment import be_quiet, worker_environment

be_quiet()  # before Ray is imported

import ray  # noqa: E402

from seqforge_ray.cluster import connect, cpus_a_machine, room  # noqa: E402
from seqforge_ray.failures import raised  # noqa: E402
from seqforge_ray.supervisor import Outcome, Supervisor  # noqa: E402
from seqforge_ray.tasks import answers  # noqa: E402

__all__ = ["RayLauncher"]

_FRUITLESS_ATTEMPTS = 3
_POLL_SECONDS = 0.2

Report = Callable[[Mapping[str, Any]], None]


class RayLauncher:
    """See `seqforge.Launcher`. Ray is started, or connected to, when there is work; it ends with the process."""

    def __init__(self, *, address: str = "", cpus: int = 0, wait_seconds: float = 120.0, storage: str = "") -> None:
        if storage and "://" not in storage and not PurePath(storage).is_absolute():
            raise OutOfRange("launcher.ray.storage", storage, "an absolute path or a URI: workers have other folders")
        self.address = address
        self.cpus = cpus
        self.wait_seconds = wait_seconds
        self.storage = storage

    def run(self, call: Call, *, workers: int, rendezvous: str, on_report: Report) -> None:
        """See `seqforge.Launcher.run`: it is given up after three attempts in a row that saved nothing new."""
        connect(self.address, self.cpus)
        self._check_room(call.threads, workers)
        supervisor = None
        hears = _Hearing(on_report)
        fruitless = 0
        try:
            for attempt in itertools.count():
                supervisor = supervisor or self._supervisor(call, workers, rendezvous)
                progress = hears.progress
                try:
                    outcome = hears.follow(supervisor, attempt)
                except ray.exceptions.RayActorError:
                    supervisor, outcome = None, Outcome(cause="the process that starts the workers was lost")
                if outcome.failure:
                    raise raised(outcome.failure)
                if not outcome.cause:
                    return
                if outcome.lacks_room:
                    raise self._no_room(call.threads, workers)
                fruitless = fruitless + 1 if hears.progress == progress else 0
                if fruitless == _FRUITLESS_ATTEMPTS:
                    raise SeqforgeError(
                        f"the workers have failed {fruitless} times in a row without coming further; "
                        f"the last time: {outcome.cause}; Ray's logs say more"
                    )
        finally:
            if supervisor:
                ray.kill(supervisor)

    def map(self, calls: Sequence[Call], *, at_once: int = 0) -> Iterator[Answer]:
        """See `seqforge.Launcher.map`: each call is a task in a process of its own."""
        if not calls:
            return
        connect(self.address, self.cpus)
        threads = max(call.threads for call in calls)
        self._check_room(threads, 1)
        patience = time.monotonic() + self.wait_seconds

        def check() -> None:
            if max(cpus_a_machine(), default=0) < threads and time.monotonic() > patience:
                raise self._no_room(threads, 1)

        yield from answers(calls, at_once or len(calls), check)

    def _supervisor(self, call: Call, workers: int, rendezvous: str) -> Any:
        environment = worker_environment(1) | {"RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": str(self.wait_seconds)}
        kind = ray.remote(Supervisor).options(num_cpus=0, max_concurrency=8, runtime_env={"env_vars": environment})
        return kind.remote(call=call, workers=workers, rendezvous=rendezvous, storage=self.storage)

    def _check_room(self, threads: int, workers: int) -> None:
        """`RequestError` if this machine can never have room; a cluster may grow."""
        if not self.address and sum(cpus // threads for cpus in cpus_a_machine()) < workers:
            raise self._no_room(threads, workers)

    def _no_room(self, threads: int, workers: int) -> RequestError:
        asked = f"{workers} worker{'s' if workers > 1 else ''} of {threads} thread{'s' if threads > 1 else ''} each"
        return RequestError(f"Ray has no room for {asked}: it has {room()}; take fewer, or give it more")


class _Hearing:
    """Passes on the reports of worker 0; `progress` is the last that was `saved`."""

    def __init__(self, on_report: Report) -> None:
        self._on_report = on_report
        self.progress: Any = None

    def follow(self, supervisor: Any, attempt: int) -> Outcome:
        """Follow an attempt to its end."""
        outcome = supervisor.run.remote(attempt)
        has_ended = False
        while not has_ended:
            has_ended = bool(ray.wait([outcome], timeout=_POLL_SECONDS)[0])
            for values in ray.get(supervisor.new_reports.remote()):
                # what was saved when its report was lost with a worker is what the next attempt begins with
                self.progress = values.get("saved", values.get("begun", self.progress))
                self._on_report(values)
        ended: Outcome = ray.get(outcome)
        return ended
