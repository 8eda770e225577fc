"""A plugin author's first minutes: every kind of package, written, installed with pip, tested, checked and used."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import ROOT, clean_environment, succeed

from seqforge.scaffold.kinds import KINDS

JAZZ = ROOT / "plugins" / "seqforge-jazz"

MINUTE = 60.0
"""What `plugins new` and the installation of the package may take: a minute is what an author was promised.

Both wait for the disk, and pip for its index, from which it gets hatchling: a few seconds on an idle machine.
"""


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new virtual environment in it that has the core, the jazz plugin and nothing else of ours."""
    folder = tmp_path_factory.mktemp("author")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip(folder, ROOT, JAZZ)
    return folder


def python(author: Path) -> str:
    return str(author / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python")


def pip(author: Path, *what: str | Path) -> None:
    command = [python(author), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    done = subprocess.run(command, cwd=author, env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def seqforge(author: Path, *arguments: str) -> str:
    return succeed(*arguments, cwd=author, python=python(author))


@pytest.fixture(scope="module")
def install(author: Path) -> Callable[[str], dict[str, float]]:
    """Write and install the package of a kind, once; the seconds that it took."""
    seconds: dict[str, dict[str, float]] = {}

    def start(kind: str) -> dict[str, float]:
        if kind not in seconds:
            begun = time.perf_counter()
            seqforge(author, "plugins", "new", f"my-{kind}", "--kind", kind)
            written = time.perf_counter()
            pip(author, "-e", f"./my-{kind}[test]")
            seconds[kind] = {"new": written - begun, "install": time.perf_counter() - written}
        return seconds[kind]

    return start


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass(author: Path, install: Callable[[str], dict[str, float]], kind: str) -> None:
    """In the environment that its author has: the core as it was built, and the package in the place where it is."""
    install(kind)
    command = [python(author), "-m", "pytest", "-q"]
    done = subprocess.run(command, cwd=author / f"my-{kind}", env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_command_says_to_type_works(
    author: Path, install: Callable[[str], dict[str, float]], kind: str
) -> None:
    install(kind)
    values = {"name": f"my-{kind}", "folder": f"my-{kind}"}
    for template in (KINDS[kind].check, *KINDS[kind].trials):
        program, *arguments = template.format(**values).split()
        assert program == "seqforge"
        seqforge(author, *arguments, *(["--set", "training.steps=30"] if arguments[0] == "run" else []))


@pytest.mark.parametrize("kind", ["backend", "architecture"])
def test_a_newcomers_path(
    author: Path, install: Callable[[str], dict[str, float]], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """New, install, check, run: without an edit, in the time that was promised, and the template's model learns."""
    seconds = install(kind)
    begun = time.perf_counter()
    seqforge(author, "plugins", "check", f"my-{kind}")
    checked = time.perf_counter()
    result = json.loads(seqforge(author, "run", "jazz", "--backend", f"my-{kind}", "--json"))
    seconds = {**seconds, "check": checked - begun, "run": time.perf_counter() - checked}
    with capsys.disabled():
        words = ", ".join(f"{what} {took:.1f} s" for what, took in seconds.items())
        print(f"\nplugins new my-{kind}: {words}; {learnt(result)}")
    assert seconds["new"] + seconds["install"] < MINUTE
    assert sum(result["losses"][-10:]) / 10 < result["losses"][0] / 2
    for part, scores in result["scores"].items():
        assert scores["event"] < result["baselines"][part]["unigram"]["event"]
        assert scores["event"] < min(baseline["event"] for baseline in result["baselines"][part].values())
    seqforge(author, "generate", result["run"], "--seed", "1")


def learnt(result: dict[str, Any]) -> str:
    first, last = result["losses"][0], sum(result["losses"][-10:]) / 10
    unigram = result["baselines"]["validation"]["unigram"]["event"]
    return (
        f"loss {first:.3f} to {last:.3f} nats a token; "
        f"validation {result['scores']['validation']['event']:.3f} nats an event, unigram {unigram:.3f}"
    )
