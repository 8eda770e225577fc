"""The search for good values, by Optuna: the one place that imports it.

Trials are drawn in rounds of as many as are done at once, from what the rounds before came to, each value of each from
a seed of its own. So what is drawn depends on nothing but the definition, and a search that was broken goes on as if it
had not been. A trial that failed stays open in the study: no later one is drawn from it, and it is tried again.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import statistics
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqforge.errors import FileDamaged, NotInstalled
from seqforge.plugins.part import is_installed
from seqforge.sweep.axes import Axis
from seqforge.sweep.cells import Cell, Result, plan_cells
from seqforge.sweep.definition import Point

if TYPE_CHECKING:
    from seqforge.sweep.running import Sweep

__all__ = ["STUDY_NAME", "require_optuna", "search"]

STUDY_NAME = "study.db"
_TITLE = "sweep"


def require_optuna() -> None:
    """`NotInstalled` where there is no Optuna."""
    if not is_installed("optuna"):
        raise NotInstalled("--search (optuna not found)", "'seqforge-core[search]'")


def search(sweep: Sweep) -> None:
    """Draw and do trials until there are as many as the definition says."""
    definition = sweep.definition
    at_once = max(1, definition.jobs // max(1, len(definition.seeds)))
    path = sweep.folder / STUDY_NAME
    with _study(path) as study:
        for first in range(0, definition.trials, at_once):
            numbers = range(first, min(first + at_once, definition.trials))
            points = {number: _point(sweep, study, number) for number in numbers}
            cells = {number: plan_cells(sweep.registry, definition, [point]) for number, point in points.items()}
            sweep.do(list(itertools.chain.from_iterable(cells.values())))
            for number in numbers:
                _tell(study, number, [_result(sweep, cell) for cell in cells[number]])


def _result(sweep: Sweep, cell: Cell) -> Result:
    """That of the cell, or of an equal one of another trial."""
    return next(result for other, result in sweep.results.items() if other.digest == cell.digest)


def _tell(study: Any, number: int, results: list[Result]) -> None:
    """Let later trials be drawn from this one, if all of its cells came to a figure."""
    figures = [figure for result in results if (figure := result.values.get("validation")) is not None]
    is_open = not study.get_trials(deepcopy=False)[number].state.is_finished()
    if is_open and len(figures) == len(results):
        study.tell(number, statistics.fmean(figures))


def _point(sweep: Sweep, study: Any, number: int) -> Point:
    """The point of a trial: as it was drawn once, or drawn now."""
    import optuna

    trials = study.get_trials(deepcopy=False)
    study.sampler = _sampler(sweep, number, 0)
    # one that was begun keeps what was drawn of it; what was not is drawn as it would have been
    trial = optuna.trial.Trial(study, trials[number]._trial_id) if number < len(trials) else None
    if trial and trials[number].state.is_finished():
        drawn = trials[number].params
        return Point(values={axis.key: _given(axis, drawn[axis.key]) for axis in sweep.definition.search})
    trial = trial or study.ask()
    values = {}
    for place, axis in enumerate(sweep.definition.search, 1):
        study.sampler = _sampler(sweep, number, place)
        values[axis.key] = _given(axis, _drawn(trial, axis))
    return Point(values=values)


def _drawn(trial: Any, axis: Axis) -> Any:
    if not axis.is_range:
        return trial.suggest_categorical(axis.key, [_choice(value) for value in axis.values])
    suggest = trial.suggest_int if axis.is_whole else trial.suggest_float
    return suggest(axis.key, axis.low, axis.high, log=axis.is_log)


def _choice(value: Any) -> Any:
    """A value as Optuna takes it: it knows no lists."""
    return value if isinstance(value, (bool, int, float, str)) else json.dumps(value)


def _given(axis: Axis, drawn: Any) -> Any:
    if axis.is_range:
        return drawn
    return next(value for value in axis.values if _choice(value) == drawn and type(_choice(value)) is type(drawn))


def _sampler(sweep: Sweep, number: int, place: int) -> Any:
    """Of one value of one trial."""
    import optuna

    seed = (sweep.definition.seeds or (0,))[0]
    (word,) = np.random.SeedSequence([seed, number, place]).generate_state(1)
    return optuna.samplers.TPESampler(seed=int(word))


@contextmanager
def _study(path: Path) -> Iterator[Any]:
    """The study in the file; where there is none, one that is put there whole."""
    require_optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its libraries, about each other
        import optuna
        from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if not path.exists():
        temporary = path.with_name(f".{path.name}")
        for leftover in (temporary, temporary.with_name(f"{temporary.name}-journal")):
            leftover.unlink(missing_ok=True)
        with _storage(temporary) as storage:
            optuna.create_study(storage=storage, study_name=_TITLE, direction="minimize")
        temporary.replace(path)
    try:
        with _storage(path) as storage:
            yield optuna.create_study(storage=storage, study_name=_TITLE, direction="minimize", load_if_exists=True)
    except (optuna.exceptions.OptunaError, SQLAlchemyError) as error:
        raise FileDamaged(
            f"{path} can't be used as a study ({' '.join(str(error).split()):.200}); make room if the disk is full, "
            f"else remove it: the search begins again, and finds the cells that are finished"
        ) from error


@contextmanager
def _storage(path: Path) -> Iterator[Any]:
    """A study's file: opened as a path, since in the place of a URL a name could say something else."""
    import optuna

    settings = {"creator": lambda: sqlite3.connect(path, timeout=60, check_same_thread=False)}
    storage = optuna.storages.RDBStorage("sqlite:///study.db", engine_kwargs=settings)
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()
