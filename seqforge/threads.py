"""How many threads matrix products may use.

BLAS and OpenMP read these variables when they are loaded. At the sizes of small sequence models one thread is
faster than two, and a busy machine makes more of them many times slower.
"""

from __future__ import annotations

import os
import sys

__all__ = ["limit", "variables"]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def limit(threads: int) -> bool:
    """Set the number of threads; say whether it takes effect, which it does before NumPy is imported."""
    os.environ.update(variables(threads))
    return "numpy" not in sys.modules


def variables(threads: int) -> dict[str, str]:
    """The environment of a process with so many threads."""
    return {**dict.fromkeys(_VARIABLES, str(threads)), "OMP_WAIT_POLICY": "passive"}
