"""A training moves to another backend half way, and a model is gone on from on another one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from seqforge import LSTM, BackendOptions, Batch, ContextField, Model, ModelSpec, OutputView, State
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge_keras.backend import KerasBackend
from seqforge_torch.backend import TorchBackend

BACKENDS = {"numpy": NumpyBackend(), "torch": TorchBackend(), "keras": KerasBackend()}
SYMBOLS, CHORDS, PLACES = 24, 12, 40
HALF = 50
TOLERANCE = 1e-5
"""Nats a token, absolute."""

SPEC = ModelSpec(
    architecture="lstm",
    vocabulary_size=SYMBOLS,
    context_fields=(ContextField("chord", CHORDS), ContextField("place", PLACES)),
    options={
        **{option.name: option.default for option in LSTM().options},
        "layers": 2,
        "hidden": 48,
        "embedding": 12,
        "relative_output": True,
    },
    output_views=(
        OutputView("chord", tuple(tuple((s - chord) % 12 for s in range(SYMBOLS)) for chord in range(CHORDS))),
        OutputView("place", tuple(tuple((s + place) % 5 for s in range(SYMBOLS)) for place in range(PLACES))),
    ),
)
OPTIONS = BackendOptions(clip_norm=0.4)  # of norms between 0.2 and 0.7: about half of the steps are clipped


def _batches(count: int, rows: int = 8, steps: int = 32) -> list[Batch]:
    """Windows that follow on one another, of sequences that can be learnt: mostly a step up, relative to the chord."""
    generator = np.random.default_rng(11)
    length = count * steps
    place = np.broadcast_to(np.arange(length + 1) % PLACES, (rows, length + 1))
    chord = np.repeat(generator.integers(0, CHORDS, (rows, length // 8 + 1)), 8, axis=1)[:, : length + 1]
    strays = generator.integers(0, SYMBOLS, chord.shape)
    tokens = np.where(generator.random(chord.shape) < 0.2, strays, (chord + 3 * (place % 7)) % SYMBOLS).astype(np.int32)
    context = np.stack([chord, place], axis=-1).astype(np.int32)
    inputs = np.concatenate([np.full((rows, 1), -1, np.int32), tokens], axis=1)
    weight = np.full((rows, steps), 1 / (rows * steps), np.float32)
    windows = [slice(start, start + steps) for start in range(0, length, steps)]
    return [
        Batch(inputs=inputs[:, part], context=context[:, part], targets=tokens[:, part], weight=weight)
        for part in windows
    ]


def _trained(model: Model, batches: Sequence[Batch], state: State | None) -> tuple[list[float], State]:
    """The losses, and the state to carry on."""
    losses = []
    for batch in batches:
        loss, state = model.train_step(batch, state, learning_rate=0.003, seed=1)
        losses.append(loss)
    assert state is not None
    return losses, state


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    return _batches(2 * HALF)


@pytest.fixture(scope="module")
def halves(batches: list[Batch], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, list[float]]]:
    """By backend, 100 steps in one go: a file of where the training was after 50, and the losses of the other 50."""
    folder = tmp_path_factory.mktemp("halves")
    found = {}
    for name, backend in BACKENDS.items():
        model = backend.build(SPEC, LSTM().initial_weights(SPEC, np.random.default_rng(1)), OPTIONS)
        _, state = _trained(model, batches[:HALF], None)
        tensors = {"weights": model.weights(), "optimizer": model.optimizer_state(), "state": state}
        flat = {f"{part}/{key}": np.asarray(value) for part, values in tensors.items() for key, value in values.items()}
        safetensors.numpy.save_file(flat, folder / name)
        found[name] = (folder / name, _trained(model, batches[HALF:], state)[0])
    return found


@pytest.mark.parametrize(("first", "second"), list(itertools.product(BACKENDS, BACKENDS)))
def test_the_second_half_goes_as_if_it_were_unbroken(
    first: str, second: str, batches: list[Batch], halves: dict[str, tuple[Path, list[float]]]
) -> None:
    path, unbroken = halves[first]
    parts: dict[str, dict[str, Any]] = {"weights": {}, "optimizer": {}, "state": {}}
    for key, value in safetensors.numpy.load_file(path).items():
        part, _, name = key.partition("/")
        parts[part][name] = value
    model = BACKENDS[second].build(SPEC, parts["weights"], OPTIONS)
    model.load_optimizer_state(parts["optimizer"])
    losses, _ = _trained(model, batches[HALF:], parts["state"])
    assert len(losses) == HALF
    assert losses[-1] < losses[0] - 0.1, "nothing would differ if nothing were learnt"
    for whose, others in ((first, unbroken), ("numpy", halves["numpy"][1])):
        largest = max(abs(mine - other) for mine, other in zip(losses, others, strict=True))
        print(f"{first} to {second}: {largest:.1e} nats from {whose}, unbroken")
        assert largest <= TOLERANCE


@pytest.fixture
def first_loss(seqforge: Callable[..., Any], tmp_path: Path) -> Callable[..., float]:
    """`first_loss(FOLDER, BACKEND, ...)`: run the toy recipe into a folder; validation nats of its first evaluation."""

    def start(folder: str, backend: str, *arguments: str) -> float:
        settings = ("--set", "training.steps=20", "--set", "training.evaluate_every=20", "--set", "samples.count=1")
        outcome = seqforge("run", "toy", "--backend", backend, *settings, *arguments, "--out", folder)
        assert outcome.status == 0, outcome.err
        first, *_ = (tmp_path / folder / "metrics.jsonl").read_text().splitlines()
        return float(json.loads(first)["validation"]["token"])

    return start


@pytest.mark.parametrize(("rate", "least"), [("0", 0), ("0.003", 1e-3)], ids=["still", "learning"])
@pytest.mark.parametrize("first", BACKENDS)
def test_a_model_is_gone_on_from_elsewhere(
    first: str, rate: str, least: float, first_loss: Callable[..., float]
) -> None:
    trained = first_loss("trained", first)
    again = ("--from", "trained", "--set", f"training.learning_rate={rate}")
    losses = {second: first_loss(second, second, *again) for second in BACKENDS}
    for second, loss in losses.items():
        print(f"{first} to {second}, learning rate {rate}: {abs(loss - losses[first]):.1e} nats")
        assert loss == pytest.approx(losses[first], rel=0, abs=TOLERANCE)
    if least:
        assert losses[first] < trained - least, "nothing would differ if nothing were learnt"
    else:
        assert losses[first] == pytest.approx(trained, rel=0, abs=TOLERANCE)
