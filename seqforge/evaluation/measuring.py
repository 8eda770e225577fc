"""The metrics that measure the works of a codec, and the values of many works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import PluginError, SeqforgeError
from seqforge.evaluation.distributions import Likeness, likeness
from seqforge.evaluation.ranges import Range, reference_range
from seqforge.hookspecs import Measure
from seqforge.interfaces import Codec, Metric, Piece, Work
from seqforge.plugins import Part, Registry, missing_requirements, short_name

__all__ = ["MeasuredValue", "Panel", "Sample", "compare", "metric_parts", "samples_of"]


@dataclass(frozen=True)
class Sample:
    """A work to measure; with a `group` it is measured as if nothing of that group stood in the reference."""

    work: Work
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeasuredValue:
    """What works came to in one measure, beside the reference. `held_out_inside` is the share of held-out pieces."""

    metric: str
    measure: Measure
    values: NDArray[np.float64]
    reference: Range | None
    held_out_inside: float
    likeness: Likeness | None

    @property
    def median(self) -> float:
        """The median of the works that have a value."""
        known = self.values[np.isfinite(self.values)]
        return float(np.median(known)) if len(known) else np.nan

    @property
    def verdict(self) -> str:
        """Where the median lies: `inside`, `below`, `above`, or empty."""
        return self.reference.verdict(self.median) if self.reference else ""

    @property
    def share_inside(self) -> float:
        """The share of the works that are inside."""
        return self.reference.share_inside(self.values) if self.reference else np.nan

    def to_json(self) -> dict[str, Any]:
        """Plain values, `None` for NaN."""
        values: dict[str, Any] = {
            "metric": self.metric,
            "name": self.measure.name,
            "title": self.measure.title,
            "unit": self.measure.unit,
            "median": _plain(self.median),
            "values": [_plain(float(value)) for value in self.values],
        }
        if self.reference:
            range_ = self.reference
            values["reference"] = {name: _plain(getattr(range_, name)) for name in ("median", "low", "high")}
            values["verdict"] = self.verdict or None
            values["inside"] = _plain(self.share_inside)
            values["held_out_inside"] = _plain(self.held_out_inside)
        if self.likeness:
            values["distances"] = {name: _plain(value) for name, value in vars(self.likeness).items()}
        return values


class Panel:
    """All metrics of a codec, fitted on the reference."""

    def __init__(self, parts: Iterable[Part], reference: Sequence[Sample]) -> None:
        self._parts = tuple(parts)
        self._metrics: list[Metric] = [part.build(**_defaults(part)) for part in self._parts]
        works, groups = [sample.work for sample in reference], [sample.group or "" for sample in reference]
        for part, metric in zip(self._parts, self._metrics, strict=True):
            if reference:
                _blamed(part, lambda metric=metric: metric.fit(works, groups))

    def measures(self) -> Iterator[tuple[Part, Measure]]:
        """Every value that there is, in the order of the metrics."""
        for part in self._parts:
            for measure in part.spec.measures:
                yield part, measure

    def values(self, samples: Sequence[Sample]) -> NDArray[np.float64]:
        """(measures, samples) in the order of `measures`."""
        columns = [self._column(sample) for sample in samples]
        return np.array(columns, np.float64).reshape(len(samples), len(list(self.measures()))).T

    def _column(self, sample: Sample) -> list[float]:
        column: list[float] = []
        for part, metric in zip(self._parts, self._metrics, strict=True):
            found = _blamed(part, lambda metric=metric: metric.measure(sample.work, sample.group))
            names = [measure.name for measure in part.spec.measures]
            if set(found) != set(names):
                raise PluginError(f"{_who(part)} gives {', '.join(found)}, but declares {', '.join(names)}")
            column += [float(found[name]) for name in names]
        return column


def metric_parts(registry: Registry, codec: str) -> list[Part]:
    """The metrics that measure the works of a codec, those that can't be loaded left out."""
    parts = [part for part in registry.parts("metrics") if short_name(codec) in part.spec.codecs]
    return [part for part in parts if not missing_requirements(part.spec)]


def compare(
    panel: Panel, judged: Sequence[Sample], reference: Sequence[Sample], held_out: Sequence[Sample]
) -> tuple[MeasuredValue, ...]:
    """Each measure of the `judged` works beside the reference, and beside pieces of its kind that were held out."""
    found, usual, others = (panel.values(samples) for samples in (judged, reference, held_out))
    rows = []
    for row, (part, measure) in enumerate(panel.measures()):
        range_ = reference_range(usual[row]) if reference else None
        rows.append(
            MeasuredValue(
                metric=part.spec.name,
                measure=measure,
                values=found[row],
                reference=range_,
                held_out_inside=range_.share_inside(others[row]) if range_ and held_out else np.nan,
                likeness=likeness(found[row], usual[row]) if reference else None,
            )
        )
    return tuple(rows)


def samples_of(codec: Codec, pieces: Iterable[Piece]) -> list[Sample]:
    """The works of pieces, each as one that belongs to its group."""
    return [Sample(codec.decode(piece.tokens.tolist(), piece.prompt), piece.group) for piece in pieces]


def _defaults(part: Part) -> dict[str, Any]:
    return {option.name: option.default for option in part.spec.options}


def _blamed(part: Part, call: Any) -> Any:
    """What the call gives; what it raises beside errors of seqforge is the plugin's fault."""
    try:
        return call()
    except SeqforgeError:
        raise
    except Exception as error:
        raise PluginError(
            f"{_who(part)} fails: {type(error).__name__}: {error}; update {part.distribution}, or report it"
        ) from error


def _who(part: Part) -> str:
    return f"metric '{part.spec.name}' of {part.distribution} (entry point {part.entry_point})"


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
