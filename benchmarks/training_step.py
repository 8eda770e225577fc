"""Milliseconds a training step on each installed backend, side by side in one process.

    python benchmarks/training_step.py [--hidden 64] [--layers 1] [--rounds 15]

A batch is 60 sequences of 30 one-hot tokens out of 78, gradients clipped. The backends take turns, a few steps at a
time, so that whatever else the machine does meets all of them; compare the ratios.
"""

from __future__ import annotations

import argparse
import time

from seqforge import threads

threads.limit(1)  # before NumPy is imported

import numpy as np  # noqa: E402

from seqforge import LSTM, BackendOptions, Batch, Model, ModelSpec  # noqa: E402
from seqforge.plugins import Registry, missing_requirements  # noqa: E402

SEQUENCES, STEPS, VOCABULARY_SIZE = 60, 30, 78
STEPS_A_ROUND = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    models = build_models(arguments.layers, arguments.hidden)
    batch = random_batch()
    for _, model in models.values():
        model.train_step(batch, None, learning_rate=0.001, seed=0)
    rounds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(arguments.rounds):
        for name, (_, model) in models.items():
            rounds[name].append(milliseconds_a_step(model, batch))
    medians = {name: float(np.median(times)) for name, times in rounds.items()}
    fastest = min(medians.values())
    print(f"{'backend':8} {'median':>9} {'best':>9} {'ratio':>6}")
    for name, (description, _) in models.items():
        line = f"{name:8} {medians[name]:6.2f} ms {min(rounds[name]):6.2f} ms {medians[name] / fastest:6.2f}"
        print(f"{line}   {description}")


def build_models(layers: int, hidden: int) -> dict[str, tuple[str, Model]]:
    """A description and a model of each backend that is installed, from equal weights."""
    options = {"layers": layers, "hidden": hidden, "embedding": 0, "context_embedding": 16, "dropout": 0.0}
    spec = ModelSpec(architecture="lstm", vocabulary_size=VOCABULARY_SIZE, context_fields=(), options=options)
    weights = LSTM().initial_weights(spec, np.random.default_rng(1))
    backend_options = BackendOptions(clip_norm=1.0)
    models = {}
    for part in Registry.installed().parts("backends"):
        if not missing_requirements(part.spec):
            backend = part.load()()
            models[part.spec.name] = (
                backend.describe(backend_options),
                backend.build(spec, weights, backend_options),
            )
    return models


def random_batch() -> Batch:
    """Random tokens, every target counted."""
    shape = (SEQUENCES, STEPS)
    tokens = np.random.default_rng(2).integers(0, VOCABULARY_SIZE, (2, *shape)).astype(np.int32)
    weight = np.full(shape, 1 / (SEQUENCES * STEPS), np.float32)
    return Batch(inputs=tokens[0], context=np.zeros((*shape, 0), np.int32), targets=tokens[1], weight=weight)


def milliseconds_a_step(model: Model, batch: Batch) -> float:
    """The mean over a few steps."""
    start = time.perf_counter()
    for step in range(STEPS_A_ROUND):
        model.train_step(batch, None, learning_rate=0.001 / (1 + step), seed=step)
    return (time.perf_counter() - start) / STEPS_A_ROUND * 1e3


if __name__ == "__main__":
    main()
