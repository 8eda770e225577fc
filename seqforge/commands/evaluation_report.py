"""What `seqforge evaluate` shows: what was judged, the likelihood, the measures, and what is copied."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seqforge.commands.likelihood_report import interval_words, print_likelihood
from seqforge.commands.novelty_report import novelty_lines
from seqforge.commands.screen import counted, print_pairs, print_table, printable, screen_width, table_width
from seqforge.evaluation.likelihood import Likelihood
from seqforge.evaluation.measuring import MeasuredValue
from seqforge.session.evaluate import Report

__all__ = ["print_report"]

_MOST_NOTES = 8


def print_report(report: Report) -> None:
    """Print everything but the values of single pieces, which --json has."""
    print_pairs([(name, printable(text)) for name, text in _heading(report)])
    if report.likelihood:
        print()
        print_likelihood({report.scored: report.likelihood})
        _print_rates(report.likelihood)
    if report.measures:
        print()
        _print_measures(report)
    if report.novelty:
        print()
        for line in novelty_lines(report.novelty):
            print(line)


def _heading(report: Report) -> Iterator[tuple[str, str]]:
    subject, takes = report.subject, report.takes
    what = counted(len(takes.pieces), "take") if takes else counted(len(subject.pieces), "piece")
    yield "judged", f"{what} of {subject.kind} {subject.name}" if takes else f"{what} of {subject.name}"
    if takes:
        yield "takes", f"over the prompts {takes.prompts}, seeds from {takes.seed} on"
    if subject.corpus:
        own = "; the data that the model was trained on" if subject.is_own else ""
        yield "reference", f"{counted(len(subject.reference), 'piece')}{own}"
    if subject.split:
        yield "held out", f"{counted(len(subject.held_out), 'piece')}, the {subject.split} part"
    yield from (("note", note) for note in subject.notes[:_MOST_NOTES])
    if len(subject.notes) > _MOST_NOTES:
        yield "note", f"and {counted(len(subject.notes) - _MOST_NOTES, 'more note')}; --json shows all"


def _print_rates(likelihood: Likelihood) -> None:
    """The other units, perplexity and accuracy."""
    rates = likelihood.score.rates()
    words = [f"{interval_words(likelihood.interval(unit))} nats/{unit}" for unit in rates if unit != likelihood.unit]
    print(f"in other units: {', '.join(words)}")
    accuracy = ", ".join(f"{name} {share:.1%}" for name, share in likelihood.accuracy.items())
    print(
        f"perplexity {np.exp(rates[likelihood.unit]):.4g} per {likelihood.unit}; the likeliest one is right: {accuracy}"
    )


def _print_measures(report: Report) -> None:
    has_held_out = any(np.isfinite(value.held_out_inside) for value in report.measures)
    header = ["measure", "unit", "value", "verdict", "median", "5 %", "95 %", "inside"]
    header += ["held out", "overlap", "KL"] if has_held_out else ["overlap", "KL"]
    rows = [_row(value, has_held_out) for value in report.measures]
    header = header if report.subject.corpus else header[:3]
    header, rows = _fitted(header, rows, [value.measure.name for value in report.measures])
    print_table(header, rows)
    if report.subject.corpus:
        judged = "takes" if report.takes else "pieces"
        others = "; held out: of the held-out pieces" if has_held_out else ""
        others += "; overlap, KL: of distances" if "KL" in header else ""
        print(
            f"value: median of the {judged}; median, 5 %, 95 %: of the reference; inside: share of {judged} between "
            f"these{others} (docs/evaluation.md)"
        )


def _fitted(header: list[str], rows: list[list[str]], names: list[str]) -> tuple[list[str], list[list[str]]]:
    """The table as it fits the screen: with short names and no units, and without what --json alone has, if it must."""
    if table_width(header, rows) > screen_width():
        header = [header[0], *header[2:]]
        rows = [[name, *row[2:]] for name, row in zip(names, rows, strict=True)]
    if table_width(header, rows) > screen_width() and "KL" in header:
        header, rows = header[:-2], [row[:-2] for row in rows]
    return header, rows


def _row(value: MeasuredValue, has_held_out: bool) -> list[str]:
    row = [value.measure.title, value.measure.unit, _number(value.median)]
    usual, alike = value.reference, value.likeness
    if usual is None or alike is None:
        return row
    row += [value.verdict or "-", _number(usual.median), _number(usual.low), _number(usual.high)]
    row += [_percent(value.share_inside), *([_percent(value.held_out_inside)] if has_held_out else [])]
    return [*row, _number(alike.overlap, 2), _number(alike.divergence, 2)]


def _number(value: float, digits: int = 3) -> str:
    return "-" if np.isnan(value) else f"{value:.{digits}f}" if abs(value) < 10 else f"{value:.1f}"


def _percent(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.0%}"
