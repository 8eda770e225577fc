"""A finished run as a comparison needs it: read from its folder, without its data and without a plugin."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforge.comparison.settings import dotted
from seqforge.comparison.start_model import StartModel, read_starts
from seqforge.errors import FileDamaged, RequestError
from seqforge.files.model_file import read_model
from seqforge.files.run_folder import RunFolder, model_path, runs_in
from seqforge.files.scores_file import Scores, read_scores

__all__ = ["Cost", "FinishedRun", "find_runs"]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a run took. `memory_mib` is `None` where it is not known; the weights of `best_step` were kept."""

    seconds: float
    memory_mib: float | None
    parameters: int
    steps: int
    best_step: int
    backend: str
    engine: str


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A run: its folder as it was typed, its configuration by dotted keys, its scores and cost.

    `validation` has the nats of every unit by step, as they stood while it was trained; `starts` are the models that it
    went on from, the last one first.
    """

    path: Path
    settings: Mapping[str, Any]
    scores: Scores
    validation: Sequence[tuple[int, Mapping[str, float]]]
    cost: Cost
    starts: Sequence[StartModel] = ()

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.resolve().name

    @property
    def seed(self) -> int:
        """What everything random in it but the split came from."""
        return int(self.settings["seed"])

    @property
    def chance(self) -> tuple[str, ...]:
        """What two runs of one configuration may differ in: the seed, and which one of such models was gone on from."""
        return (str(self.seed), *(start.sha256 for start in self.starts[:1]))


def find_runs(paths: Sequence[Path]) -> tuple[list[FinishedRun], list[Path]]:
    """Read the runs that are named, or that lie in a folder that is named, such as a sweep's.

    Of such a folder runs that are not finished are left out: they are the second value. `RequestError` if a run is
    named twice, or is named itself and not finished, `FileDamaged` if a file of it is not what was written.
    """
    folders = [folder for path in paths for folder in _folders(path)]
    left_out = [folder for folder in folders if folder not in paths and not RunFolder(folder).is_finished]
    folders = [folder for folder in folders if folder not in left_out]
    seen: dict[Path, Path] = {}
    for folder in folders:
        if other := seen.get(folder.resolve()):
            twice = f"{folder}" if other == folder else f"{folder}, which is {other},"
            raise RequestError(f"{twice} is named twice; name each run once")
        seen[folder.resolve()] = folder
    if len(folders) < 2:
        finished = " and finished" if left_out else ""
        named = f"only {folders[0]} is named{finished}" if folders else f"no run is named{finished}"
        raise RequestError(f"{named}; a comparison needs two runs or more, or a folder that holds them")
    return [_read(RunFolder(folder)) for folder in folders], left_out


def _folders(path: Path) -> Iterable[Path]:
    if not path.exists():
        raise RequestError(f"there is no run {path}; name the folder of a run, see seqforge list runs")
    if not path.is_dir():
        raise RequestError(f"{path} is a file; name the folder of a run, or one that holds runs")
    if RunFolder(path).config.is_file():
        return [path]
    if found := sorted(run.path for run in runs_in(path)):
        return found
    raise RequestError(f"{path} is no run and holds none; name the folder of a run, or one that holds runs")


def _read(folder: RunFolder) -> FinishedRun:
    if not folder.is_finished:
        raise RequestError(
            f"{folder.path} is not finished; type: seqforge resume {shlex.quote(str(folder.path))}, "
            f"or leave it out of the comparison"
        )
    model = read_model(model_path(folder.path))
    scores = read_scores(folder.scores)
    if scores.model != model.sha256:
        raise RequestError(
            f"{folder.scores} is of another model; type: seqforge evaluate {shlex.quote(str(folder.path))}"
        )
    lines = _metrics(folder.metrics)
    settings = dotted(model.provenance["configuration"])
    starts = read_starts(model.provenance)
    if starts:
        settings["model.start"] = starts[0].words
    if not isinstance(settings.get("seed"), int):
        raise FileDamaged(f"{folder.model} does not say which seed it came from; make the run again")
    last = lines[-1]
    return FinishedRun(
        path=folder.path,
        settings=settings,
        scores=scores,
        validation=tuple((line["step"], line["validation"]) for line in lines if line["validation"]),
        cost=Cost(
            seconds=last["seconds"],
            memory_mib=last.get("memory_mib"),
            parameters=sum(weight.size for weight in model.weights.values()),
            steps=last["step"],
            best_step=int(model.provenance["step"]),
            backend=str(model.provenance["backend"]),
            engine=str(model.provenance["engine"]),
        ),
        starts=starts,
    )


def _metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl, at least one."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if lines and all(map(_is_line, lines)):
            return lines
        reason = "a line of it is not what a run writes" if lines else "it is empty"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
    raise FileDamaged(f"{path} can't be read ({reason:.200}); make the run again, or leave it out")


def _is_line(line: Mapping[str, Any]) -> bool:
    numbers = [line["seconds"], *(line["validation"] or {}).values()]
    if line.get("memory_mib") is not None:
        numbers.append(line["memory_mib"])
    return type(line["step"]) is int and all(type(each) in (int, float) and math.isfinite(each) for each in numbers)
