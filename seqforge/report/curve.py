"""The loss curve as SVG: training batches, the validation part, and simple models as level lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqforge.report.axes import HEIGHT, LEFT, RIGHT, WIDTH, Axes, moved_apart
from seqforge.report.contents import Curve
from seqforge.report.markup import Html, element
from seqforge.report.tables import table

__all__ = ["curve_figure"]


def curve_figure(curve: Curve) -> Html:
    """The curve, and its values as a table."""
    words = _words(curve)
    points = (*curve.training, *curve.validation)
    scale = Axes([step for step, _ in points], [0.0, *(nats for _, nats in (*points, *_shown_baselines(curve)))])
    drawing = element(
        "svg",
        element("title", "Loss over the steps of the training"),
        element("desc", words),
        *scale.grid(),
        *_labels(curve, scale),
        *_line(curve.training, scale, "training"),
        *_line(curve.validation, scale, "validation"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
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


def _line(points: Sequence[tuple[int, float]], scale: Axes, name: str) -> Iterator[Html]:
    places = [(scale.x(step), scale.y(nats)) for step, nats in points]
    if len(places) > 1:
        yield element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=name)
    if len(places) < 12:
        yield from (element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3, class_=name) for x, y in places)


def _labels(curve: Curve, scale: Axes) -> Iterator[Html]:
    """Level lines of the simple models, and all names at the right, moved apart."""
    names = [("training", points[-1][1], "training") for points in (curve.training,) if points]
    names += [("validation", points[-1][1], "validation") for points in (curve.validation,) if points]
    for name, nats in _shown_baselines(curve):
        height = f"{scale.y(nats):.1f}"
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=height, y2=height, class_="baseline")
        names.append((name, nats, "baseline"))
    names.sort(key=lambda each: -each[1])
    heights = moved_apart([scale.y(nats) for _, nats, _ in names])
    for (name, nats, kind), place in zip(names, heights, strict=True):
        text = f"{name} {nats:.2f}"
        yield element("text", text, x=WIDTH - RIGHT + 8, y=f"{place:.1f}", class_=f"name {kind}")
