"""What several workers make of a training, to be held against what one makes of it: for `Distributable` backends.

The processes and their rendezvous are the test's affair: each of them calls `train_jointly` and stores what it gives;
the test does so too, with one worker, and hands all to `assert_trained_as_one`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.interfaces import Backend, BackendOptions, Batch, Model, ModelSpec, Share, State
from seqforge.launching import Distributed
from seqforge.testing.arrays import assert_close, assert_equal
from seqforge.testing.batches import Case, random_batch, small_spec, usual_case

__all__ = ["assert_trained_as_one", "train_jointly"]

Arrays = dict[str, NDArray[Any]]

_STEPS = 50
_LEARNING_RATE = 0.003
_DROPOUT = ("dropout", "input_dropout", "recurrent_dropout")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class _Training:
    """A model and the batches that it is trained with, of `rows` sequences.

    Where it `carries` state, too, half of the rows are masked in every third step; else each fifth batch lacks a row.
    """

    name: str
    case: Case
    rows: int
    clip_norm: float
    carries: bool

    def batch(self, spec: ModelSpec, step: int, generator: np.random.Generator) -> Batch:
        """The batch of a step."""
        lacking = 1 if step % 5 == 4 and not self.carries else 0
        batch = random_batch(spec, generator, self.rows - lacking, weighted=True)
        if not (self.carries and step % 3 == 1):
            return batch
        weight = batch.weight.copy()
        weight[self.rows // 2 :] = 0
        return replace(batch, weight=weight / weight.sum())


def train_jointly(
    backend: Backend,
    *,
    workers: int = 1,
    rank: int = 0,
    extra: Mapping[str, Any] = _NOTHING,
    options: Mapping[str, Mapping[str, Any]] = _NOTHING,
) -> Arrays:
    """Weights, losses and the worker's rows of the carried state after 50 steps of each of a few small trainings.

    With and without clipping, dropout and carried state, with rows that don't divide by the workers, and with steps in
    which the last worker has masked rows alone. `options` are as in `BackendSuite`, by architecture.
    """
    found: Arrays = {}
    for training in _trainings(backend, options):
        spec = small_spec(backend.architectures[training.case.architecture], training.case)
        weights = backend.architectures[training.case.architecture].initial_weights(spec, np.random.default_rng(1))
        backend_options = BackendOptions(clip_norm=training.clip_norm, workers=workers, rank=rank, extra=extra)
        model = backend.build(spec, weights, backend_options)
        for name, array in _train(model, spec, training, backend_options).items():
            found[f"{training.name}/{name}"] = array
        if workers > 1:
            assert isinstance(model, Distributed), "a model of several workers needs a method `total`"
            given = np.array([[rank + 1, 2.0**-40], [0, 1]], np.float64)
            found[f"{training.name}/total"] = model.total(given)
            np.testing.assert_array_equal(given, [[rank + 1, 2.0**-40], [0, 1]], err_msg="`total` changes its argument")
    return found


def assert_trained_as_one(workers: Sequence[Arrays], alone: Arrays, *, tolerance: float = 1e-5) -> None:
    """What each worker came to, in their order, is what one worker did, and is the same in all to the bit."""
    count = len(workers)
    own = {name for name in alone if "/state/" in name}
    for arrays in workers[1:]:
        assert_equal(_without(arrays, own), _without(workers[0], own))
    totals = {name for name in workers[0] if name.endswith("/total")}
    assert_close(_without(workers[0], own | totals), _without(alone, own), tolerance)
    states = {name: np.concatenate([arrays[name] for arrays in workers]) for name in own}
    assert_close(states, {name: alone[name] for name in own}, 10 * tolerance)
    assert totals, "no training of several workers"
    for name in totals:
        expected = np.array([[count * (count + 1) / 2, count * 2.0**-40], [0, count]])
        np.testing.assert_array_equal(workers[0][name], expected, err_msg=name, strict=True)


def _trainings(backend: Backend, options: Mapping[str, Mapping[str, Any]]) -> Iterator[_Training]:
    for name, architecture in backend.architectures.items():
        known = {option.name for option in architecture.options}
        usual = usual_case(name, options)
        if "relative_output" in known:
            usual = replace(usual, options={**usual.options, "relative_output": True})
        drops = {option: 0.3 for option in _DROPOUT if option in known}
        yield _Training(f"{name}, batches of changing size", usual, 6, clip_norm=0.0, carries=False)
        yield _Training(f"{name}, carried state, clipped", usual, 5, clip_norm=0.1, carries=True)
        if drops:
            dropping = replace(usual, options={**usual.options, **drops})
            yield _Training(f"{name}, dropout", dropping, 5, clip_norm=0.1, carries=True)


def _train(model: Model, spec: ModelSpec, training: _Training, options: BackendOptions) -> Arrays:
    """What came of the training of a worker's rows."""
    generator = np.random.default_rng(2)
    state: State | None = None
    losses = []
    for step in range(_STEPS):
        batch = _share(training.batch(spec, step, generator), options)
        loss, state = model.train_step(batch, state, learning_rate=_LEARNING_RATE, seed=step)
        losses.append(loss)
        assert {len(array) for array in state.values()} <= {len(batch.inputs)}, "the state is not that of its own rows"
        state = state if training.carries else None
    found: Arrays = {f"weights/{name}": array for name, array in model.weights().items()}
    found |= {f"optimizer/{name}": array for name, array in model.optimizer_state().items()}
    return found | {"losses": np.array(losses)} | {f"state/{name}": array for name, array in (state or {}).items()}


def _share(batch: Batch, options: BackendOptions) -> Batch:
    """The rows of a worker."""
    total = len(batch.inputs)
    first, stop = (worker * total // options.workers for worker in (options.rank, options.rank + 1))
    return Batch(
        inputs=batch.inputs[first:stop],
        context=batch.context[first:stop],
        targets=batch.targets[first:stop],
        weight=batch.weight[first:stop],
        share=Share(first, total) if options.workers > 1 else None,
    )


def _without(arrays: Arrays, names: set[str]) -> Arrays:
    return {name: array for name, array in arrays.items() if name not in names}
