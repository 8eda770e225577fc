"""One file to read: by which reader, into which codec; and the key under which the result is kept."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from seqforge.plugins import Part

__all__ = ["Job", "job_key"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """`reader` and `codec` are full names, the options are checked; `result` is where the pieces go.

    `parts` are reader and codec as `Part.to_values` gives them, so that the process that reads need not look for them.
    """

    path: str
    reader: str
    reader_options: Mapping[str, Any]
    codec: str
    codec_options: Mapping[str, Any]
    result: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The job on one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(line: str) -> Job:
        """What `to_json` wrote."""
        return Job(**json.loads(line))


def job_key(job: Job, reader: Part, codec: Part) -> str:
    """SHA-256 over the file's name and content, the request, and the code that answers it."""
    digest = hashlib.sha256()
    path = Path(job.path)
    request = [path.name, job.reader, dict(job.reader_options), job.codec, dict(job.codec_options)]
    digest.update(json.dumps(request, sort_keys=True).encode())
    for target in ("seqforge", reader.spec.target, codec.spec.target):
        digest.update(_code_digest(target.partition(":")[0].partition(".")[0]))
    for package in (*reader.spec.requires, *codec.spec.requires):
        digest.update(_version(package).encode())
    with path.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


@cache
def _code_digest(package: str) -> bytes:
    """SHA-256 over the source of a package, which is not imported."""
    spec = importlib.util.find_spec(package)
    digest = hashlib.sha256()
    if spec is None:
        return digest.digest()
    folders = list(spec.submodule_search_locations or ())
    files = [file for folder in folders for file in Path(folder).rglob("*.py")] or [Path(spec.origin or "")]
    for file in sorted(files):
        digest.update(str(file.name).encode())
        digest.update(file.read_bytes())
    return digest.digest()


def _version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:  # the import name is not that of the distribution
        return package
