"""scores.json: what a run leaves of each held-out piece, and the memory that its training needed."""

import json
import shutil
import sys

import numpy as np
import pytest

from seqforge.configuration import RunConfig, read_toml
from seqforge.evaluation.scoring import piece_nats
from seqforge.files.model_file import read_model
from seqforge.interfaces import BackendOptions
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.session.data import divided, open_corpus
from seqforge.session.models import model_codec

SHORT = (
    "--set",
    "training.steps=4",
    "--set",
    "training.evaluate_every=2",
    "--set",
    "samples.count=0",
    "--set",
    "samples.formats=[]",
)


def scores(run):
    return json.loads((run / "scores.json").read_text(encoding="utf-8"))


def without_nats(values):
    """The scores without the figures that an engine computes, and the nats."""
    nats = [row.pop("nats") for part in values["parts"].values() for row in part]
    return values, nats


@pytest.fixture
def run(toy_run, tmp_path):
    return shutil.copytree(toy_run, tmp_path / "toy")


def corpus_of(registry, run):
    config = RunConfig.check(read_toml((run / "config.toml").read_text(), "config.toml"))
    model = read_model(run / "model.safetensors")
    _, codec = model_codec(registry, model)
    return divided(open_corpus(registry, config.data, codec, config.codec.name), config.data), model


def test_a_run_leaves_the_nats_and_units_of_each_held_out_piece(registry, toy_run):
    found = scores(toy_run)
    corpus, model = corpus_of(registry, toy_run)
    assert found["format_version"] == 1
    assert found["scorer"] == {"name": "whole-pieces", "version": 1}
    assert found["model"] == model.sha256
    assert found["codec"] == {"name": "letters", "options": {"alphabet": 5}}
    assert found["data"]["digest"] == corpus.digest
    engine = NumpyBackend().build(model.spec, model.weights, BackendOptions())
    for part, pieces in (("validation", corpus.split.validation), ("test", corpus.split.test)):
        rows = found["parts"][part]
        assert [(row["id"], row["group"]) for row in rows] == [(piece.id, piece.group) for piece in pieces]
        assert [row["nats"] for row in rows] == pytest.approx(piece_nats(engine, pieces), rel=1e-5)
        for row, piece in zip(rows, pieces, strict=True):
            assert row["units"] == {"token": len(piece.tokens), **corpus.codec.units(piece.tokens)}
    counts = {name: (part["pieces"], part["groups"]) for name, part in found["split"].items()}
    assert counts == {
        name: (len(pieces), len({piece.group for piece in pieces})) for name, pieces in corpus.split.parts.items()
    }


def test_the_scores_add_up_to_what_the_run_says(toy_run):
    said = json.loads((toy_run / "evaluation.json").read_text())["likelihood"]
    for part, rows in scores(toy_run)["parts"].items():
        for unit, rate in said[part]["nats"].items():
            total = sum(row["units"][unit] for row in rows)
            assert sum(row["nats"] for row in rows) / total == pytest.approx(rate["value"], rel=1e-12)


def test_equal_runs_give_equal_bytes_without_a_path(seqforge, tmp_path):
    for name in ("one", "two"):
        assert seqforge("run", "toy", *SHORT, "--out", tmp_path / name / "run").status == 0
    first, second = ((tmp_path / name / "run" / "scores.json").read_bytes() for name in ("one", "two"))
    assert first == second
    assert str(tmp_path) not in first.decode()


def test_the_split_is_told_whatever_the_codec(seqforge, tmp_path):
    """Other symbols of the same pieces: the split is the same, the content is not."""
    for codec in ("letters", "pairs"):
        changes = ("--set", f"codec.name={codec}", "--set", "samples.prompt={}")
        outcome = seqforge("run", "toy", *SHORT, *changes, "--out", codec)
        assert outcome.status == 0, outcome.err
    letters, pairs = scores(tmp_path / "letters"), scores(tmp_path / "pairs")
    assert letters["split"] == pairs["split"]
    assert letters["data"]["content"] != pairs["data"]["content"]
    assert seqforge("run", "toy", *SHORT, "--set", "data.split_seed=2", "--out", "other").status == 0
    other = scores(tmp_path / "other")
    assert other["data"] == letters["data"]
    assert other["split"] != letters["split"]


