"""The `numpy` backend passes the suite for which it is the oracle."""

from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.testing import BackendSuite


class TestNumpy(BackendSuite):
    def backend(self):
        return NumpyBackend()
