"""Conformance suites for authors of plugins; they need pytest."""

import pytest

pytest.register_assert_rewrite("seqforge.testing.backends")  # so that a failure shows the values compared

from seqforge.testing.backends import BackendSuite  # noqa: E402  # what is imported earlier isn't rewritten

__all__ = ["BackendSuite"]
