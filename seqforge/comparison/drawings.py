"""Drawings of a comparison as SVG: the learning curves, and the differences with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from seqforge.comparison.comparison import Compared, Comparison
from seqforge.report.axes import HEIGHT, RIGHT, WIDTH, Axes, moved_apart, round_size
from seqforge.report.markup import Html, element

__all__ = ["MOST_CURVES", "curves", "differences"]

MOST_CURVES = 8
"""More of them can't be told apart: those of the best groups are drawn."""

_LONGEST_LABEL = 14
_WIDE, _ROW, _NAMES, _MARGIN, _FOOT = 480, 30, 136, 16, 44


def curves(found: Comparison) -> Html:
    """Validation nats by step, a line a group; empty where there are none."""
    drawn = [(place, each) for place, each in enumerate(found.groups[:MOST_CURVES], 1) if each.curve]
    if not drawn:
        return Html("")
    points = [point for _, each in drawn for point in each.curve]
    axes = Axes([step for step, _ in points], [nats for _, nats in points])
    ends = sorted(drawn, key=lambda item: -item[1].curve[-1][1])
    heights = moved_apart([axes.y(each.curve[-1][1]) for _, each in ends])
    names = (
        element("text", label(place, each), x=WIDTH - RIGHT + 8, y=f"{height:.1f}", class_=f"name series-{place}")
        for (place, each), height in zip(ends, heights, strict=True)
    )
    words = f"Nats per {found.unit} on the validation part by step, means over the seeds."
    lines = (part for place, each in drawn for part in _line(place, each, axes))
    return _figure("Learning curves", words, (WIDTH, HEIGHT), [*axes.grid(), *lines, *names])


def differences(found: Comparison) -> Html:
    """The difference of each group to the reference, as a point on its interval; empty of one group alone."""
    if len(found.groups) < 2:
        return Html("")
    scale = _Scale(found)
    parts = list(scale.grid(len(found.groups)))
    for row, each in enumerate(found.groups):
        height = _ROW * row + _ROW / 2 + 6
        parts.append(element("text", label(row + 1, each), x=4, y=f"{height:.1f}"))
        parts += _interval(each, scale, height)
    size = (_WIDE, _ROW * len(found.groups) + _FOOT)
    reference = found.groups.index(found.reference) + 1
    words = (
        f"Nats per {found.unit} above {label(reference, found.reference)}, with 95 % intervals over the pieces: "
        f"further right is worse. Where an interval crosses the line at 0, the two are not told apart."
    )
    return _figure("Differences", words, size, parts, "curve differences")


def label(place: int, each: Compared) -> str:
    """A group by its place and the beginning of its name."""
    text = f"{place} {each.group.name}"
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _figure(title: str, words: str, size: tuple[int, int], parts: Sequence[Html], kind: str = "curve") -> Html:
    drawing = element(
        "svg",
        element("title", title),
        element("desc", words),
        *parts,
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        class_=kind,
    )
    return element("figure", drawing, element("figcaption", words))


def _line(place: int, each: Compared, axes: Axes) -> Iterator[Html]:
    places = [(axes.x(step), axes.y(nats)) for step, nats in each.curve]
    if len(places) > 1:
        yield element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=f"series-{place}")
    if len(places) < 12:
        yield from (element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3, class_=f"series-{place}") for x, y in places)


class _Scale:
    """From differences to places in the drawing."""

    def __init__(self, found: Comparison) -> None:
        values = [0.0]
        for each in found.groups:
            if each.difference:
                values += [each.difference.value, each.difference.low, each.difference.high]
        known = [value for value in values if not np.isnan(value)]
        low, high = min(known), max(known)
        self.size = round_size(high - low if high > low else 1.0)
        self.first, self.last = math.floor(low / self.size), max(math.ceil(high / self.size), 1)

    def x(self, value: float) -> float:
        share = (value / self.size - self.first) / (self.last - self.first)
        return _NAMES + (_WIDE - _NAMES - _MARGIN * 2) * share

    def grid(self, rows: int) -> Iterator[Html]:
        bottom = _ROW * rows + 8
        for line in range(self.first, self.last + 1):
            x = f"{self.x(line * self.size):.1f}"
            yield element("line", x1=x, x2=x, y1=4, y2=bottom, class_="grid" if line else "zero")
            yield element("text", f"{line * self.size:g}", x=x, y=bottom + 18, class_="middle")


def _interval(each: Compared, scale: _Scale, height: float) -> Iterator[Html]:
    found, y = each.difference, f"{height:.1f}"
    if found and not np.isnan(found.low):
        kind = each.verdict.replace(" ", "-")
        yield element(
            "line",
            x1=f"{scale.x(found.low):.1f}",
            x2=f"{scale.x(found.high):.1f}",
            y1=y,
            y2=y,
            class_=f"interval {kind}",
        )
    value = found.value if found else 0.0
    yield element("circle", cx=f"{scale.x(value):.1f}", cy=y, r=5, class_="mean")
