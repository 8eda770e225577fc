"""Conformance suites for authors of plugins; they need pytest. docs/conformance.md says how to use them."""

import pytest

# so that a failure shows the values compared; what is imported earlier isn't rewritten
for _module in (
    "arrays",
    "backend_learning",
    "backend_storage",
    "backends",
    "codecs",
    "datasets",
    "formats",
    "joint_training",
    "metrics",
    "pieces",
    "readers",
    "samplers",
    "searches",
    "suite",
):
    pytest.register_assert_rewrite(f"seqforge.testing.{_module}")

from seqforge.testing.backends import BackendSuite  # noqa: E402
from seqforge.testing.codecs import CodecSuite  # noqa: E402
from seqforge.testing.datasets import DatasetSuite  # noqa: E402
from seqforge.testing.formats import FormatSuite  # noqa: E402
from seqforge.testing.joint_training import assert_trained_as_one, train_jointly  # noqa: E402
from seqforge.testing.metrics import MetricSuite  # noqa: E402
from seqforge.testing.readers import ReaderSuite  # noqa: E402
from seqforge.testing.samplers import ProcessorSuite, SamplerSuite  # noqa: E402
from seqforge.testing.searches import SearchSuite  # noqa: E402

__all__ = [
    "BackendSuite",
    "CodecSuite",
    "DatasetSuite",
    "FormatSuite",
    "MetricSuite",
    "ProcessorSuite",
    "ReaderSuite",
    "SamplerSuite",
    "SearchSuite",
    "assert_trained_as_one",
    "train_jointly",
]
