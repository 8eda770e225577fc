"""Finished runs that say of themselves what a test wants, and ways to compare them."""

import json
import math
import shutil

import pytest
from comparing import EVENTS, IDS, NATS

from seqforge.files.model_file import read_model, write_model
from seqforge.files.scores_file import PieceScores, names_digest, read_scores, write_scores


@pytest.fixture(scope="session")
def short_run(tmp_path_factory, toy_path):
    """A toy run of a few steps; what is compared is written into copies of it."""
    from conftest import call

    folder = tmp_path_factory.mktemp("short") / "run"
    changes = ("training.steps=4", "training.evaluate_every=2", "samples.count=0", "samples.formats=[]")
    outcome = call("run", "toy", "--out", folder, *(part for change in changes for part in ("--set", change)))
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def made(short_run, tmp_path):
    """`made("a", seed=2, nats=(...), changes={"model.lstm.hidden": 32})`: a finished run that says so of itself."""

    def make(name, *, seed=1, nats=NATS, changes=None, edit=lambda scores: scores, memory=100.0, **settings):
        folder = shutil.copytree(short_run, tmp_path / name)
        model = read_model(folder / "model.safetensors")
        configuration = json.loads(json.dumps(model.provenance["configuration"]))
        configuration["seed"] = seed
        for key, value in {**(changes or {}), **settings}.items():
            *tables, last = key.split(".")
            table = configuration
            for part in tables:
                table = table.setdefault(part, {})
            table[last] = value
        object.__setattr__(model, "provenance", {**model.provenance, "configuration": configuration, "seed": seed})
        write_model(folder / "model.safetensors", model)
        scores = read_scores(folder / "scores.json")
        pieces = PieceScores(
            ids=IDS,
            groups=IDS,
            nats=tuple(nats),
            units={"token": tuple(2 * each for each in EVENTS), "event": EVENTS, "beat": tuple(map(math.sqrt, EVENTS))},
        )
        digest = names_digest(zip(IDS, IDS, strict=True))
        split = {**scores.split, "test": {"pieces": len(IDS), "groups": len(IDS), "digest": digest}}
        values = {
            **{field: getattr(scores, field) for field in ("scorer", "codec", "data")},
            "model": read_model(folder / "model.safetensors").sha256,
            "split": split,
            "parts": {**scores.parts, "test": pieces},
        }
        write_scores(folder / "scores.json", type(scores)(**edit(values)))
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        for line in lines:
            line.update(memory_mib=memory, seconds=float(10 * line["step"] + seed))
            line["validation"] = {"token": 1.0, "event": 5.0 - line["step"] / 2 + seed / 10}
        (folder / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        return folder

    return make


@pytest.fixture
def compare(seqforge):
    """`compare("a", "b")`: what it found, as JSON."""

    def start(*arguments):
        outcome = seqforge("compare", *arguments, "--json")
        assert outcome.status == 0, outcome.err
        return json.loads(outcome.out)

    return start


@pytest.fixture
def refused(seqforge):
    """`refused("a", "b")`: the one line that says why not."""

    def start(*arguments, status=2):
        outcome = seqforge("compare", *arguments)
        assert outcome.status == status, outcome.err
        assert outcome.out == ""
        (line,) = outcome.err.splitlines()
        return line

    return start
