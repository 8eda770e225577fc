"""How well a model predicts held-out pieces, as a table beside the baselines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seqforge.commands.screen import print_table
from seqforge.evaluation.intervals import Interval
from seqforge.evaluation.likelihood import Likelihood

__all__ = ["interval_words", "print_likelihood"]


def print_likelihood(found: Mapping[str, Likelihood]) -> None:
    """A column a part, the model first and the best baselines under it, and what the difference comes to."""
    first = next(iter(found.values()))
    unit = first.unit if all(likelihood.unit == first.unit for likelihood in found.values()) else "token"
    names = sorted(first.baselines, key=lambda name: first.baselines[name].nats)
    rows = [["this model", *(interval_words(likelihood.interval(unit)) for likelihood in found.values())]]
    rows += [
        [name, *(f"{likelihood.baselines[name].per(unit):.3f}" for likelihood in found.values())] for name in names
    ]
    print_table([f"nats/{unit}", *found], rows)
    for part, likelihood in found.items():
        if likelihood.baselines:
            print(_verdict(likelihood, unit, part))


def interval_words(interval: Interval) -> str:
    """Such as `3.495 [3.373, 3.623]`."""
    if np.isnan(interval.low):
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _verdict(likelihood: Likelihood, unit: str, part: str) -> str:
    gain, name = likelihood.gain(unit), likelihood.best_baseline
    if np.isnan(gain.low):
        limits = ""
    else:
        low, high = sorted((abs(gain.low), abs(gain.high))) if gain.low * gain.high > 0 else (gain.low, gain.high)
        limits = f" [{low:.2f}, {high:.2f}]"
    if gain.value > 0:
        sure = "it has learnt more than counting does" if not gain.low <= 0 else "so little that it may be chance"
        return f"{gain.value:.2f}{limits} nats/{unit} below the best n-gram ({name}) on the {part} part: {sure}"
    where = f"nats/{unit} above the best n-gram ({name}) on the {part} part"
    return f"{-gain.value:.2f}{limits} {where}: counting does better; train for longer"
