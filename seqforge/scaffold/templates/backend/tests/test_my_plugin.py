"""The conformance suite for backends; what is special to yours is tested below it."""

from __future__ import annotations

import numpy as np
from seqforge import BackendOptions
from seqforge.testing import BackendSuite

from my_plugin.backend import Engine


class TestConformance(BackendSuite):
    name = "my-plugin"


def test_the_description_names_engine_and_version() -> None:
    assert Engine().describe(BackendOptions()) == f"NumPy {np.__version__}"
