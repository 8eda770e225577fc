"""Paths for other processes, which have working folders of their own: absolute `file:` URIs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["path_of", "uri_of"]


def uri_of(path: Path) -> str:
    """The URI of a path, which need not exist, and may be a glob."""
    return path.expanduser().absolute().as_uri()


def path_of(uri: str) -> Path:
    """The path that `uri_of` was given."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        raise ValueError(f"{uri} is no file: URI")
    return Path(url2pathname(parts.path))
