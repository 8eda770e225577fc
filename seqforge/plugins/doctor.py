"""Diagnoses: each plugin is checked up on in a process of its own, and once more from where it was lost."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from seqforge.plugins.checkup import Finding
from seqforge.plugins.child import Child
from seqforge.plugins.examination import lost, one_line
from seqforge.plugins.manifest import Manifest
from seqforge.plugins.plugin import Plugin, usual_remedy
from seqforge.plugins.probing import SECONDS

__all__ = ["Diagnosis", "diagnoses"]

_TARGET_SECONDS = 60.0
"""How long the import of a target may take: frameworks take their time."""


@dataclass
class Diagnosis:
    """What was found of a plugin, how many parts were looked at, and what later starts should know."""

    plugin: Plugin
    findings: list[Finding] = field(default_factory=list)
    parts: int = 0
    manifest: Manifest | None = None


def diagnoses(plugins: Sequence[Plugin]) -> Generator[Diagnosis]:
    """A diagnosis of each plugin, in their order, as soon as it is there; closed early, it ends what it has begun."""
    is_over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="seqforge-doctor-", ignore_cleanup_errors=True) as folder:
        folders = [Path(folder) / str(number) for number in range(len(plugins))]
        threads = ThreadPoolExecutor(max(1, min(os.cpu_count() or 1, 8)))
        try:
            yield from threads.map(partial(_diagnose, is_over), plugins, folders)
        finally:
            is_over.set()
            threads.shutdown(cancel_futures=True)


def _diagnose(is_over: threading.Event, plugin: Plugin, folder: Path) -> Diagnosis:
    folder.mkdir()
    diagnosis = Diagnosis(plugin)
    first = 0  # of the parts that are not known yet
    while True:
        child = Child("check_up", (plugin.identity(), first), folder / str(first), is_copy=False)
        lines, end = _follow(child, is_over)
        if not lines:
            diagnosis.findings.append(Finding(f"its hook module {end}", usual_remedy(plugin)))
            diagnosis.manifest = lost(plugin, child.answer.with_name("files.txt"), f"its import {end}")
            return diagnosis
        diagnosis.parts = len(lines[0]["parts"])
        diagnosis.manifest = Manifest.from_values(lines[0]["manifest"])
        for line in lines if first == 0 else lines[1:]:
            diagnosis.findings += [Finding(**finding) for finding in line.get("findings", ())]
        if not end:
            return diagnosis
        begun = [line["begins"] for line in lines if "begins" in line]
        diagnosis.findings.append(Finding(f"its import {end}", usual_remedy(plugin), begun[-1] if begun else ""))
        if not begun:
            return diagnosis
        first += len(begun)


def _follow(child: Child, is_over: threading.Event) -> tuple[list[dict[str, Any]], str]:
    """What the child told, and what became of it if it was lost; `CancelledError` once nobody wants to know."""
    told, since = 0, time.monotonic()
    while not child.has_ended():
        if is_over.is_set():
            child.kill()
            raise CancelledError
        lines = _lines(child)
        if len(lines) > told:
            told, since = len(lines), time.monotonic()
        limit = _TARGET_SECONDS if told else SECONDS
        if time.monotonic() > since + limit:
            child.kill()
            return _lines(child), f"takes longer than {limit:g} seconds"
        time.sleep(0.02)
    lines = _lines(child)
    return lines, "" if lines and "finished" in lines[-1] else one_line(f"ends the process ({child.end()})")


def _lines(child: Child) -> list[dict[str, Any]]:
    try:
        text = child.answer.read_text(encoding="utf-8")
    except OSError:  # it has not begun
        return []
    return [json.loads(line) for line in text.split("\n")[:-1]]