def test_content_is_the_same_whatever_numbers_the_vocabulary_gives(seqforge, tmp_path):
    """The second run keeps the vocabulary of a model that has met the symbols in another order."""
    lines = [f"g{number} a.b-c=a{mark}" for number, mark in enumerate(".-=.-=.-=.")]
    (tmp_path / "one.letters").write_text("\n".join(lines) + "\n")
    (tmp_path / "turned.letters").write_text("\n".join(lines[::-1]) + "\n")
    pairs = (*SHORT, "--set", "codec.name=pairs", "--set", "samples.prompt={}")
    assert seqforge("run", "toy", *pairs, "--data", "turned.letters", "--out", "turned").status == 0
    assert seqforge("run", "toy", *pairs, "--data", "one.letters", "--out", "fresh").status == 0
    outcome = seqforge("run", "fresh", "--from", "turned", "--out", "tuned")
    assert outcome.status == 0, outcome.err
    fresh, tuned, turned = (scores(tmp_path / name)["data"] for name in ("fresh", "tuned", "turned"))
    assert fresh["digest"] != tuned["digest"]
    assert fresh["content"] == tuned["content"]
    assert fresh["content"] != turned["content"]


@pytest.mark.parametrize("damage", ["missing", "cut", "of another model"])
def test_evaluate_writes_them_where_they_are_missing(seqforge, run, damage):
    before, path = scores(run), run / "scores.json"
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_text(path.read_text()[:100])
    else:
        path.write_text(path.read_text().replace(before["model"], "0" * 64))
    outcome = seqforge("evaluate", run, "-n", 1)
    assert outcome.status == 0, outcome.err
    assert "scores.json" in outcome.out
    (values, nats), (expected, own) = without_nats(scores(run)), without_nats(before)
    assert values == expected
    np.testing.assert_allclose(nats, own, rtol=1e-5)  # the run's engine may be another


def test_evaluate_leaves_them_alone_where_they_are_right(seqforge, run):
    before = (run / "scores.json").read_bytes()
    outcome = seqforge("evaluate", run, "-n", 1)
    assert outcome.status == 0, outcome.err
    assert "scores.json" not in outcome.out
    assert (run / "scores.json").read_bytes() == before


def test_a_run_that_begins_anew_leaves_no_old_scores(seqforge, run):
    config = run / "config.toml"
    shutil.copy(config, run.parent / "again.toml")
    outcome = seqforge("run", "again.toml", "--set", "training.learning_rate=1e9", "--out", run, "--force")
    assert outcome.status == 1
    assert not (run / "scores.json").exists()


def test_a_run_that_holds_nothing_out_has_no_scores_to_tell(seqforge, tmp_path):
    nothing = ("--set", "data.validation=0", "--set", "data.test=0")
    assert seqforge("run", "toy", *SHORT, *nothing, "--out", "all").status == 0
    assert scores(tmp_path / "all")["parts"] == {}


def memory(run):
    return [json.loads(line)["memory_mib"] for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_the_journal_tells_the_peak_memory_of_this_process(python, tmp_path):
    """A parent that holds much memory is none of the run's affair."""
    ballast = "x = bytearray(400 * 2**20); x[::4096] = b'1' * len(x[::4096])\n"
    run = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-m', 'seqforge', *sys.argv[1:]]))"
    path = tmp_path / "large.py"
    path.write_text(ballast + run)
    outcome = python(path, "run", "toy", *SHORT, "--out", "run", "--quiet")
    assert outcome.status == 0, outcome.err
    peaks = memory(tmp_path / "run")
    if sys.platform == "win32":
        assert peaks == [None, None]
    else:
        assert peaks == sorted(peaks)
        assert peaks[0] > 5
    if sys.platform == "linux":
        assert peaks[-1] < 400
