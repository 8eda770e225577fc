"""Samples a second of two workers of one run, on Ray, against one, side by side in one run.

    python benchmarks/data_parallel.py [--backend torch] [--hidden 512] [--layers 2] [--batch 64] [--rounds 8]

A sample is a sequence of 64 tokens out of 78. In turns, two workers train one model with half of the batch each, and
one of them trains a model alone, with all of it and with its half, while the other waits; so whatever else the machine
does meets all. The first turns are not counted. Two workers on two cores that cost each other nothing would reach 2
against one with its half; against one with all of it also counts that a large batch is cheaper a sample than a small.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from seqforge import threads

threads.limit(1)  # before NumPy is imported

import numpy as np  # noqa: E402

from seqforge import LSTM, BackendOptions, Batch, Call, Launcher, Model, ModelSpec, Share, Worker  # noqa: E402
from seqforge.plugins import Part, Registry  # noqa: E402

WORKERS = 2
STEPS, VOCABULARY_SIZE = 64, 78
STEPS_A_ROUND = 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=8)
    arguments = parser.parse_args()
    rates: dict[str, list[float]] = {"one, all of the batch": [], "one, its half": [], "two": []}

    def keep(report: Mapping[str, Any]) -> None:
        for name, rate in report.items():
            rates[name].append(rate)

    part = Registry.installed().find("backends", arguments.backend)
    launcher: Launcher = Registry.installed().find("launchers", "ray").build(cpus=WORKERS)
    call = Call(function="data_parallel:measure", arguments={"backend": part.to_values(), **vars_but(arguments)})
    rendezvous = part.load()().rendezvous(BackendOptions(workers=WORKERS))
    launcher.run(call, workers=WORKERS, rendezvous=rendezvous, on_report=keep)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{'workers':21} {'median':>8} {'best':>8}   samples/s")
    for name, found in rates.items():
        share = "" if name == "two" else f"   two reach {medians['two'] / medians[name] / WORKERS:.2f} of twice as many"
        print(f"{name:21} {medians[name]:8.1f} {max(found):8.1f}{share}")


def vars_but(arguments: argparse.Namespace) -> dict[str, int]:
    """The sizes among what was typed."""
    return {name: value for name, value in vars(arguments).items() if name != "backend"}


def measure(worker: Worker, *, backend: Mapping[str, Any], hidden: int, layers: int, batch: int, rounds: int) -> None:
    """Report the rates, round after round."""
    part = Part.from_values(backend)
    shared = BackendOptions(clip_norm=1.0, workers=worker.world_size, rank=worker.rank)
    together = build_model(part, layers, hidden, shared)  # first: TensorFlow must not have computed anything before
    alone = build_model(part, layers, hidden, BackendOptions(clip_norm=1.0))
    whole = random_batch(batch)
    half = share_of(whole, worker)
    own = random_batch(len(half.inputs))

    def in_turn(samples: int, train: Callable[[], object]) -> float:
        """Samples a second: from the moment at which all are there to that at which all have done it."""
        together.total(np.zeros(1))
        start = time.perf_counter()
        for _ in range(STEPS_A_ROUND):
            train()
        together.total(np.zeros(1))
        return samples * STEPS_A_ROUND / (time.perf_counter() - start)

    for number in range(rounds + 1):
        two = in_turn(batch, lambda: together.train_step(half, None, learning_rate=0.001, seed=0))
        one = in_turn(batch, lambda: worker.rank or alone.train_step(whole, None, learning_rate=0.001, seed=0))
        less = in_turn(len(own.inputs), lambda: worker.rank or alone.train_step(own, None, learning_rate=0.001, seed=0))
        if number:
            worker.report({"one, all of the batch": one, "one, its half": less, "two": two})


def build_model(part: Part, layers: int, hidden: int, options: BackendOptions) -> Any:
    """A model, alone or one of several workers', from weights that are equal everywhere."""
    settings = {"layers": layers, "hidden": hidden, "embedding": 0, "context_embedding": 16, "dropout": 0.0}
    spec = ModelSpec(architecture="lstm", vocabulary_size=VOCABULARY_SIZE, context_fields=(), options=settings)
    model: Model = part.load()().build(spec, LSTM().initial_weights(spec, np.random.default_rng(1)), options)
    return model


def random_batch(sequences: int) -> Batch:
    """Random tokens, every target counted."""
    shape = (sequences, STEPS)
    tokens = np.random.default_rng(2).integers(0, VOCABULARY_SIZE, (2, *shape)).astype(np.int32)
    weight = np.full(shape, 1 / (sequences * STEPS), np.float32)
    return Batch(inputs=tokens[0], context=np.zeros((*shape, 0), np.int32), targets=tokens[1], weight=weight)


def share_of(whole: Batch, worker: Worker) -> Batch:
    """The worker's rows."""
    total = len(whole.inputs)
    rows = slice(worker.rank * total // worker.world_size, (worker.rank + 1) * total // worker.world_size)
    arrays = {name: getattr(whole, name)[rows] for name in ("inputs", "context", "targets", "weight")}
    return Batch(**arrays, share=Share(rows.start, total))


if __name__ == "__main__":
    main()
