"""A codec whose vocabulary is what its corpus holds: grown while encoding, stored with the model."""

import json

import numpy as np

from seqforge import UNKNOWN, Piece, Source, Vocabulary
from seqforge.files.model_file import read_model
from seqforge.reading.encoded_file import EncodedFile
from seqforge.reading.vocabulary import MergedVocabulary

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


def make_file(symbols):
    tokens = np.arange(len(symbols), dtype=np.int32)
    piece = Piece(id="a", group="a", prompt={}, tokens=tokens, context=np.zeros((len(symbols), 0), np.int32))
    vocabulary = Vocabulary(tuple(symbols), ("letter",) * len(symbols))
    return EncodedFile(pieces=(piece,), vocabulary=vocabulary, sources=(Source("a.txt", 1),))


def test_a_symbol_of_the_class_unknown_stands_for_those_that_a_kept_vocabulary_lacks():
    stored = Vocabulary(("a", "other", "b"), ("letter", UNKNOWN, "letter"))
    translated = MergedVocabulary(stored, grows=False).translated(make_file("bxay"))
    assert translated.pieces[0].tokens.tolist() == [2, 1, 0, 1]
    assert translated.vocabulary == stored
    (source,) = translated.sources
    assert source.notes == ("2 tokens stand as unknown, since they are not in the vocabulary of the model: x, y",)


def test_without_such_a_symbol_pieces_are_dropped():
    stored = Vocabulary(("a", "b"), ("letter", "letter"))
    translated = MergedVocabulary(stored, grows=False).translated(make_file("bxay"))
    assert translated.pieces == ()
    assert [source.reason for source in translated.sources] == ["not in the vocabulary of the model: x, y"]


def test_a_vocabulary_that_grows_takes_them_in():
    start = Vocabulary(("other",), (UNKNOWN,))
    translated = MergedVocabulary(start).translated(make_file("ba"))
    assert translated.vocabulary.symbols == ("other", "b", "a")
    assert (translated.pieces[0].tokens.tolist(), translated.sources[0].notes) == ([1, 2], ())
