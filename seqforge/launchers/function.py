"""The function that a call names, and the places that it is told of."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["from_uri", "load_function", "to_uri"]


def load_function(name: str) -> Callable[..., Any]:
    """Import `package.module:function`."""
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function


def to_uri(path: Path) -> str:
    """The path as an absolute `file:` URI, which means the same in every folder."""
    return path.absolute().as_uri()


def from_uri(uri: str) -> Path:
    """The path that `to_uri` was given."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise ValueError(f"{uri} is no file: URI")
    return Path(url2pathname(f"//{parts.netloc}{parts.path}" if parts.netloc else parts.path))
