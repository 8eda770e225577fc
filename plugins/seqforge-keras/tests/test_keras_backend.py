from seqforge.testing import BackendSuite


class TestKeras(BackendSuite):
    name = "keras"
