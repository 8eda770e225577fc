"""`seqforge run RECIPE --from MODEL`: what is gone on from, and what may not contradict it."""

import json
import tomllib

import numpy as np
import pytest

from seqforge.files.model_file import read_model

STILL = ("--set", "training.learning_rate=0", "--set", "training.steps=2", "--set", "training.evaluate_every=1")
SHORT = ("--set", "training.steps=4", "--set", "training.evaluate_every=2", "--set", "samples.count=1")
NO_SPLIT = ("--set", "data.validation=0", "--set", "data.test=0")


def metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def model_of(folder):
    return read_model(folder / "model.safetensors")


def contents(folder):
    files = [folder / "config.toml", folder / "model.safetensors", *sorted((folder / "samples").iterdir())]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture
def run(seqforge, tmp_path):
    """`run("--from", MODEL, ...)`: the folder that a run of the toy recipe left."""
    numbers = iter(range(100))

    def start(*arguments, recipe="toy"):
        folder = tmp_path / f"run {next(numbers)}"
        outcome = seqforge("run", recipe, *arguments, "--out", folder)
        assert outcome.status == 0, outcome.err
        return folder

    return start


@pytest.fixture
def refused(seqforge, tmp_path):
    """`refused("--from", MODEL, ...)`: the one line that a wrong request gives."""

    def start(*arguments):
        before = sorted(tmp_path.iterdir())
        outcome = seqforge("run", "toy", *arguments)
        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1), outcome
        assert sorted(tmp_path.iterdir()) == before
        return outcome.err

    return start


@pytest.fixture
def pairs_run(run):
    """A model of the growing codec, which knows `a.`, `b-` and `c=`."""
    return run("--set", "codec.name=pairs", *SHORT)


@pytest.mark.parametrize("name", ["", "model.safetensors"])
def test_a_run_starts_from_exactly_the_models_loss(run, toy_run, name):
    still = run("--from", toy_run / name, *STILL)
    best = min(line["validation"]["token"] for line in metrics(toy_run))
    assert [line["validation"]["token"] for line in metrics(still)] == [best, best]
    old, new = model_of(toy_run), model_of(still)
    assert old.spec == new.spec
    assert old.vocabulary == new.vocabulary
    assert all(np.array_equal(weight, new.weights[key]) for key, weight in old.weights.items())


def test_the_weights_go_on_and_the_optimizer_starts_anew(run, toy_run):
    settings = ("--set", "training.steps=1", "--set", "training.evaluate_every=1")
    moved = model_of(run("--from", toy_run, *settings)).weights
    rates = [
        np.abs(moved[name] - weight) / 0.03 for name, weight in model_of(toy_run).weights.items() if "bias" in name
    ]
    assert max(rate.max() for rate in rates) == pytest.approx(1, rel=0.01), "the first step of Adam is the rate"


def test_it_goes_on_to_learn(run):
    first = run(*SHORT)
    before, after = (metrics(folder)[-1]["validation"]["token"] for folder in (first, run("--from", first, *SHORT)))
    assert after < before


def test_a_registered_model_by_name_and_its_provenance(run, toy_run, pretrained):
    by_name, by_path = run("--from", "toy-model", *SHORT), run("--from", toy_run, *SHORT)
    named, other = model_of(by_name).provenance, model_of(by_path).provenance
    model = model_of(toy_run)
    start = {"sha256": model.sha256, "data": model.data, "configuration": model.provenance["configuration"]}
    assert named["start"] == {"model": "toy-model", **start}
    assert other["start"] == {"model": "file", **start}
    assert named["configuration"]["model"]["start"] == "toy-model"
    assert other["configuration"]["model"]["start"] == "file"
    assert named["versions"]["seqforge-toy-model"] == "0.1.0"
    assert str(toy_run).encode() not in (by_path / "model.safetensors").read_bytes()
    for name, weight in model_of(by_name).weights.items():
        assert np.array_equal(weight, model_of(by_path).weights[name])


def test_a_second_start_remembers_the_first(run, toy_run):
    second = run("--from", toy_run, *SHORT)
    provenance = model_of(run("--from", second, *SHORT)).provenance
    assert provenance["start"]["sha256"] == model_of(second).sha256
    assert provenance["start"]["start"]["sha256"] == model_of(toy_run).sha256
    assert "start" not in model_of(toy_run).provenance


def test_the_configuration_repeats_it(run, toy_run):
    first = run("--from", toy_run, *SHORT)
    assert tomllib.loads((first / "config.toml").read_text())["model"]["start"] == str(toy_run)
    assert contents(run(recipe=first / "config.toml")) == contents(first)
    afresh = tomllib.loads((run("--from", "", *SHORT, recipe=first) / "config.toml").read_text())
    assert afresh["model"]["start"] == ""


@pytest.mark.parametrize("name", ["", "model.safetensors"])
def test_a_run_does_not_replace_the_model_that_it_starts_from(refused, run, tmp_path, name):
    first = run(*SHORT)
    before = contents(first)
    assert "choose another --out" in refused("--from", first / name, "--out", first, "--force")
    assert contents(first) == before


def test_what_the_recipe_says_gives_way(run, toy_run, tmp_path):
    model = run("--set", "codec.letters.alphabet=7", "--set", "model.lstm.hidden=11", *SHORT)
    config = tomllib.loads((run("--from", model, *SHORT) / "config.toml").read_text())
    assert config["codec"] == {"name": "letters", "letters": {"alphabet": 7}}
    assert config["model"]["lstm"]["hidden"] == 11


