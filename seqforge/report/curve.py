"""The loss curve as SVG: training batches, the validation part, and simple models as level lines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from seqforge.report.contents import Curve
from seqforge.report.markup import Html, element
from seqforge.report.tables import table

__all__ = ["curve_figure"]

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 132, 14, 40
_LINE_HEIGHT = 15


def curve_figure(curve: Curve) -> Html:
    """The curve, and its values as a table."""
    words = _words(curve)
    scale = _Scale(curve)
    drawing = element(
        "svg",
        element("title", "Loss over the steps of the training"),
        element("desc", words),
        *_grid(scale),
        *_labels(curve, scale),
        *_line(curve.training, scale, "training"),
        *_line(curve.validation, scale, "validation"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        class_="curve",
    )
    rows = [(f"{step:,}", f"{nats:.3f}") for step, nats in curve.validation or curve.training]
    column = "validation" if curve.validation else "training"
    values = element("details", element("summary", "Values"), table(("step", f"{column}, nats a token"), rows))
    return element("figure", drawing, element("figcaption", words), values)


def _words(curve: Curve) -> str:
    words = [f"Nats a token: training ends at {curve.training[-1][1]:.3f}" if curve.training else "Nats a token"]
    if curve.validation:
        words.append(f"validation at {curve.validation[-1][1]:.3f}")
    words += [f"{name} {nats:.3f}" for name, nats in _shown_baselines(curve)]
    return f"{', '.join(words)}; the weights of step {curve.best_step:,} were kept."


def _shown_baselines(curve: Curve) -> list[tuple[str, float]]:
    """The best one, and the two that know least."""
    ordered = sorted(curve.baselines.items(), key=lambda item: item[1])
    return [*ordered[:1], *ordered[1:][-2:]]


class _Scale:
    """From steps and nats to places in the drawing."""

    def __init__(self, curve: Curve) -> None:
        values = [nats for _, nats in (*curve.training, *curve.validation)]
        values += [nats for _, nats in _shown_baselines(curve)]
        self.last_step = max([1, *(step for step, _ in (*curve.training, *curve.validation))])
        self.step_size = _round_size(max(values, default=1.0))
        self.lines = math.ceil(max(values, default=1.0) / self.step_size) or 1
        self.top = self.lines * self.step_size

    def x(self, step: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / self.last_step

    def y(self, nats: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * min(nats, self.top) / self.top


def _round_size(largest: float) -> float:
    """1, 2 or 5 times a power of ten that goes into `largest` about five times."""
    size = 10.0 ** math.floor(math.log10(max(largest, 1e-6) / 5))
    return min((size * factor for factor in (1, 2, 5, 10)), key=lambda each: abs(largest / each - 5))


def _grid(scale: _Scale) -> Iterator[Html]:
    for line in range(scale.lines + 1):
        nats = line * scale.step_size
        height = f"{scale.y(nats):.1f}"
        yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=height, y2=height, class_="grid")
        yield element("text", f"{nats:g}", x=_LEFT - 8, y=height, class_="left")
    size = max(1, round(_round_size(scale.last_step)))
    for step in range(0, scale.last_step + 1, size):
        yield element("text", f"{step:,}", x=f"{scale.x(step):.1f}", y=_HEIGHT - _BOTTOM + 18, class_="middle")
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    yield element("text", "step", x=f"{middle:.0f}", y=_HEIGHT - 6, class_="middle")


def _line(points: Sequence[tuple[int, float]], scale: _Scale, name: str) -> Iterator[Html]:
    places = [(scale.x(step), scale.y(nats)) for step, nats in points]
    if len(places) > 1:
        yield element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=name)
    if len(places) < 12:
        yield from (element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3, class_=name) for x, y in places)


def _labels(curve: Curve, scale: _Scale) -> Iterator[Html]:
    """Level lines of the simple models, and all names at the right, moved apart."""
    names = [("training", points[-1][1], "training") for points in (curve.training,) if points]
    names += [("validation", points[-1][1], "validation") for points in (curve.validation,) if points]
    for name, nats in _shown_baselines(curve):
        height = f"{scale.y(nats):.1f}"
        yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=height, y2=height, class_="baseline")
        names.append((name, nats, "baseline"))
    names.sort(key=lambda each: -each[1])
    heights = _moved_apart([scale.y(nats) for _, nats, _ in names])
    for (name, nats, kind), place in zip(names, heights, strict=True):
        text = f"{name} {nats:.2f}"
        yield element("text", text, x=_WIDTH - _RIGHT + 8, y=f"{place:.1f}", class_=f"name {kind}")


def _moved_apart(heights: Sequence[float]) -> list[float]:
    """Ascending heights with room for a line between them, inside of the drawing."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _LINE_HEIGHT) if placed else height)
    lowest = float(_HEIGHT - _BOTTOM)
    for place in range(len(placed) - 1, -1, -1):
        lowest = placed[place] = min(placed[place], lowest)
        lowest -= _LINE_HEIGHT
    return placed
