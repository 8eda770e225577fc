"""How many threads matrix products may use.

BLAS and OpenMP read these variables when they are loaded. At the sizes of small sequence models one thread is
faster than two, and a busy machine makes more of them many times slower.
"""

from __future__ import annotations

import os
import sys

__all__ = ["limit"]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def limit(threads: int) -> bool:
    """Set the number of threads; say whether it takes effect, which it does before NumPy is imported."""
    for name in _VARIABLES:
        os.environ[name] = str(threads)
    os.environ["OMP_WAIT_POLICY"] = "passive"
    return "numpy" not in sys.modules
