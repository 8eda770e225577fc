"""A codec whose vocabulary is what its corpus holds: grown while encoding, stored with the model."""

import json

from seqforge.files.model_file import read_model

FEW_STEPS = ("--set", "training.steps=4", "--set", "training.evaluate_every=2", "--set", "samples.count=1")


def test_the_vocabulary_is_that_of_the_corpus_in_every_process(process, tmp_path):
    for folder, hash_seed in (("one", "0"), ("two", "12345")):
        arguments = ("run", "toy", "--set", "codec.name=pairs", *FEW_STEPS, "--set", "samples.formats=['txt']")
        outcome = process(*arguments, "--out", folder, "--json", PYTHONHASHSEED=hash_seed)
        assert outcome.status == 0, outcome.err
        assert json.loads(outcome.out)["data"]["distinct"] == 15, "five letters, each with three marks"
    files = [tmp_path / folder / "model.safetensors" for folder in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    model = read_model(files[0])
    assert model.spec.vocabulary_size == len(model.vocabulary) == len(set(model.vocabulary.symbols)) == 15


def test_a_model_generates_with_the_vocabulary_that_it_was_trained_with(process, tmp_path):
    assert process("run", "toy", "--set", "codec.name=pairs", *FEW_STEPS, "--out", "run").status == 0
    outcome = process("generate", "run", "--length", "20", "--seed", "1", "--format", "txt", "--out", "takes")
    assert outcome.status == 0, outcome.err
    text = (tmp_path / "takes" / "take-01.txt").read_text().strip()
    symbols = set(read_model(tmp_path / "run" / "model.safetensors").vocabulary.symbols)
    assert len(text) == 40
    assert {text[place : place + 2] for place in range(0, 40, 2)} <= symbols
