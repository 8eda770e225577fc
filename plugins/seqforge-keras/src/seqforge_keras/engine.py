"""Which engine Keras computes with: chosen before Keras is imported, for Keras can't change it afterwards."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from seqforge import BackendOptions, NotInstalled, Option, RequestError, UnknownName

__all__ = ["ENGINES", "ENGINE_OPTION", "chosen_engine", "describe_engine", "load_keras", "set_threads"]

ENGINES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
"""Import names, which are also the names of the packages to install, and how their makers write them."""

ENGINE_OPTION = Option(
    name="engine",
    type=str,
    default=None,
    choices=tuple(ENGINES),
    help="what Keras computes with; not set: KERAS_BACKEND if that is set, else tensorflow",
)


def chosen_engine(options: BackendOptions, environment: Mapping[str, str]) -> str:
    """The engine's import name: the option, else KERAS_BACKEND, else TensorFlow."""
    if options.extra.get("engine"):
        return str(ENGINE_OPTION.check(options.extra["engine"]))
    engine = environment.get("KERAS_BACKEND") or "tensorflow"
    if engine not in ENGINES:
        raise UnknownName("value of KERAS_BACKEND", engine, ENGINES)
    return engine


def load_keras(options: BackendOptions) -> str:
    """Import Keras with the chosen engine, whose import name is returned.

    `NotInstalled` if the engine is missing; `RequestError` if this process has Keras with another one already.
    """
    engine = chosen_engine(options, os.environ)
    if "keras" not in sys.modules and importlib.util.find_spec(engine) is None:
        raise NotInstalled(f"Keras with the engine '{engine}'", engine)
    with _variables_at_import(engine, os.environ):
        keras = importlib.import_module("keras")
    running = str(keras.config.backend())
    if running != engine:
        raise RequestError(
            f"the engine '{engine}' was asked for, but Keras runs on '{running}' in this process already; "
            f'set engine = "{running}" (or KERAS_BACKEND={running}), or start a new process'
        )
    return engine


def describe_engine(engine: str) -> str:
    """The versions in use, such as `Keras 3.15.1 on TensorFlow 2.21.0`."""
    keras, module = importlib.import_module("keras"), importlib.import_module(engine)
    return f"Keras {keras.__version__} on {ENGINES[engine]} {module.__version__}"


def set_threads(engine: str, threads: int) -> None:
    """Let the engine use so many threads, as far as it still can; JAX takes its number from the environment only."""
    if engine == "torch":
        importlib.import_module("torch").set_num_threads(threads)
    elif engine == "tensorflow":
        threading = importlib.import_module("tensorflow").config.threading
        if threading.get_intra_op_parallelism_threads() == threads:
            return
        try:
            threading.set_intra_op_parallelism_threads(threads)
            threading.set_inter_op_parallelism_threads(threads)
        except RuntimeError:
            warnings.warn(
                f"TensorFlow has started with another number of threads and can't change to {threads}", stacklevel=2
            )


@contextmanager
def _variables_at_import(engine: str, environment: MutableMapping[str, str]) -> Iterator[None]:
    """Name the engine to Keras, and keep TensorFlow's notices off the terminal; what the user set stays.

    oneDNN's kernels are no faster at our sizes, announce themselves on the terminal at every start, and round
    differently from machine to machine.
    """
    before = environment.get("KERAS_BACKEND")
    environment["KERAS_BACKEND"] = engine
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    environment.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        yield
    finally:
        if before is None:
            del environment["KERAS_BACKEND"]
        else:
            environment["KERAS_BACKEND"] = before
