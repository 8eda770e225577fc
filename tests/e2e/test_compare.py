"""`seqforge compare` on three recipes of the jazz plugin, beside a computation of its own from the model files.

That computation reads model.safetensors with the safetensors library, runs the LSTM in double precision a token at a
time, and draws pieces with another generator. Of seqforge it takes the pieces alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
from numpy.typing import NDArray
from shell import command, succeed

from seqforge.configuration import RunConfig, read_toml
from seqforge.files.model_file import read_model
from seqforge.interfaces import Codec, Piece
from seqforge.plugins import Registry
from seqforge.session.data import divided, open_corpus
from seqforge.session.models import model_codec

RECIPES, SEEDS = ("jazz", "solos", "jazzify"), ("1", "2")
SAME = ("data.validation=0.12", "data.test=0.12", "model.lstm.hidden=16", "training.steps=4")
DRAWS = 60_000

Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two seeds of each recipe, all on the etudes, and a run on another split."""
    folder = tmp_path_factory.mktemp("compared")
    for recipe in RECIPES:
        for seed in SEEDS:
            _run(folder, recipe, f"runs/{recipe}-{seed}", "--seed", seed)
    _run(folder, "jazz", "elsewhere", "--set", "data.split_seed=2")
    return folder


def _run(folder: Path, recipe: str, out: str, *others: str) -> None:
    changes = (*SAME, "training.evaluate_every=2", "samples.count=0")
    values = [part for change in changes for part in ("--set", change)]
    succeed(
        "run",
        recipe,
        "--data",
        "jazz-etudes",
        "--backend",
        "numpy",
        "--out",
        out,
        "--quiet",
        *values,
        *others,
        cwd=folder,
    )


def test_the_differences_are_those_of_an_independent_computation(runs: Path) -> None:
    found = json.loads(succeed("compare", "runs", "--json", cwd=runs))
    assert found["unit"] == "note", "what both codecs of the plugin count alike"
    assert {group["name"] for group in found["groups"]} == set(RECIPES)
    nats: dict[str, Floats] = {}
    for recipe in RECIPES:
        scored = [_scored(runs / "runs" / f"{recipe}-{seed}") for seed in SEEDS]
        nats[recipe] = np.mean([each for each, _ in scored], axis=0)
        notes = scored[0][1]
    best = min(RECIPES, key=lambda recipe: float(nats[recipe].sum()))
    assert (found["reference"], found["groups"][0]["name"]) == (best, best)
    rows = np.random.default_rng(2024).integers(0, len(notes), size=(DRAWS, len(notes)))
    for group in found["groups"]:
        own = nats[group["name"]]
        assert group["mean"] == pytest.approx(own.sum() / notes.sum(), rel=1e-5)
        if group["name"] == best:
            continue
        gain = own - nats[best]
        low, high = np.quantile(gain[rows].sum(axis=1) / notes[rows].sum(axis=1), [0.025, 0.975])
        difference = group["difference"]
        assert difference["value"] == pytest.approx(gain.sum() / notes.sum(), rel=1e-4)
        assert [difference["low"], difference["high"]] == pytest.approx([low, high], abs=0.05 * (high - low))
        assert group["verdict"] == ("includes 0" if low <= 0 <= high else "worse")


def test_a_run_on_another_split_is_refused(runs: Path) -> None:
    done = command("compare", "runs", "elsewhere", cwd=runs)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: runs/jazz-1 and elsewhere can't be compared: they were trained on other pieces")


def _scored(run: Path) -> tuple[Floats, Floats]:
    """The nats and the notes of each piece of the test part, in the order of the names."""
    codec, pieces = _test_part(run)
    model = _Model(run / "model.safetensors")
    nats = np.array([model.nats(piece) for piece in pieces])
    return nats, np.array([codec.units(piece.tokens)["note"] for piece in pieces])


def _test_part(run: Path) -> tuple[Codec, Sequence[Piece]]:
    registry = Registry.installed()
    config = RunConfig.check(read_toml((run / "config.toml").read_text(encoding="utf-8"), "config.toml"))
    _, codec = model_codec(registry, read_model(run / "model.safetensors"))
    corpus = divided(open_corpus(registry, config.data, codec, config.codec.name), config.data)
    return corpus.codec, sorted(corpus.split.test, key=lambda piece: piece.id)


class _Model:
    """The LSTM as docs/files.md says it, in double precision, one token of one piece at a time."""

    def __init__(self, path: Path) -> None:
        with safetensors.safe_open(path, "np") as file:
            spec: dict[str, Any] = json.loads(file.metadata()["seqforge"])["spec"]
            self.weights = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}  # noqa: SIM118
        self.fields = [name for name, _ in spec["context_fields"]]
        self.layers, self.hidden = spec["options"]["layers"], spec["options"]["hidden"]
        views = spec["output_views"] if spec["options"]["relative_output"] else []
        self.views = [(self.fields.index(field), np.array(classes)) for field, classes in views]
        self.size = spec["vocabulary_size"]

    def nats(self, piece: Piece) -> float:
        """Minus the log-likelihood of all tokens; the first comes after nothing."""
        state = [(np.zeros(self.hidden), np.zeros(self.hidden)) for _ in range(self.layers)]
        total, before = 0.0, None
        for token, context in zip(piece.tokens.tolist(), piece.context.tolist(), strict=True):
            values = self._input(before, context)
            for layer in range(self.layers):
                state[layer] = self._step(layer, values, *state[layer])
                values = state[layer][0]
            logits = values @ self.weights["output.kernel"] + self.weights["output.bias"]
            for number, (field, classes) in enumerate(self.views):
                logits = logits + (values @ self.weights[f"view.{number}.kernel"])[classes[context[field]]]
            total += float(np.logaddexp.reduce(logits) - logits[token])
            before = token
        return total

    def _input(self, token: int | None, context: Sequence[int]) -> Floats:
        table = self.weights.get("embedding.weight", np.eye(self.size))
        parts = [np.zeros(table.shape[1]) if token is None else table[token]]
        parts += [self.weights[f"context.{number}.weight"][value] for number, value in enumerate(context)]
        return np.concatenate(parts)

    def _step(self, layer: int, values: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats]:
        kernel, recurrent, bias = (self.weights[f"lstm.{layer}.{name}"] for name in ("kernel", "recurrent", "bias"))
        enter, forget, new, leave = np.split(values @ kernel + hidden @ recurrent + bias, 4)
        cell = _sigmoid(forget) * cell + _sigmoid(enter) * np.tanh(new)
        return _sigmoid(leave) * np.tanh(cell), cell


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))
