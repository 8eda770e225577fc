"""`seqforge inspect`: what is in data, in models and in runs."""

import json

import pytest


@pytest.fixture
def songs(tmp_path):
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "one.letters").write_text("one a.b-\ntwo c.d-e.\n")
    (folder / "two\x1b[31m.letters").write_text("three a.b\n")
    (folder / "raise.trap").write_text("raise")
    return folder


def test_data_is_shown_with_what_was_kept_and_what_was_dropped(seqforge, songs):
    outcome = seqforge("inspect", songs)
    assert outcome.status == 0, outcome.err
    assert "citation  whoever wrote the letters" in outcome.out
    assert "licence   CC0-1.0; unknown" in outcome.out
    assert "holds     2 pieces, 2 groups, 10 tokens, 7 distinct, 5 event, 7 beat" in outcome.out
    assert "one.letters: a.b-" in outcome.out
    assert "dropped two?[31m.letters: 'a.b' is not made of letters with a mark each" in outcome.out
    assert "dropped raise.trap: reader trap failed (ZeroDivisionError: no way)" in outcome.out


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
def test_data_without_a_usable_piece_is_shown_and_is_an_error(seqforge, songs, form):
    outcome = seqforge("inspect", songs / "raise.trap", *form)
    assert outcome.status == 2
    assert "ZeroDivisionError: no way" in outcome.out
    assert "no usable piece in" in outcome.err
    assert outcome.err.count("\n") == 1


def test_json_has_all_of_it(seqforge, songs):
    values = json.loads(seqforge("inspect", songs, "--json", "--set", "data.first_line=2").out)
    assert (values["pieces"], values["kept"]) == (1, ["one.letters"])
    assert values["notes"] == {"one.letters": ["read from line 2 on", "c.d-e."]}
    assert {item["name"] for item in values["dropped"]} == {"raise.trap", "two\x1b[31m.letters"}


def test_a_registered_corpus_and_another_codec(seqforge):
    values = json.loads(seqforge("inspect", "cycles", "--codec", "pairs", "--json").out)
    assert (values["source"], values["codec"], values["distinct"]) == ("cycles", "pairs", 15)


def test_a_run_and_its_model_show_the_same(seqforge, toy_run):
    of_run, of_model = (
        json.loads(seqforge("inspect", path, "--json").out) for path in (toy_run, toy_run / "model.safetensors")
    )
    assert of_run == of_model
    assert of_run["architecture"]["lstm"]["layers"] == 1
    assert of_run["provenance"]["recipe"] == "toy"
    shown = seqforge("inspect", toy_run).out
    assert f"parameters    {of_run['parameters']:,}" in shown
    shortest, (digest,) = of_run["no_copy"]["shortest"], of_run["no_copy"]["digests"]
    assert of_run["no_copy"]["alphabet"] == "tokens"
    assert shortest == digest["length"] - 1
    words = f"N from {shortest} tokens on (digests: {digest['bytes']:,} bytes)"
    assert f"no-copy       generate --no-copy N, {words}" in shown
    assert "codec         letters alphabet 5" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "unknown data or model 'nowhere'"),
        (["cycels"], "did you mean 'cycles'?"),
        (["nowhere/songs"], "there is no data 'nowhere/songs'"),
        (["nowhere.safetensors"], "there is no model file nowhere.safetensors"),
        (["cycles", "--codec", "lettres"], "did you mean 'letters'?"),
        (["cycles", "--set", "data.grups=3"], "did you mean 'data.groups'?"),
    ],
)
def test_a_wrong_request_is_one_line(seqforge, arguments, words):
    outcome = seqforge("inspect", *arguments)
    assert outcome.status == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
