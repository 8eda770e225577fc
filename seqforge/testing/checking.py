"""Running the fitting suite for each part of a plugin, and saying what came of each check, a line of JSON each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import pytest

from seqforge.plugins import Registry
from seqforge.testing.part_suites import PartSuites
from seqforge.testing.suite import NOT_CHECKED, NOT_JUDGED, Suite, property_words

__all__ = ["request_suites", "run_checks"]

_LONGEST_DETAIL = 300

_suites: dict[str, type[Suite]] = {}
_labels: dict[str, tuple[str, str]] = {}  # the part of a class of tests, and the case that it stands for


def run_checks(request: str) -> None:
    """Check the plugins of a request: JSON with `plugins` (distribution and entry point) and `data`.

    Writes a line of JSON on standard output where a check begins and where it ends. What plugins print goes to standard
    error.
    """
    values = json.loads(request)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    reporter = _Reporter(answers)
    found = PartSuites(Registry.installed(), tuple(values["data"]))
    parts = [part for distribution, entry_point in values["plugins"] for part in found.parts(distribution, entry_point)]
    for part in parts:
        reporter.emit(started=found.label(part))
        for record in found.add(part):
            reporter.emit(**record)
    for number, (label, case, suite) in enumerate(found.suites):
        _suites[f"Test{number}"], _labels[f"Test{number}"] = suite, (label, case)
    if _suites:
        _run_pytest(reporter)
    reporter.emit(finished=True)
    answers.close()


def request_suites() -> Mapping[str, type[Suite]]:
    """The classes that pytest is to run, by name."""
    return _suites


def _run_pytest(reporter: _Reporter) -> None:
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # what else is installed for pytest is none of our business
    settings = Path("pytest.ini")
    settings.write_text("[pytest]\n", encoding="utf-8")
    here = ["-c", str(settings), "--rootdir", ".", "--noconftest", "-p", "no:cacheprovider", "--basetemp", "temporary"]
    status = pytest.main([*here, "--pyargs", "seqforge.testing.registered"], plugins=[reporter])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print(f"pytest ended with status {status}", file=sys.stderr)
        sys.exit(1)


class _Reporter:
    """A plugin of pytest."""

    def __init__(self, answers: TextIO) -> None:
        self.answers = answers

    def emit(self, **values: Any) -> None:
        """Write a line."""
        self.answers.write(json.dumps(values) + "\n")
        self.answers.flush()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        part, name, _ = _place(nodeid)
        self.emit(started=f"{part}: {name}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part, name, case = _place(report.nodeid)
        if report.failed:
            self.emit(part=part, property=name, outcome="failed", detail=_cause(report, case))
        elif report.skipped:
            self.emit(part=part, property=name, **_left_out(report))
        elif report.when == "call":
            self.emit(part=part, property=name, outcome="passed", detail="")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            part, _, case = _place(report.nodeid)
            self.emit(part=part, property="its checks can be prepared", outcome="failed", detail=_cause(report, case))


def _place(nodeid: str) -> tuple[str, str, str]:
    """The part and the property of a test, and the case in which it is looked at."""
    _, _, rest = nodeid.partition("::")
    suite, _, test = rest.partition("::")
    part, case = _labels.get(suite, ("the plugin", ""))
    _, _, parameters = test.partition("[")
    return part, property_words(test), case or parameters.removesuffix("]")


def _cause(report: pytest.TestReport | pytest.CollectReport, case: str) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr).strip().splitlines()[-1]
    return _one_line(f"({case}) {text}" if case else text)


def _left_out(report: pytest.TestReport) -> dict[str, str]:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    for prefix in (NOT_JUDGED, NOT_CHECKED):
        if reason.startswith(prefix):
            return {"outcome": prefix.rstrip(": "), "detail": _one_line(reason.removeprefix(prefix))}
    return {"outcome": "does not apply", "detail": _one_line(reason)}


def _one_line(text: str) -> str:
    words = " ".join(text.replace("AssertionError: ", "").split())
    return words if len(words) <= _LONGEST_DETAIL else f"{words[:_LONGEST_DETAIL]} ..."
