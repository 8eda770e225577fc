"""What is imported for a help page or a list: no framework, and not even NumPy."""

import pytest

from seqforge import __version__

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


def test_the_toy_plugin_stays_unloaded_but_for_its_hooks(python):
    code = REPORT.replace('{name.partition(".")[0] for name in sys.modules}', "sys.modules")
    outcome = python("-c", code, "list", "formats")
    names = outcome.out.split()
    assert "seqforge_toy.plugin" in names
    assert not {"seqforge_toy.files", "seqforge_toy.letters", "seqforge_toy.cycles"} & set(names)


def test_plugins_import_the_public_names_without_numpy(python):
    code = "import sys, seqforge; seqforge.Option, seqforge.Piece, seqforge.CodecSpec; print('numpy' in sys.modules)"
    assert python("-c", code).out.strip() == "False"


def test_a_run_imports_no_framework(python):
    modules = loaded(python, "run", "toy", "--set", "training.steps=1", "--set", "samples.count=1")
    assert "numpy" in modules
    assert not modules & {"torch", "tensorflow", "keras", "jax", "music21"}


@pytest.mark.parametrize("arguments", [[], ["recipes"], ["plugins"]], ids=str)
def test_a_command_that_is_given_nothing_shows_what_it_takes(seqforge, arguments):
    outcome = seqforge(*arguments)
    assert outcome.out.strip() == seqforge(*arguments, "--help").out.strip()
    assert outcome.err == ""


def test_the_version_is_that_of_the_package(seqforge):
    assert seqforge("--version").out == f"seqforge {__version__}\n"
