"""The function that a call names."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["function_named"]


def function_named(name: str) -> Callable[..., Any]:
    """The function `package.module:function`, imported."""
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function
