"""Recipes: shown, copied, changed and run."""

import json
import tomllib

import pytest


def test_a_recipe_is_shown_as_its_author_wrote_it(seqforge):
    text = seqforge("recipes", "show", "toy").out
    assert text.startswith("# A small LSTM on generated sequences")
    assert tomllib.loads(text)["training"]["steps"] == 60


@pytest.mark.parametrize("arguments", [[], ["mine.toml"], ["."]], ids=str)
def test_a_copy_runs_as_the_recipe_does(seqforge, tmp_path, toy_run, arguments):
    outcome = seqforge("recipes", "copy", "toy", *arguments)
    assert outcome.status == 0
    (file,) = tmp_path.glob("*.toml")
    assert f"seqforge run {file.name}" in outcome.out
    assert "# A small LSTM" in file.read_text()
    assert seqforge("run", file.name, "--out", "again").status == 0
    model = (tmp_path / "again" / "model.safetensors").read_bytes()
    assert model == (toy_run / "model.safetensors").read_bytes()


def test_a_file_needs_to_say_only_what_it_changes(seqforge, tmp_path):
    (tmp_path / "mine.toml").write_text('recipe = "toy"\n[model.lstm]\nhidden = 8\n[samples]\ncount = 0\n')
    config = tomllib.loads(seqforge("run", "mine.toml", "--set", "training.steps=3", "--dry-run").out)
    assert config["model"]["lstm"]["hidden"] == 8
    assert config["training"]["steps"] == 3
    assert config["training"]["learning_rate"] == 0.03


def test_options_beat_set_and_set_beats_the_recipe(seqforge):
    arguments = ("--set", "seed=5", "--set", "training.steps=7", "--seed", "6", "--data", "cycles")
    config = tomllib.loads(seqforge("run", "toy", *arguments, "--dry-run").out)
    assert (config["seed"], config["training"]["steps"]) == (6, 7)


def test_recipes_are_listed(seqforge):
    rows = json.loads(seqforge("list", "recipes", "--json").out)
    assert {"name": "toy", "summary": "a second on one core", "from": "seqforge-toy"} in rows
    assert "a second on one core" in seqforge("list", "recipes").out


@pytest.mark.parametrize("kind", ["recipes", "data", "backends", "samplers", "formats", "architectures"])
def test_every_list_is_a_table_and_json(seqforge, kind):
    rows = json.loads(seqforge("list", kind, "--json").out)
    shown = seqforge("list", kind).out.splitlines()
    assert shown[0].split() == list(rows[0])
    assert [line.split()[0] for line in shown[1:]] == [row["name"] for row in rows]


def test_a_list_of_nothing_says_so(seqforge):
    assert seqforge("list", "runs").out == "no runs here\n"
    assert json.loads(seqforge("list", "runs", "--json").out) == []
