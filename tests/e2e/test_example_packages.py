"""The examples that are packages: each README followed to the letter, in an environment that has seqforge already."""

from __future__ import annotations

import ast
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
    # the command of this environment would not see what is installed into the new one
    command = folder / "bin" / "seqforge"
    command.write_text(f"#!{folder / 'bin' / 'python'}\nfrom seqforge.entry import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    # so that each build need not fetch its tools anew; pip reads this one as "is isolated: no"
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "hatchling"], check=True)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**clean_environment(), "PATH": path, "VIRTUAL_ENV": str(folder), "PIP_NO_BUILD_ISOLATION": "0"}


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


@pytest.mark.parametrize("followed", ["gru", "ngram"], indirect=True)
def test_a_backend_resumes_its_run_and_has_no_export(followed: Followed, environment: dict[str, str]) -> None:
    name, folder, _ = followed
    run = folder / "runs" / name
    model = (run / "model.safetensors").read_bytes()

    def seqforge(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["seqforge", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    (run / "model.safetensors").unlink()
    resumed = seqforge("resume", str(run), "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert (run / "model.safetensors").read_bytes() == model
    result = json.loads(resumed.stdout)
    assert result["architecture"] == result["backend"]["name"] == name
    exported = seqforge("export", str(run))
    assert exported.returncode == 2
    assert exported.stderr == f"error: the model's architecture is '{name}', which has no ONNX export; allowed: lstm\n"


@pytest.mark.parametrize("followed", ["ngram"], indirect=True)
def test_better_counting_is_a_better_baseline(followed: Followed) -> None:
    """Kneser-Ney smoothing predicts a little better than the core's Witten-Bell does with the same tokens."""
    _, folder, _ = followed
    found = json.loads((folder / "runs" / "ngram" / "evaluation.json").read_text(encoding="utf-8"))
    for scores in found["likelihood"].values():
        assert 0.9 < scores["nats"]["event"]["value"] / scores["baselines"]["5-gram"]["event"] < 1


@pytest.mark.parametrize("followed", ["csv"], indirect=True)
def test_swatches_are_named_in_a_line_and_written_as_asked(followed: Followed) -> None:
    _, folder, done = followed
    assert "swatches.csv: Stockinette: 24 stitches, 12 rows\n" in said(done, "inspect").stdout
    chart = (folder / "takes" / "take-01.txt").read_text(encoding="utf-8").splitlines()
    assert chart[0] == "Scarf"
    assert [len(row) for row in chart[2:22]] == [30] * 20
    assert (folder / "takes" / "take-01.csv").read_text(encoding="utf-8").startswith("family,name,row,stitches\nScarf,")


@pytest.mark.parametrize("followed", ["sampler"], indirect=True)
def test_a_take_says_that_the_processor_was_on(followed: Followed) -> None:
    _, folder, _ = followed
    settings = json.loads((folder / "takes" / "settings.json").read_text(encoding="utf-8"))
    assert settings["sampling"]["eta"] == 0.02


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/*/**/*.py")), ids=lambda path: path.stem)
def test_of_the_core_it_knows_the_public_names_alone(path: Path) -> None:
    allowed = {"seqforge", "seqforge.testing"} if "tests" in path.parts else {"seqforge"}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
    assert {name for name in found if name.partition(".")[0] == "seqforge"} <= allowed


def test_every_package_among_the_examples_is_followed() -> None:
    assert sorted(path.parent.name for path in (ROOT / "examples").glob("*/pyproject.toml")) == sorted(EXAMPLES)
