"""Which backend a run gets, and the reason that it says."""

import importlib.util
import json
import tomllib

import pytest

AUTO = ("--set", "backend.name=auto")
SHORT = ("--set", "training.steps=1", "--set", "samples.count=0", "--json")


@pytest.fixture
def chosen(seqforge, monkeypatch):
    """`chosen("--backend", "mirror", variable="numpy")`: name and reason of the backend."""

    def start(*arguments, variable=None):
        with monkeypatch.context() as patch:
            if variable is not None:
                patch.setenv("SEQFORGE_BACKEND", variable)
            outcome = seqforge("run", "toy", *SHORT, *arguments)
        assert outcome.status == 0, outcome.err
        backend = json.loads(outcome.out)["backend"]
        (line,) = [line for line in outcome.err.splitlines() if line.startswith("backend ")]
        assert backend["name"] in line
        assert line.endswith(backend["reason"])
        return backend["name"], backend["reason"]

    return start


def test_the_option_comes_first(chosen):
    expected = ("mirror", "asked for by --backend")
    assert chosen("--backend", "mirror", "--set", "backend.name=numpy", variable="numpy") == expected


def test_then_the_configuration(chosen):
    assert chosen("--set", "backend.name=mirror", variable="numpy") == ("mirror", "named by the configuration")


def test_then_the_variable(chosen):
    assert chosen(*AUTO, variable="mirror") == ("mirror", "named by SEQFORGE_BACKEND")
    assert chosen("--backend", "auto", *AUTO, variable="mirror") == ("mirror", "named by SEQFORGE_BACKEND")


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) for name in ("torch", "keras")), reason="another backend comes before numpy"
)
@pytest.mark.parametrize("variable", [None, "", "auto"])
def test_then_numpy_if_no_framework_is_there(chosen, variable):
    assert chosen(*AUTO, variable=variable) == ("numpy", "no framework's backend is installed")


def test_a_variable_that_names_no_backend_is_a_wrong_request(seqforge, monkeypatch):
    monkeypatch.setenv("SEQFORGE_BACKEND", "nunpy")
    outcome = seqforge("run", "toy", *AUTO)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "did you mean 'numpy'?" in outcome.err


def test_the_configuration_of_the_run_names_the_choice(seqforge, tmp_path, monkeypatch):
    monkeypatch.setenv("SEQFORGE_BACKEND", "mirror")
    assert seqforge("run", "toy", *AUTO, *SHORT, "--out", "mine").status == 0
    config = tomllib.loads((tmp_path / "mine" / "config.toml").read_text())
    assert config["backend"]["name"] == "mirror"
    assert config["model"]["architecture"] == "lstm"


def test_a_choice_of_engine_changes_nothing_that_numpy_computes(seqforge):
    numpy, mirror = (
        json.loads(seqforge("run", "toy", *SHORT, "--set", "training.steps=5", "--backend", backend).out)
        for backend in ("numpy", "mirror")
    )
    assert numpy["losses"] == mirror["losses"]


def test_architectures_are_listed_with_their_backends(seqforge):
    rows = json.loads(seqforge("list", "architectures", "--json").out)
    (row,) = [row for row in rows if row["name"] == "lstm"]
    assert {"numpy", "mirror"} <= set(row["backends"].split(", "))


def test_backends_are_listed_with_what_they_miss(seqforge):
    states = {row["name"]: row["state"] for row in json.loads(seqforge("list", "backends", "--json").out)}
    assert states["numpy"] == "installed"
    assert states["absent"] == "not installed: seqforge_engine_that_nobody_has"
