"""Comparing arrays by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["assert_close", "assert_equal"]

Arrays = Mapping[str, NDArray[Any]]


def assert_equal(arrays: Arrays, expected: Arrays) -> None:
    """The same names, shapes, types and bits."""
    assert sorted(arrays) == sorted(expected)
    for name, array in expected.items():
        assert arrays[name].dtype == array.dtype, name
        np.testing.assert_array_equal(arrays[name], array, err_msg=name, strict=True)


def assert_close(arrays: Arrays, expected: Arrays, tolerance: float) -> None:
    """The same names and shapes, and values within the tolerance."""
    assert sorted(arrays) == sorted(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(arrays[name], array, rtol=0, atol=tolerance, err_msg=name)
