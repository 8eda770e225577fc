"""What other processes are told of this one's environment, and how Ray is kept quiet."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

__all__ = ["be_quiet", "worker_environment"]

_QUIET = {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",  # every message: Ray prints that a worker was lost on standard output
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # would upload the working folder
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.5",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # as a run without Ray
    "TORCH_PROCESS_GROUP_SHUTDOWN_TIMEOUT_S": "5",  # a lost worker's peers hang until they are ended
}
"""Settings of Ray: nothing is sent to its makers, no folder is uploaded, losses are noticed soon."""

_PASSED_ON = ("SEQFORGE_", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def be_quiet() -> None:
    """Tell Ray in this process; it listens when it is imported."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def worker_environment(threads: int) -> dict[str, str]:
    """Variables for a process that finds the modules which this one finds, and uses so many threads."""
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
    return {
        **passed_on,
        **_QUIET,
        **dict.fromkeys(_THREADS, str(threads)),
        "OMP_WAIT_POLICY": "passive",
        "PYTHONPATH": os.pathsep.join(_search_path()),
    }


def _search_path() -> list[str]:
    """Where this process finds modules beside the standard library, which another machine may have elsewhere."""
    own = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    found = [Path(path).absolute() for path in sys.path if path]
    return [str(path) for path in found if path not in own and path.parent not in own and path.suffix != ".zip"]
