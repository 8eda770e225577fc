"""What is imported for a help page or a list: no framework, and not even NumPy."""

import os
import subprocess
import sys
import time

import pytest
from typer.main import get_command

from seqforge import __version__
from seqforge.commands.app import make_app

HEAVY = {"numpy", "torch", "tensorflow", "keras", "jax", "music21", "safetensors"}  # Typer itself loads pydantic

REPORT = """
import sys
from seqforge.entry import main
try:
    main()
finally:
    print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(python, *arguments):
    outcome = python("-c", REPORT, *arguments)
    assert outcome.status == 0, outcome.err
    shown, _, names = outcome.out.rpartition("LOADED")
    assert shown.strip()
    return set(names.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["generate", "--help"],
        ["sweep", "--help"],
        ["plugins", "list"],
        ["recipes", "show", "toy"],
        *(
            ["list", kind]
            for kind in ("recipes", "models", "data", "backends", "samplers", "formats", "architectures", "runs")
        ),
    ],
    ids=" ".join,
)
def test_help_and_lists_load_nothing_heavy(python, arguments):
    modules = loaded(python, *arguments)
    assert "typer" in modules
    assert not modules & HEAVY


def test_nothing_of_a_plugin_is_loaded_for_a_list(python):
    code = REPORT.replace('{name.partition(".")[0] for name in sys.modules}', "sys.modules")
    outcome = python("-c", code, "list", "formats")
    names = outcome.out.split()
    assert "seqforge.plugins.registry" in names
    assert not [name for name in names if name.startswith("seqforge_toy")]


def test_plugins_import_the_public_names_without_numpy(python):
    code = "import sys, seqforge; seqforge.Option, seqforge.Piece, seqforge.CodecSpec; print('numpy' in sys.modules)"
    assert python("-c", code).out.strip() == "False"


def test_a_run_imports_no_framework(python):
    modules = loaded(python, "run", "toy", "--set", "training.steps=1", "--set", "samples.count=1")
    assert "numpy" in modules
    assert not modules & {"torch", "tensorflow", "keras", "jax", "music21"}


def test_the_help_says_of_commands_that_it_does_not_load_what_they_say_themselves(registry):
    loaded, announced = (
        {name: command.get_short_help_str(1000) for name, command in get_command(app).commands.items()}
        for app in (make_app(registry), make_app(registry, ["--help"]))
    )
    assert loaded == announced


@pytest.mark.parametrize("arguments", [["--help"], ["plugins", "list"]], ids=" ".join)
def test_help_and_the_list_of_plugins_take_a_fifth_of_a_second_of_processor_time(toy_path, arguments):
    """The best of several starts: what is known of the plugins is known."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(toy_path)}
    used = []
    for _ in range(12):
        before = os.times()
        subprocess.run([sys.executable, "-m", "seqforge", *arguments], env=environment, capture_output=True, check=True)
        after = os.times()
        used.append(after.children_user + after.children_system - before.children_user - before.children_system)
        if min(used) < 0.2:
            return
        time.sleep(0.5)  # a folder that was changed less than two seconds ago is looked through again
    raise AssertionError(f"the best of {len(used)} starts takes {min(used):.2f} s")


@pytest.mark.parametrize("arguments", [[], ["recipes"], ["plugins"]], ids=str)
def test_a_command_that_is_given_nothing_shows_what_it_takes(seqforge, arguments):
    outcome = seqforge(*arguments)
    assert outcome.out.strip() == seqforge(*arguments, "--help").out.strip()
    assert outcome.err == ""


def test_the_version_is_that_of_the_package(seqforge):
    assert seqforge("--version").out == f"seqforge {__version__}\n"
