"""Jazzify's functions on another engine of Keras than TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "plugins" / "seqforge-keras" / "tests" / "test_jazzify.py"


def test_pytorch_can_be_the_engine() -> None:
    ignored = "ignore:__array__ implementation:DeprecationWarning"  # Keras reading its own tensors
    names = ["djmodel_compute", "trains_nothing", "shares_the_trained_weights", "by_step", "results_are"]
    pytest = [sys.executable, "-m", "pytest", "-q", "-W", ignored, "-p", "no:cacheprovider"]
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [*pytest, TESTS, "-k", " or ".join(names)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout
