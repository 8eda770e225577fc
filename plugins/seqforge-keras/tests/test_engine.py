import importlib.util
import os
import subprocess
import sys

import pytest

from seqforge import BackendOptions, UnknownName
from seqforge_keras.engine import ENGINES, chosen_engine

DESCRIBE = """
import sys
from seqforge import BackendOptions, RequestError
from seqforge_keras.backend import KerasBackend
for engine in sys.argv[1:]:
    try:
        print(KerasBackend().describe(BackendOptions(extra={"engine": engine or None})))
    except RequestError as error:
        print(type(error).__name__, error)
"""
INSTALLED = [engine for engine in ENGINES if importlib.util.find_spec(engine)]


def describe(*engines, variable=""):
    """What a new process prints for the option's values, one after another."""
    environment = {**os.environ, "KERAS_BACKEND": variable}
    for name in ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE, *engines], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(
    ("option", "variable", "engine"),
    [
        (None, None, "tensorflow"),
        ("", "", "tensorflow"),
        (None, "jax", "jax"),
        ("torch", "jax", "torch"),
    ],
)
def test_the_option_comes_before_the_variable_before_tensorflow(option, variable, engine):
    environment = {} if variable is None else {"KERAS_BACKEND": variable}
    assert chosen_engine(BackendOptions(extra={"engine": option}), environment) == engine
    if option is None:
        assert chosen_engine(BackendOptions(), environment) == engine


@pytest.mark.parametrize(("option", "variable"), [("tensorflo", ""), (None, "tensorflo")])
def test_an_unknown_engine_names_the_nearest(option, variable):
    with pytest.raises(UnknownName, match="did you mean 'tensorflow'"):
        chosen_engine(BackendOptions(extra={"engine": option}), {"KERAS_BACKEND": variable})


@pytest.mark.parametrize("engine", INSTALLED)
def test_an_engine_is_described_with_its_version(engine):
    (line,), noise = describe("", variable=engine)
    assert line.startswith("Keras 3.")
    assert f" on {ENGINES[engine]} " in line
    # TensorFlow's wheel with CUDA looks for a driver before any setting of ours is heard
    said = [text for text in noise.splitlines() if "cudart_stub" not in text and "absl::InitializeLog" not in text]
    assert said == []


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine not in INSTALLED] or [None])
def test_a_missing_engine_names_its_package_and_leaves_the_others_usable(engine):
    if engine is None:
        pytest.skip("every engine is installed")
    missing, usable = describe(engine, INSTALLED[0])[0]
    assert missing.startswith("NotInstalled")
    assert missing.endswith(f"python -m pip install {engine}")
    assert usable.startswith("Keras 3.")


def test_a_process_keeps_its_engine():
    other = next(engine for engine in ENGINES if engine != INSTALLED[0])
    first, refused = describe(INSTALLED[0], other)[0]
    assert first.startswith("Keras 3.")
    assert refused.startswith("RequestError")
    assert f"Keras runs on '{INSTALLED[0]}'" in refused


def test_registering_imports_no_framework():
    code = (
        "import sys, seqforge_keras.plugin as plugin, seqforge_keras.engine; plugin.seqforge_register_backends()\n"
        "assert not {'keras', 'tensorflow', 'torch', 'jax', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
