"""Conformance suites for authors of plugins; they need pytest."""

from seqforge.testing.backends import BackendSuite

__all__ = ["BackendSuite"]
