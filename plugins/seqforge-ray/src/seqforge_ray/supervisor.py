"""An actor that starts the workers of a run by Ray Train, attempt by attempt, and hears of them.

It stands between them and the command, which need not be on a machine of the cluster; with it all others end.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ray
import ray.train
from ray.train.v2.api.config import FailureConfig, RunConfig, ScalingConfig
from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

from seqforge import Call
from seqforge_ray.environment import worker_environment
from seqforge_ray.failures import Failure, in_a_line
from seqforge_ray.worker import work

__all__ = ["Outcome", "Supervisor"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an attempt ended: well, or by an error of seqforge, for lack of room, or by another `cause`."""

    failure: Failure | None = None
    lacks_room: bool = False
    cause: str = ""


@dataclass
class Supervisor:
    """Runs `call` on `workers` processes. Its methods are called from several processes, and so threads, at once."""

    call: Call
    workers: int
    rendezvous: str
    storage: str
    _attempt: int = 0
    _failure: Failure | None = None
    _reports: list[Mapping[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, attempt: int) -> Outcome:
        """Start the workers and wait until all have ended."""
        self._attempt, self._failure = attempt, None
        cause, lacks_room = "", False
        try:
            self._fit(attempt)
        except ray.train.ControllerError as error:
            cause = in_a_line(error.controller_failure)
            lacks_room = type(error.controller_failure).__name__ == "WorkerGroupStartupTimeoutError"  # not public
        except ray.train.WorkerGroupError as error:
            cause = "; ".join(f"worker {rank}: {_cause(of)}" for rank, of in sorted(error.worker_failures.items()))
        except Exception as error:  # noqa: BLE001  # whatever it was, another attempt may do without
            cause = in_a_line(error)
        if self._failure:
            return Outcome(failure=self._failure)
        return Outcome(cause=cause, lacks_room=lacks_room)

    def take_reports(self, attempt: int, reports: list[Mapping[str, Any]]) -> None:
        """Worker 0 reports."""
        with self._lock:
            if attempt == self._attempt:
                self._reports += reports

    def take_failure(self, attempt: int, failure: Failure) -> None:
        """A worker ended with an error of seqforge; what others say of that later are consequences."""
        if attempt == self._attempt:
            self._failure = self._failure or failure

    def new_reports(self) -> list[Mapping[str, Any]]:
        """What was reported since the last question."""
        with self._lock:
            reports, self._reports = self._reports, []
        return reports

    def _fit(self, attempt: int) -> None:
        with _folder(self.storage) as storage:
            trainer = DataParallelTrainer(
                work,
                train_loop_config={
                    "function": self.call.function,
                    "arguments": dict(self.call.arguments),
                    "supervisor": ray.get_runtime_context().current_actor,
                    "attempt": attempt,
                },
                backend_config=_backend_config(self.rendezvous),
                scaling_config=ScalingConfig(num_workers=self.workers, resources_per_worker={"CPU": self.call.threads}),
                run_config=RunConfig(
                    storage_path=storage,
                    # the command counts attempts: Ray would repeat what can't be helped, and not repeat a rendezvous
                    failure_config=FailureConfig(max_failures=0, controller_failure_limit=0, max_preemption_failures=0),
                    worker_runtime_env={"env_vars": worker_environment(self.call.threads)},
                ),
            )
            trainer.fit()


def _backend_config(rendezvous: str) -> Any:
    """What brings the workers together; the framework is imported only where it is wanted."""
    if rendezvous == "torch":
        from ray.train.torch import TorchConfig

        return TorchConfig(backend="gloo")
    if rendezvous == "tensorflow":
        from ray.train.tensorflow import TensorflowConfig

        return TensorflowConfig()
    return None


@contextlib.contextmanager
def _folder(storage: str) -> Iterator[str]:
    if storage:
        yield storage
        return
    with tempfile.TemporaryDirectory(prefix="seqforge-ray-", ignore_cleanup_errors=True) as temporary:
        yield temporary


def _cause(error: BaseException) -> str:
    """Why a worker has ended, in a line."""
    cause = getattr(error, "health_check_failure", error)
    if isinstance(cause, ray.exceptions.RayActorError):
        return "its process or its machine was lost"
    return str(error) if type(error) is RuntimeError else in_a_line(error)  # `work` has put it in words
