"""Where encoded files are kept: the platform's cache folder, or for one run only where that can't be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


@contextmanager
def cache_folder() -> Iterator[Path]:
    """A folder for encoded files."""
    folder = Path(platformdirs.user_cache_dir("seqforge", appauthor=False)) / "corpora"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if writable:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="seqforge-") as temporary:
        yield Path(temporary)
