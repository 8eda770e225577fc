"""The test classes for what an installed plugin registers; `seqforge plugins check` runs this module with pytest."""

from seqforge.testing.checking import request_suites

globals().update(request_suites())
