"""Trained models of plugins, by name."""

import json

import pytest

import seqforge as public
from seqforge.files.model_file import read_model


def takes(folder):
    return [path.read_text() for path in sorted(folder.glob("take-*.txt"))]


def values(outcome):
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def test_models_are_listed_with_their_licence(seqforge, pretrained):
    rows = {row["name"]: row for row in values(seqforge("list", "models", "--json"))}
    assert rows["toy-model"] == {
        "name": "toy-model",
        "licence": "CC0-1.0",
        "summary": "cycles, learnt",
        "from": "seqforge-toy-model",
    }
    assert "toy-model" in seqforge("list", "models").out


def test_without_a_model_the_list_says_so(seqforge):
    if values(seqforge("list", "models", "--json")):
        pytest.skip("an installed plugin has models")
    assert seqforge("list", "models").out == "no models here\n"


def test_a_name_generates_what_the_file_does(seqforge, pretrained, toy_run, tmp_path):
    for model, out in (("toy-model", "by name"), ("seqforge-toy-model:toy-model", "in full"), (toy_run, "by path")):
        outcome = seqforge("generate", model, "-n", 3, "--seed", 4, "--out", out)
        assert outcome.status == 0, outcome.err
    assert len(takes(tmp_path / "by name")) == 3
    assert takes(tmp_path / "by name") == takes(tmp_path / "in full") == takes(tmp_path / "by path")
    assert seqforge("generate", "toy-model").status == 0
    assert [path.name for path in (tmp_path / "takes").iterdir()] == ["toy-model-001"]


def test_a_name_is_inspected_as_the_file_is(seqforge, pretrained, toy_run):
    by_name, by_path = (values(seqforge("inspect", model, "--json")) for model in ("toy-model", toy_run))
    assert by_name == by_path
    assert "codec         letters alphabet 5" in seqforge("inspect", "toy-model").out


def test_a_folder_of_that_name_comes_first(seqforge, pretrained, tmp_path):
    outcome = seqforge("run", "toy", "--seed", 2, "--set", "training.steps=1", "--out", "toy-model")
    assert outcome.status == 0, outcome.err
    assert values(seqforge("inspect", "toy-model", "--json"))["provenance"]["seed"] == 2
    full = values(seqforge("inspect", "seqforge-toy-model:toy-model", "--json"))
    assert full["provenance"]["seed"] == 1


@pytest.mark.parametrize("command", [("generate",), ("inspect",), ("run", "toy", "--from")], ids=" ".join)
def test_an_unknown_name_lists_those_that_are_known(seqforge, pretrained, tmp_path, command):
    outcome = seqforge(*command, "toy-modle")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "model 'toy-modle'; did you mean 'toy-model'? (known: " in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("generate",), ("inspect",), ("run", "toy", "--from")], ids=" ".join)
@pytest.mark.parametrize("resource", ["missing.safetensors", "__init__.py"])
def test_a_model_that_cant_be_read_is_its_plugins_fault(
    seqforge, model_package, tmp_path, monkeypatch, command, resource
):
    monkeypatch.syspath_prepend(model_package(tmp_path / "site", package="seqforge_lost_model", resource=resource))
    outcome = seqforge(*command, "toy-model")
    assert (outcome.status, outcome.err.count("\n")) == (3, 1), outcome.err
    assert "model 'toy-model' of seqforge-lost-model (entry point toy-model) can't be read" in outcome.err


def test_two_packages_may_not_share_a_name(seqforge, pretrained, model_package, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(model_package(tmp_path / "site", package="seqforge_second_model"))
    outcome = seqforge("generate", "toy-model")
    assert (outcome.status, outcome.err.count("\n")) == (2, 2)
    assert "seqforge-toy-model:toy-model" in outcome.err
    assert "seqforge-second-model:toy-model" in outcome.err


def test_a_spec_says_where_the_file_is_and_no_more():
    spec = public.PretrainedSpec(name="a", package="b", resource="c", summary="d")
    assert spec.licence == ""


def test_a_file_states_its_digest(toy_run):
    assert len(read_model(toy_run / "model.safetensors").sha256) == 64
