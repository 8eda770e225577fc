"""The comparison of finished runs: what `seqforge compare` finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforge.comparison.comparable import aligned, choose_part, choose_unit, refuse_incomparable
from seqforge.comparison.figures import Figures, difference, figures_of, mean_curve, verdict
from seqforge.comparison.finished_run import FinishedRun, find_runs
from seqforge.comparison.groups import Group, Grouping, group_runs
from seqforge.errors import RequestError
from seqforge.evaluation.intervals import Interval

__all__ = ["Compared", "Comparison", "ComparisonRequest", "MeanCost", "compare"]

FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class ComparisonRequest:
    """What is asked for; empty where nothing is said.

    `runs` are folders of runs, or of many of them. `by` are the keys that tell groups apart, `to` one of the runs: the
    differences are those to its group.
    """

    runs: tuple[Path, ...]
    by: tuple[str, ...] = ()
    to: Path | None = None
    part: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class MeanCost:
    """What a run of the group took, on average; `memory_mib` is `None` where it is not known of each of them."""

    seconds: float
    memory_mib: float | None
    parameters: float
    steps: float
    best_step: float
    engines: tuple[str, ...]
    backends: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A group and what was found of it. `difference` is that to the reference, `None` of the reference itself."""

    group: Group
    figures: Figures
    difference: Interval | None
    curve: tuple[tuple[int, float], ...]
    cost: MeanCost

    @property
    def verdict(self) -> str:
        """The difference in words, see `verdict`; empty of the reference itself."""
        return verdict(self.difference) if self.difference else ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The groups from the best to the worst on a part, in nats a unit."""

    groups: tuple[Compared, ...]
    reference: Compared
    grouping: Grouping
    part: str
    unit: str
    pieces: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return sum(len(each.group.runs) for each in self.groups)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with those of every run and piece; paths are those that the user typed."""
        return {
            "format_version": FORMAT_VERSION,
            "part": self.part,
            "unit": self.unit,
            "pieces": list(self.pieces),
            "keys": list(self.grouping.keys),
            "averaged": list(self.grouping.averaged),
            "reference": self.reference.group.name,
            "notes": list(self.notes),
            "groups": [_to_json(each, self.unit) for each in self.groups],
        }


def compare(request: ComparisonRequest) -> Comparison:
    """Compare finished runs; a `RequestError` says why some can't be compared, and names two of them."""
    runs, left_out = find_runs(request.runs)
    refuse_incomparable(runs)
    part = choose_part(runs, request.part)
    unit = choose_unit(runs, part, request.unit)
    grouping = group_runs(runs, request.by)
    figures = {group.name: figures_of(group, part, unit) for group in grouping.groups}
    ranked = sorted(grouping.groups, key=lambda group: figures[group.name].mean)
    reference = _reference(ranked, request.to)
    compared = tuple(
        Compared(
            group=group,
            figures=figures[group.name],
            difference=None if group is reference else difference(figures[group.name], figures[reference.name], unit),
            curve=mean_curve(group.runs, unit),
            cost=_mean_cost(group.runs),
        )
        for group in ranked
    )
    return Comparison(
        groups=compared,
        reference=next(each for each in compared if each.group is reference),
        grouping=grouping,
        part=part,
        unit=unit,
        pieces=aligned(runs[0], part).ids,
        notes=(*_left_out(left_out), *_notes(grouping, runs, part)),
    )


def _reference(ranked: Sequence[Group], to: Path | None) -> Group:
    """The group that the others are held against: that of a run, else the best."""
    if to is None:
        return ranked[0]
    for group in ranked:
        if any(run.path.resolve() == to.resolve() for run in group.runs):
            return group
    raise RequestError(f"--to {to} is none of the runs that are compared; name one of them")


def _left_out(folders: Sequence[Path]) -> Iterator[str]:
    if folders:
        more = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
        yield f"left out, for not finished: {folders[0]}{more}; what failed may be what would have done worst"


def _notes(grouping: Grouping, runs: Sequence[FinishedRun], part: str) -> Iterator[str]:
    if part == "validation":
        yield "the validation part has chosen the weights of each run: its figures flatter"
    if len(grouping.groups) == 1:
        yield "the runs differ in nothing but their seeds: there is one group, and no difference to tell"
    if grouping.averaged:
        yield f"averaged over {', '.join(grouping.averaged)}, each value as often in every group"
    if grouping.beside:
        sections = dict.fromkeys(f"{key.partition('.')[0]}.*" for key in grouping.beside)
        yield f"settings that change no score differ, too: {', '.join(sections)}"
    if len({str(run.scores.codec) for run in runs}) > 1:
        yield "the codecs differ: all count the unit alike; whether they tell as much of a piece is for you to judge"
    if any(not start.settings or start.data != run.scores.data["digest"] for run in runs for start in run.starts):
        yield "some went on from models of other data: whether these knew what is held out is for you to judge"
    if any(len(group.runs) == 1 for group in grouping.groups):
        yield "of a single seed nobody knows how much another would move the figure: make runs with more seeds"


def _mean_cost(runs: Sequence[FinishedRun]) -> MeanCost:
    costs = [run.cost for run in runs]
    memory = [cost.memory_mib for cost in costs if cost.memory_mib is not None]
    return MeanCost(
        seconds=float(np.mean([cost.seconds for cost in costs])),
        memory_mib=float(np.mean(memory)) if len(memory) == len(costs) else None,
        parameters=float(np.mean([cost.parameters for cost in costs])),
        steps=float(np.mean([cost.steps for cost in costs])),
        best_step=float(np.mean([cost.best_step for cost in costs])),
        engines=tuple(dict.fromkeys(cost.engine for cost in costs)),
        backends=tuple(dict.fromkeys(cost.backend for cost in costs)),
    )


def _to_json(compared: Compared, unit: str) -> dict[str, Any]:
    group, figures, cost = compared.group, compared.figures, compared.cost
    runs = zip(group.runs, figures.rates, strict=True)
    return {
        "name": group.name,
        "settings": dict(group.settings),
        "seeds": group.seeds,
        "mean": figures.mean,
        "deviation": None if np.isnan(figures.deviation) else figures.deviation,
        "interval": figures.interval.to_json(),
        "difference": compared.difference.to_json() if compared.difference else None,
        "verdict": compared.verdict,
        "validation": [list(point) for point in compared.curve],
        "cost": {**vars(cost), "engines": list(cost.engines), "backends": list(cost.backends)},
        "piece_nats": list(figures.score.piece_nats),
        "piece_units": list(figures.score.piece_units[unit]),
        "runs": [
            {
                "run": str(run.path),
                "seed": run.seed,
                "nats": rate,
                "model": run.scores.model,
                "validation": [[step, rates.get(unit)] for step, rates in run.validation],
                "cost": vars(run.cost),
            }
            for run, rate in runs
        ],
    }
