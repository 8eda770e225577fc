from seqforge.testing import BackendSuite
from seqforge_keras.backend import KerasBackend


class TestKeras(BackendSuite):
    def backend(self):
        return KerasBackend()
