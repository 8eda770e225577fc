from seqforge_keras.backend import KerasBackend

from seqforge.testing import BackendSuite


class TestKeras(BackendSuite):
    def backend(self):
        return KerasBackend()
