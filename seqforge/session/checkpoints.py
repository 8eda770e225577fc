"""The state of a training in its run's folder: saved whole, and read back on any backend."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import FileDamaged, RequestError
from seqforge.files.run_folder import RunFolder
from seqforge.files.sealed import Sealed, read_sealed, write_sealed
from seqforge.interfaces import Model
from seqforge.training.loop import Evaluation, Progress
from seqforge.training.stopping import BestWeights

__all__ = ["RESUME_VERSION", "Checkpoint", "Provenance", "last_checkpoint", "restore", "save_checkpoint"]

RESUME_VERSION = 1
_WHAT = "resume state"

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a state belongs to: the run's configuration as TOML, the digest of its data, and the engines so far.

    Each engine is a step and what has trained from there on, in words.
    """

    configuration: str
    data_digest: str
    engines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training between two steps, from the file `path`; `optimizer` is empty if the backend had no such state."""

    path: Path
    provenance: Provenance
    progress: Progress
    weights: Arrays
    optimizer: Arrays


def save_checkpoint(folder: RunFolder, provenance: Provenance, progress: Progress, model: Model) -> None:
    """Write resume.safetensors; the state before it stays beside it as resume-earlier.safetensors."""
    best = progress.best
    description = {
        "configuration": provenance.configuration,
        "data_digest": provenance.data_digest,
        "engines": [list(engine) for engine in provenance.engines],
        "step": progress.step,
        "tokens": progress.tokens,
        "seconds": progress.seconds,
        "best": {"loss": best.loss if math.isfinite(best.loss) else None, "step": best.step, "waited": best.waited},
        "patience": best.patience,
        "evaluations": [dataclasses.asdict(evaluation) for evaluation in progress.evaluations],
    }
    tensors = {
        **_prefixed("weights", model.weights()),
        **_prefixed("optimizer", model.optimizer_state()),
        **_prefixed("state", progress.state or {}),
        **_prefixed("best", best.weights or {}),
        "losses": np.array(progress.losses, np.float64),
    }
    if folder.resume.exists():
        folder.resume.replace(folder.earlier_resume)
    write_sealed(folder.resume, description, tensors, what=_WHAT, version=RESUME_VERSION)


def last_checkpoint(folder: RunFolder) -> tuple[Checkpoint | None, list[str]]:
    """The last complete state, and what is wrong with a later one; `None` if there is no state."""
    problems: list[str] = []
    for path in (folder.resume, folder.earlier_resume):
        if path.exists():
            try:
                return _checkpoint(path), problems
            except FileDamaged as error:
                problems.append(str(error))
    return None, problems


def _checkpoint(path: Path) -> Checkpoint:
    sealed = read_sealed(path, what=_WHAT, version=RESUME_VERSION)
    try:
        return _parsed(sealed, path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileDamaged(f"{path} is not a resume state that this seqforge understands: {error}") from None


def _parsed(sealed: Sealed, path: Path) -> Checkpoint:
    values, tensors = sealed.description, sealed.tensors
    best = values["best"]
    return Checkpoint(
        path=path,
        provenance=Provenance(
            configuration=str(values["configuration"]),
            data_digest=values["data_digest"],
            engines=tuple((int(step), str(engine)) for step, engine in values["engines"]),
        ),
        progress=Progress(
            best=BestWeights(
                patience=int(values["patience"]),
                loss=math.inf if best["loss"] is None else float(best["loss"]),
                step=int(best["step"]),
                weights=_group("best", tensors) or None,
                waited=int(best["waited"]),
            ),
            step=int(values["step"]),
            tokens=int(values["tokens"]),
            seconds=float(values["seconds"]),
            state=_group("state", tensors) or None,
            losses=tensors["losses"].tolist(),
            evaluations=[Evaluation(**evaluation) for evaluation in values["evaluations"]],
        ),
        weights=_group("weights", tensors),
        optimizer=_group("optimizer", tensors),
    )


def restore(model: Model, checkpoint: Checkpoint) -> None:
    """Give the model the checkpoint's weights and, if both have one, its optimizer's state."""
    _restore("weights", model.weights(), checkpoint.weights, model.load_weights)
    own = model.optimizer_state()
    if own and checkpoint.optimizer:
        _restore("optimizer", own, checkpoint.optimizer, model.load_optimizer_state)


def _restore(what: str, own: Arrays, stored: Arrays, load: Callable[[Arrays], None]) -> None:
    """Load arrays of the right names; their sizes are the model's affair: those of a table that is counted grow."""
    foreign = RequestError(
        f"the saved {what} ({_some(stored)}) are not those of the backend that shall go on ({_some(own)}); "
        f"resume with the backend that the run began with"
    )
    if {name: array.ndim for name, array in own.items()} != {name: array.ndim for name, array in stored.items()}:
        raise foreign
    try:
        load(stored)
    except ValueError as error:
        raise foreign from error


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (" ..." if len(listed) > 3 else "")


def _prefixed(group: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {f"{group}/{name}": array for name, array in arrays.items()}


def _group(group: str, tensors: Arrays) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(f"{group}/"): array for name, array in tensors.items() if name.startswith(f"{group}/")}
