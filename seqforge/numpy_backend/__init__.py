"""The `numpy` backend: the oracle for the others, the default without a framework, the engine that samples."""
