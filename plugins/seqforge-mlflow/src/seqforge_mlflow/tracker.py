"""A run, as MLflow knows it."""

from __future__ import annotations

import logging
import os
import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from seqforge import RequestError, TrackedRun

# read when MLflow is imported
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow
import tomli_w
from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

__all__ = ["Tracker"]

_RUN = "run.txt"
"""Holds the name that MLflow gave the run."""

_CONFIG = "config.toml"
_FILES = ("README.md", "model.safetensors", "report.html")
_STATES = {"complete": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}
_MOST_PARAMETERS = 100  # in one call
_LONGEST_PARAMETER = 6000  # characters
_AT_ONCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
_PASSWORD = re.compile(r"//[^/\s]*@")

logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)  # that a store is new is no news


class Tracker:
    """Tells MLflow how a run goes; one that is resumed stays the same run there."""

    def __init__(
        self, *, tracking_uri: str = "", experiment: str = "", run_name: str = "", artifacts: bool = True
    ) -> None:
        self.tracking_uri = tracking_uri
        self.experiment = experiment
        self.run_name = run_name
        self.artifacts = artifacts
        self.last_step = 0

    def on_begin(self, run: TrackedRun) -> None:
        """Find the run again, or create it with its configuration."""
        self.folder = run.folder
        kept = run.own / _RUN
        with self._explained(), _impatient():
            self.client = MlflowClient(tracking_uri=self.tracking_uri or None)
            if kept.is_file():
                self._go_on(kept.read_text(encoding="utf-8").strip())
            else:
                self._create(run)
            self.client.set_tag(self.run_id, "seqforge.engine", run.engine)
        run.own.mkdir(parents=True, exist_ok=True)
        kept.write_text(self.run_id, encoding="utf-8")

    def on_evaluation(self, step: int, values: Mapping[str, float]) -> None:
        """A point of each curve; what is there already stays, for MLflow takes nothing back."""
        if step > self.last_step:
            with self._explained():
                self._log(step, values)

    def on_end(self, outcome: str, values: Mapping[str, float]) -> None:
        """Results, files and state."""
        with self._explained():
            try:
                if outcome == "complete":
                    self._complete({f"results.{name}": value for name, value in values.items()})
            finally:
                self.client.set_terminated(self.run_id, _STATES[outcome])

    def _create(self, run: TrackedRun) -> None:
        recipe = str(run.configuration.get("recipe", "")).rpartition(":")[2]
        created = self.client.create_run(
            self._experiment_id(self.experiment or recipe or "seqforge"),
            run_name=self.run_name or run.name,
            tags={
                "mlflow.source.name": "seqforge",
                "seqforge.data": run.data,
                "seqforge.parameters": str(run.parameters),
            },
        )
        self.run_id = created.info.run_id
        parameters = [Param(key, str(value)[:_LONGEST_PARAMETER]) for key, value in run.configuration.items()]
        for first in range(0, len(parameters), _MOST_PARAMETERS):
            self.client.log_batch(self.run_id, params=parameters[first : first + _MOST_PARAMETERS])

    def _experiment_id(self, name: str) -> str:
        if found := self.client.get_experiment_by_name(name):
            return str(found.experiment_id)
        try:
            return str(self.client.create_experiment(name))
        except MlflowException:  # another run has created it meanwhile
            if found := self.client.get_experiment_by_name(name):
                return str(found.experiment_id)
            raise

    def _go_on(self, run_id: str) -> None:
        self.run_id = run_id
        self.client.update_run(run_id, status="RUNNING")
        history = self.client.get_metric_history(run_id, "training.token")
        self.last_step = max((point.step for point in history), default=0)

    def _complete(self, results: Mapping[str, float]) -> None:
        steps = int(results["results.steps"])
        if self.client.get_run(self.run_id).data.metrics.get("results.steps") != steps:
            self._log(steps, results)
        if self.artifacts:
            self.client.log_text(self.run_id, self._configuration(), _CONFIG)
            for name in _FILES:
                self.client.log_artifact(self.run_id, str(self.folder / name))

    def _configuration(self) -> str:
        """config.toml without callbacks: their options may hold a password, which is nobody's who sees the run."""
        values = tomllib.loads((self.folder / _CONFIG).read_text(encoding="utf-8"))
        return tomli_w.dumps({name: value for name, value in values.items() if name != "callbacks"})

    def _log(self, step: int, values: Mapping[str, float]) -> None:
        now = time.time_ns() // 1_000_000
        self.client.log_batch(self.run_id, [Metric(name, float(value), now, step) for name, value in values.items()])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What MLflow says of a store that is none or is out of reach, on one line and without a password."""
        try:
            yield
        except (MlflowException, OSError) as error:
            place = self.tracking_uri or mlflow.get_tracking_uri()
            words = _PASSWORD.sub("//", f"MLflow at {place}: {' '.join(str(error).split())[:400]}")
            raise RequestError(
                f"{words}; callbacks.mlflow.tracking_uri, or the variable MLFLOW_TRACKING_URI, says where MLflow is"
            ) from None  # the error itself names the password


@contextmanager
def _impatient() -> Iterator[None]:
    """A server that can't be reached when a run begins is a mistake to tell of, not an outage to wait for."""
    before = {name: os.environ.get(name) for name in _AT_ONCE}
    os.environ.update({name: value for name, value in _AT_ONCE.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
