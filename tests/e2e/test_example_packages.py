"""The examples that are packages: each README followed to the letter, in an environment that has seqforge already."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from shell import ROOT, clean_environment

EXAMPLES = ("csv", "gru", "ngram", "sampler")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A new virtual environment that sees what this one has; what is installed into it stays in it."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (purelib,) = folder.glob("lib/python*/site-packages")
    ours = sysconfig.get_path("purelib")
    (purelib / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    command = (
        folder / "bin" / "seqforge"
    )  # the one of this environment would not see what is installed into the new one
    command.write_text(f"#!{folder / 'bin' / 'python'}\nfrom seqforge.entry import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**clean_environment(), "PATH": path, "VIRTUAL_ENV": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module", params=EXAMPLES)
def followed(
    request: pytest.FixtureRequest, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, list[subprocess.CompletedProcess[str]]]:
    """An example's name, its copied folder, and what came of each command in its README, in order."""
    name = request.param
    folder = shutil.copytree(ROOT / "examples" / name, tmp_path_factory.mktemp("examples") / name)
    text = (folder / "README.md").read_text(encoding="utf-8")
    commands = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    done = []
    for line in commands:
        done.append(subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True))
        assert done[-1].returncode == 0, f"{line}\n{done[-1].stdout[-3000:]}\n{done[-1].stderr[-3000:]}"
    return name, folder, done


Followed = tuple[str, Path, list[subprocess.CompletedProcess[str]]]


def said(done: list[subprocess.CompletedProcess[str]], words: str) -> subprocess.CompletedProcess[str]:
    """The one command whose line has the words."""
    (found,) = (each for each in done if words in each.args[-1])
    return found


def test_its_tests_pass_and_so_do_the_checks_of_its_kind(followed: Followed) -> None:
    _, _, done = followed
    assert re.search(r"\d+ passed", said(done, "-m pytest").stdout)
    assert "failed" not in said(done, "-m pytest").stdout
    counts = said(done, "plugins check").stdout.splitlines()[-1]
    assert re.fullmatch(r"\d+ checks: \d+ passed(, \d+ not checked)?(, \d+ not applicable)?", counts), counts


def test_it_says_no_word_of_warning(followed: Followed) -> None:
    _, _, done = followed
    for each in done:
        assert "warning" not in each.stderr.lower(), each.args[-1]


def test_its_run_can_be_resumed_and_refuses_what_it_can_not_do(followed: Followed, environment: dict[str, str]) -> None:
    name, folder, _ = followed
    (run,) = (folder / "runs").iterdir()
    model = (run / "model.safetensors").read_bytes()

    def seqforge(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["seqforge", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    (run / "model.safetensors").unlink()
    resumed = seqforge("resume", str(run), "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert (run / "model.safetensors").read_bytes() == model
    architecture = json.loads(resumed.stdout)["architecture"]
    assert architecture == (name if name in ("gru", "ngram") else "lstm")
    exported = seqforge("export", str(run))
    if architecture == "lstm":
        assert exported.returncode == 0, exported.stderr
    else:
        assert exported.returncode == 2
        assert exported.stderr == (
            f"error: the model's architecture is '{name}', which has no ONNX export; allowed: lstm\n"
        )


def test_every_package_among_the_examples_is_followed() -> None:
    assert sorted(path.parent.name for path in (ROOT / "examples").glob("*/pyproject.toml")) == sorted(EXAMPLES)
