"""What `seqforge compare` shows: what differs, the figures, the curves and the cost of each group."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from seqforge.commands.screen import counted, print_pairs, print_table, printable, screen_width, shows, table_width
from seqforge.commands.sparkline import sparkline
from seqforge.comparison.comparison import Compared, Comparison

__all__ = ["print_comparison"]

_LONGEST_NAME, _SHORTEST_NAME, _LONGEST_VALUE = 20, 8, 24
_MOST_KEYS = 30
_NOTE = "note"
_CURVE = 24


def print_comparison(found: Comparison, page: Path | None) -> None:
    """Print everything but the values of single runs and pieces, which --json has."""
    names = _names(found)
    _print_differences(found, names)
    print(f"\n{_heading(found)}")
    _print_figures(found, names)
    print()
    _print_curves(found, names)
    _print_costs(found, names)
    notes = [line for note in found.notes for line in _wrapped(printable(note))]
    if page:
        notes.append(("page", printable(str(page))))
    if notes:
        print()
        print_pairs(notes)


def _names(found: Comparison) -> list[str]:
    """Each group by its place and its name."""
    return [f"{place} {_cut(each.group.name, _LONGEST_NAME)}" for place, each in enumerate(found.groups, 1)]


def _cut(text: str, length: int) -> str:
    text = printable(text)
    return text if len(text) <= length else f"{text[: length - 2]}.."


def _wrapped(note: str) -> Iterator[tuple[str, str]]:
    """A note as wide as the screen, its lines below one another."""
    lines = textwrap.wrap(note, screen_width() - len(_NOTE) - 2)
    yield from zip([_NOTE, *[""] * (len(lines) - 1)], lines, strict=True)


def _print_differences(found: Comparison, names: Sequence[str]) -> None:
    """A column a group, or a line a group where there are more groups than keys."""
    keys = list(found.grouping.keys)
    if not keys:
        return
    values = [[each.group.settings[key] for key in keys] for each in found.groups]
    for length in (_LONGEST_VALUE, 14, 8):
        cells = [[_cut(value, length) for value in row] for row in values]
        if len(keys) < len(names):
            header, rows = ["", *map(printable, keys)], [[name, *row] for name, row in zip(names, cells, strict=True)]
        else:
            header = ["what differs", *(_cut(name, max(length, 8)) for name in names)]
            rows = [[printable(key), *row] for key, *row in zip(keys, *cells, strict=True)]
        if table_width(header, rows) <= screen_width():
            break
    print_table(header, rows[:_MOST_KEYS])
    if len(rows) > _MOST_KEYS:
        print(f"and {len(rows) - _MOST_KEYS} more, which --json shows")


def _heading(found: Comparison) -> str:
    groups = f" in {counted(len(found.groups), 'group')}" if len(found.groups) < found.runs else ""
    return (
        f"{counted(found.runs, 'run')}{groups} on the same {counted(len(found.pieces), 'piece')}, the {found.part} part"
        "; less is better"
    )


def _print_figures(found: Comparison, names: Sequence[str]) -> None:
    place = found.groups.index(found.reference) + 1
    header = ["", "seeds", f"nats/{printable(found.unit)}", "sd", f"above {place} [95 %]", ""]
    rows = []
    for name, each in zip(names, found.groups, strict=True):
        deviation = each.figures.deviation
        cells = [str(each.group.seeds), f"{each.figures.mean:.3f}", "-" if np.isnan(deviation) else f"{deviation:.3f}"]
        rows.append([name, *cells, _difference(each), each.verdict])
    is_alone = len(found.groups) == 1
    if is_alone:
        header, rows = header[:4], [row[:4] for row in rows]
    if (surplus := table_width(header, rows) - screen_width()) > 0:
        room = max(_SHORTEST_NAME, max(map(len, names)) - surplus)
        rows = [[_cut(row[0], room), *row[1:]] for row in rows]
    print_table(header, rows)
    for line in _explanations(found):
        print(line)


def _difference(each: Compared) -> str:
    if each.difference is None:
        return "-"
    value, low, high = each.difference.value, each.difference.low, each.difference.high
    return f"{value:+.3f}" if np.isnan(low) else f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"


def _explanations(found: Comparison) -> Iterator[str]:
    runs = "all runs of a group" if found.grouping.averaged else "seeds"
    yield f"sd: over {runs}; [95 %]: over pieces, drawn 10,000 times (docs/compare.md)"
    open_ = [place for place, each in enumerate(found.groups, 1) if each.verdict == "includes 0"]
    if open_:
        reference = found.groups.index(found.reference) + 1
        yield (
            f"not told apart from {reference}: {', '.join(map(str, open_))} (the interval includes 0: it may be chance)"
        )


def _print_curves(found: Comparison, names: Sequence[str]) -> None:
    """The validation part by step: first, lowest and last, and the curve where the screen has signs for it."""
    rows = []
    for name, each in zip(names, found.groups, strict=True):
        if not each.curve:
            continue
        values = [nats for _, nats in each.curve]
        row = [name, f"{each.curve[0][0]:,}", f"{values[0]:.3f}", f"{min(values):.3f}", f"{values[-1]:.3f}"]
        curve = sparkline(values, _CURVE)
        rows.append([*row, curve if shows(curve) else ""])
    if rows:
        print_table(["validation by step", "from", "first", "lowest", "last", ""], rows)
        print()


def _print_costs(found: Comparison, names: Sequence[str]) -> None:
    header = ["cost of a run", "seconds", "memory MiB", "parameters", "steps", "best at"]
    rows = []
    for name, each in zip(names, found.groups, strict=True):
        cost = each.cost
        memory = "-" if cost.memory_mib is None else f"{cost.memory_mib:,.0f}"
        counts = [f"{value:,.0f}" for value in (cost.parameters, cost.steps, cost.best_step)]
        rows.append([name, f"{cost.seconds:,.1f}", memory, *counts])
    print_table(header, rows)
    engines: dict[str, list[str]] = {}
    for place, each in enumerate(found.groups, 1):
        engines.setdefault(_engine(each), []).append(str(place))
    for engine, places in engines.items():
        of = "" if len(engines) == 1 else f"{', '.join(places)} "
        print(f"{of}trained with {printable(engine)}")


def _engine(each: Compared) -> str:
    return f"{' and '.join(each.cost.engines)} (backend {', '.join(each.cost.backends)})"
