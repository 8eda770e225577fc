"""Fingerprints of a vocabulary and of pieces, taken here and in another process.

What depends on the order of a set changes from process to process, and only another process can tell.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from seqforge.testing.material import Material

__all__ = ["digests", "digests_elsewhere"]


def digests(material: Material) -> dict[str, str]:
    """SHA-256 over the vocabulary in its order, and over all pieces in theirs, as symbols and context."""
    vocabulary = material.codec.vocabulary
    text = json.dumps([vocabulary.symbols, vocabulary.classes])
    digest = hashlib.sha256()
    for piece in material.pieces:
        symbols = [vocabulary.symbols[token] for token in piece.tokens]
        digest.update(json.dumps([piece.id, piece.group, symbols, piece.context.tolist()]).encode())
    return {"vocabulary": hashlib.sha256(text.encode()).hexdigest(), "pieces": digest.hexdigest()}


def digests_elsewhere(
    codec: str, source: str, options: Mapping[str, Any], codec_options: Mapping[str, Any], *, hash_seed: str
) -> dict[str, str]:
    """What `digests` gives in a new process that has this seed for its hashes."""
    result = subprocess.run(
        [sys.executable, "-m", "seqforge.testing", "digest"],
        input=json.dumps([codec, source, dict(options), dict(codec_options)]),
        capture_output=True,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        },
        check=False,
    )
    assert result.returncode == 0, f"another process could not encode: {result.stderr.strip()[-500:]}"
    values: dict[str, str] = json.loads(result.stdout.splitlines()[-1])
    return values