def test_samples_settings_of_another_codec_give_way(run, pairs_run, seqforge, tmp_path):
    text = seqforge("recipes", "show", "toy").out.replace("length = 6", 'length = 6, avoid = "a"')
    (tmp_path / "mine.toml").write_text(text)
    continued = run("--from", pairs_run, *SHORT, recipe="mine.toml")
    config = tomllib.loads((continued / "config.toml").read_text())
    assert config["codec"] == {"name": "pairs", "pairs": {}}
    assert config["samples"]["prompt"] == {"length": 6}
    assert config["samples"]["formats"] == ["txt"]


def test_what_is_typed_and_agrees_is_no_contradiction(run, toy_run):
    agreeing = ("model.lstm.hidden=24", "codec.name=letters", "codec.letters.alphabet=5", "model.architecture=lstm")
    assert run("--from", toy_run, *SHORT, *(part for text in agreeing for part in ("--set", text)))
    assert run("--from", toy_run, "--model", "auto", *SHORT)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "gru"), ("model.architecture is 'gru'", "'lstm'")),
        (("--set", "model.lstm.hidden=32"), ("model.lstm.hidden is 32", "24")),
        (("--set", "model.lstm.dropout=0.5"), ("model.lstm.dropout is 0.5", "0.0")),
        (("--set", "codec.name=pairs"), ("codec.name is 'pairs'", "'letters'")),
        (("--set", "codec.letters.alphabet=6"), ("codec.letters.alphabet is 6", "5")),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_is_typed_and_contradicts_is_one_line(refused, toy_run, arguments, words):
    line = refused("--from", toy_run, *arguments)
    for word in (*words, f"the model '{toy_run}' has", "--from"):
        assert word in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "model.lstm.hiden=24"), "did you mean 'model.lstm.hidden'?"),
        (("--set", "codec.letters.alfabet=5"), "did you mean 'codec.letters.alphabet'?"),
        (("--from", "nowhere.safetensors"), "there is no model file nowhere.safetensors"),
        (("--from", "nowhere/run"), "there is no model file"),
        (("--from", "."), "holds no model.safetensors"),
        (("--from", "nowhere"), "unknown model 'nowhere'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_request_is_one_line(refused, toy_run, arguments, words):
    assert words in refused("--from", toy_run, *arguments)


def test_a_start_that_is_no_text_is_one_line(refused):
    assert "model.start is 3" in refused("--set", "model.start=3")


def test_a_backend_without_the_architecture_says_what_it_has(refused, toy_run, tmp_path, plant, monkeypatch):
    source = (
        "from seqforge import BackendSpec, hookimpl\n"
        "@hookimpl\ndef seqforge_register_backends():\n"
        "    return [BackendSpec(name='other', target='seqforge.numpy_backend.backend:NumpyBackend', summary='',\n"
        "                        architectures=('gru',))]\n"
    )
    site = plant(tmp_path / "site", "seqforge-other", {"other": "seqforge_other"}, {"seqforge_other.py": source})
    monkeypatch.syspath_prepend(site)
    line = refused("--from", toy_run, "--backend", "other")
    assert "unknown architecture of backend other 'lstm' (known: gru)" in line


def test_pieces_with_unknown_symbols_are_dropped_with_the_reason(seqforge, pairs_run, tmp_path):
    songs = tmp_path / "songs"
    songs.mkdir()
    (songs / "known.letters").write_text("one c=a.b-\n")
    (songs / "mixed.letters").write_text("two a.z-y=x.w.\nthree b-b-a.\n")
    (songs / "unknown.letters").write_text("four z.\n")
    outcome = seqforge("run", "toy", "--from", pairs_run, "--set", "data={source='songs'}", *NO_SPLIT, *SHORT, "--json")
    assert outcome.status == 0, outcome.err
    data = json.loads(outcome.out)["data"]
    assert data["pieces"] == 2
    assert {item["name"]: item["reason"] for item in data["dropped"]} == {
        "mixed.letters: mixed:1": "not in the vocabulary of the model: z-, y=, x. and 1 more",
        "unknown.letters: unknown:1": "not in the vocabulary of the model: z.",
    }
    assert data["kept"] == ["known.letters", "mixed.letters"]


def test_pieces_are_written_in_the_models_vocabulary(run, seqforge, pairs_run, tmp_path):
    (tmp_path / "own.letters").write_text("one c=a.b-c=a.b-c=a.b-\n")
    settings = ("--set", "data={source='own.letters'}", *NO_SPLIT, "--set", "training.steps=150")
    continued = run("--from", pairs_run, *settings)
    assert model_of(continued).vocabulary == model_of(pairs_run).vocabulary
    outcome = seqforge("generate", continued, "--sampler", "greedy", "--length", 6, "--out", "takes", "--format", "txt")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "takes" / "take-01.txt").read_text() in {
        f"{start * 2}\n" for start in ("c=a.b-", "a.b-c=", "b-c=a.")
    }


def test_the_screen_and_json_say_where_it_starts(seqforge, toy_run):
    outcome = seqforge("run", "toy", "--from", toy_run, *SHORT)
    assert f"start     {toy_run}: the weights of step " in outcome.out
    assert "trained on cycles" in outcome.out
    values = json.loads(seqforge("run", "toy", "--from", toy_run, *SHORT, "--json").out)
    assert values["start"]["model"] == "file"
    assert json.loads(seqforge("run", "toy", *SHORT, "--json").out)["start"] is None
