"""The page of a comparison: one HTML file that asks nothing of anybody, as that of a run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seqforge.comparison.comparison import Compared, Comparison
from seqforge.comparison.drawings import MOST_CURVES, curves, differences
from seqforge.report.frame import frame
from seqforge.report.markup import Html, element
from seqforge.report.tables import pairs, table

__all__ = ["comparison_page"]

_MOST_GROUPS, _MOST_RUNS = 200, 1000
_LONGEST_NAME, _LONGEST_VALUE = 80, 120

_STYLE = """
:root { --series-1: #1f4fbf; --series-2: #a8480f; --series-3: #17662f; --series-4: #8a2a8a; --series-5: #a01535;
  --series-6: #00707a; --series-7: #6b5b00; --series-8: #4d4d57; }
@media (prefers-color-scheme: dark) {
  :root { --series-1: #9db8ff; --series-2: #ffb27a; --series-3: #86d79c; --series-4: #e3a1e3; --series-5: #ff9db0;
    --series-6: #6fd6df; --series-7: #d9c765; --series-8: #c0c0cc; }
}
caption { max-width: calc(100vw - 2rem); }
.differences { max-width: 36rem; }
.curve .zero { stroke: var(--ink); stroke-width: 1.5; }
.curve .interval { stroke: var(--soft); stroke-width: 3; }
.curve .interval.worse, .curve .interval.better { stroke: var(--accent); }
.curve .mean { fill: var(--ink); }
td .worse, td .includes-0 { color: var(--off); }
td .better, td .best { color: var(--good); }
""" + "".join(
    f".curve polyline.series-{place} {{ stroke: var(--series-{place}); stroke-dasharray: {dashes}; }}\n"
    f".curve circle.series-{place}, .curve text.series-{place} {{ fill: var(--series-{place}); }}\n"
    for place, dashes in enumerate(("none", "9 4", "3 3", "12 3 3 3", "6 2", "2 5", "14 6", "4 2 1 2"), 1)
)


def comparison_page(found: Comparison) -> Html:
    """The whole file; equal comparisons give equal text. Runs are named by their folders, without the way to them."""
    made = {
        "figures": ("Which one predicts better", list(_figures(found))),
        "settings": ("What differs", list(_settings(found))),
        "curves": ("How they learnt", list(_curves(found))),
        "cost": ("What a run cost", [_costs(found)]),
        "runs": ("Every run", list(_runs(found))),
        "method": ("How it was compared", [_method(found)]),
    }
    best = found.groups[0].group.name
    title = f"{len(found.groups):,} groups of runs compared" if len(found.groups) > 1 else "One group of runs"
    summary = (
        f"{found.runs:,} runs, scored on the same {len(found.pieces):,} pieces of the {found.part} part, in nats per "
        f"{found.unit}. The best is {_cut(best, _LONGEST_NAME)}, at {found.groups[0].figures.mean:.3f}."
    )
    notes = list(found.notes)
    if len(found.groups) > _MOST_GROUPS:
        notes.append(f"Shown are the best {_MOST_GROUPS} groups; seqforge compare --json has all of them.")
    sections = {name: content for name, content in made.items() if content[1]}
    return frame(
        title, sections, summary=summary, notes=[f"{note[:1].upper()}{note[1:]}" for note in notes], style=_STYLE
    )


def _shown(found: Comparison) -> Iterator[tuple[str, Compared]]:
    """The groups that there is room for, each with its place and name."""
    for place, each in enumerate(found.groups[:_MOST_GROUPS], 1):
        yield f"{place} {_cut(each.group.name, _LONGEST_NAME)}", each


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _figures(found: Comparison) -> Iterator[Html]:
    rows = []
    for name, each in _shown(found):
        figures = each.figures
        deviation = "" if np.isnan(figures.deviation) else f"{figures.deviation:.3f}"
        words = each.verdict or ("the reference" if each is not found.groups[0] else "best")
        verdict = element("span", words, class_=words.replace(" ", "-"))
        rows.append([name, _limits(each), _difference(each), verdict, each.group.seeds, deviation])
    reference = found.groups.index(found.reference) + 1
    spread = "sd of runs" if found.grouping.averaged else "sd of seeds"
    header = ("group", f"nats per {found.unit} [95 %]", f"above {reference} [95 %]", "verdict", "seeds", spread)
    yield table(
        header, rows, f"The {found.part} part, {len(found.pieces):,} pieces: means over the seeds; less is better"
    )
    if open_ := [name for name, each in _shown(found) if each.verdict == "includes 0"]:
        yield element(
            "p",
            f"Not told apart from {reference} {found.reference.group.name}: {', '.join(open_)}. Their intervals "
            f"include 0, so that the difference may be chance.",
        )
    yield differences(found)


def _limits(each: Compared) -> str:
    interval = each.figures.interval
    limits = "" if np.isnan(interval.low) else f" [{interval.low:.3f}, {interval.high:.3f}]"
    return f"{interval.value:.3f}{limits}"


def _difference(each: Compared) -> str:
    found = each.difference
    if found is None:
        return ""
    limits = "" if np.isnan(found.low) else f" [{found.low:+.3f}, {found.high:+.3f}]"
    return f"{found.value:+.3f}{limits}"


def _settings(found: Comparison) -> Iterator[Html]:
    keys = found.grouping.keys
    if not keys:
        return
    groups = list(_shown(found))
    if len(keys) < len(groups):
        rows = [[name, *(_cut(each.group.settings[key], _LONGEST_VALUE) for key in keys)] for name, each in groups]
        yield table(("group", *keys), rows, "The keys of the configuration that tell the groups apart")
    else:
        rows = [[key, *(_cut(each.group.settings[key], _LONGEST_VALUE) for _, each in groups)] for key in keys]
        yield table(("key", *(name for name, _ in groups)), rows, "The keys that tell the groups apart")


def _curves(found: Comparison) -> Iterator[Html]:
    drawing = curves(found)
    if not drawing:
        return
    yield drawing
    if len(found.groups) > MOST_CURVES:
        yield element("p", f"Drawn are the curves of the best {MOST_CURVES} groups.")
    shown = [(name, dict(each.curve)) for name, each in list(_shown(found))[:MOST_CURVES] if each.curve]
    steps = sorted({step for _, curve in shown for step in curve})
    rows = [[f"{step:,}", *(f"{c[step]:.3f}" if step in c else "" for _, c in shown)] for step in steps]
    values = table(("step", *(name for name, _ in shown)), rows)
    yield element("details", element("summary", "Values"), values)


def _costs(found: Comparison) -> Html:
    rows = []
    for name, each in _shown(found):
        cost = each.cost
        memory = "" if cost.memory_mib is None else f"{cost.memory_mib:,.0f}"
        counts = [f"{value:,.0f}" for value in (cost.parameters, cost.steps, cost.best_step)]
        rows.append([name, f"{cost.seconds:,.1f}", memory, *counts, ", ".join(cost.backends), ", ".join(cost.engines)])
    header = ("group", "seconds", "memory in MiB", "parameters", "steps", "best at", "backend", "engine")
    return table(header, rows, "Means over the runs of a group: seconds of training, peak of main memory")


def _runs(found: Comparison) -> Iterator[Html]:
    rows = [
        [_cut(run.name, _LONGEST_NAME), str(place), str(run.seed), f"{rate:.3f}", f"{run.cost.seconds:,.1f}"]
        for place, each in enumerate(found.groups, 1)
        for run, rate in zip(each.group.runs, each.figures.rates, strict=True)
    ]
    header = ("run", "group", "seed", f"nats per {found.unit}", "seconds")
    yield element("details", element("summary", f"All {len(rows):,} runs"), table(header, rows[:_MOST_RUNS]))
    if len(rows) > _MOST_RUNS:
        yield element("p", f"Shown are the first {_MOST_RUNS:,}; seqforge compare --json has all of them.")


def _spread(found: Comparison) -> str:
    return " and ".join(["their seeds", *found.grouping.averaged])


def _method(found: Comparison) -> Html:
    first = found.groups[0].group.runs[0].scores
    split = ", ".join(
        f"{part} {counts['pieces']:,} pieces of {counts['groups']:,} groups" for part, counts in first.split.items()
    )
    return pairs(
        [
            ("split", f"{split}; the same in all runs"),
            (
                "scorer",
                f"{first.scorer['name']}, version {first.scorer['version']}: every token of whole pieces counts",
            ),
            ("unit", f"{found.unit}: all runs count as many in each piece"),
            ("sd", f"standard deviation over the runs of a group, which differ in {_spread(found)}"),
            (
                "intervals",
                "95 % of 10,000 draws of pieces with replacement, the same pieces for both sides of a difference; what "
                "another seed would give is not in them",
            ),
        ]
    )
