"""Runs that are alike but for their seeds, as one: the groups that are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqforge.comparison.finished_run import FinishedRun
from seqforge.comparison.settings import SEED, changes_no_score, differing_keys, shown
from seqforge.errors import RequestError, UnknownName

__all__ = ["Group", "Grouping", "group_runs"]

_LONGEST_NUMBER = 6  # characters
_MOST_KEYS_IN_A_NAME = 2
_RECIPE = "recipe"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Runs that are averaged; `settings` are their values, in words, of the keys that tell the groups apart."""

    name: str
    settings: Mapping[str, str]
    runs: tuple[FinishedRun, ...]

    @property
    def seeds(self) -> int:
        """How many different seeds there are, those of models that were gone on from among them."""
        return len({run.chance for run in self.runs})


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """The groups, and the keys that tell them apart; `averaged` differ inside of groups, `beside` change no score."""

    groups: tuple[Group, ...]
    keys: tuple[str, ...]
    averaged: tuple[str, ...]
    beside: tuple[str, ...]


def group_runs(runs: Sequence[FinishedRun], by: Sequence[str] = ()) -> Grouping:
    """Group runs by all that differs but the seed, or by the keys of `by` alone.

    `RequestError` if these are the same in all runs, if a run stands there twice, or if the groups are not balanced
    over the other keys that differ: their means would be those of other things.
    """
    settings = [run.settings for run in runs]
    differing = differing_keys(settings)
    keys = _checked(by, runs, differing) or [key for key in differing if not changes_no_score(key)]
    others = [key for key in differing if key not in keys]
    averaged = [key for key in others if not changes_no_score(key)]
    found: dict[tuple[str, ...], list[FinishedRun]] = {}
    for run in runs:
        found.setdefault(_values(run, keys), []).append(run)
    for members in found.values():
        _refuse_double(members, averaged)
    if averaged:
        _refuse_unbalanced(list(found.values()), averaged, keys)
    names = _names(keys, found, is_asked=bool(by))
    return Grouping(
        groups=tuple(
            Group(name=name, settings=dict(zip(keys, values, strict=True)), runs=tuple(members))
            for name, (values, members) in zip(names, found.items(), strict=True)
        ),
        keys=tuple(keys),
        averaged=tuple(averaged),
        beside=tuple(key for key in others if changes_no_score(key)),
    )


def _values(run: FinishedRun, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(shown(run.settings.get(key)) for key in keys)


def _checked(by: Sequence[str], runs: Sequence[FinishedRun], differing: Sequence[str]) -> list[str]:
    """The keys that were asked for, each once."""
    known = dict.fromkeys(key for run in runs for key in run.settings)
    telling = [*differing, SEED] if len({run.seed for run in runs}) > 1 else differing
    for key in by:
        if key not in known:
            raise UnknownName("key", key, known)
        if key not in telling:
            value, others = shown(runs[0].settings.get(key)), ", ".join(differing) or "nothing but the seed"
            raise RequestError(f"--by {key} tells no runs apart: it is {value} in all of them; what differs: {others}")
    return list(dict.fromkeys(by))


def _refuse_double(runs: Sequence[FinishedRun], averaged: Sequence[str]) -> None:
    seen: dict[tuple[str, ...], FinishedRun] = {}
    for run in runs:
        other = seen.setdefault((*run.chance, *_values(run, averaged)), run)
        if other is not run:
            raise RequestError(
                f"{other.path} and {run.path} are the same run twice: the same configuration and seed {run.seed}; "
                f"leave one of them out"
            )


def _refuse_unbalanced(groups: Sequence[Sequence[FinishedRun]], averaged: Sequence[str], keys: Sequence[str]) -> None:
    """The same values of the other keys in each group, each of them as often as in the first."""
    counts = [Counter(_values(run, averaged) for run in runs) for runs in groups]
    for runs, count in zip(groups, counts, strict=True):
        for values in {**counts[0], **count}:
            if count[values] != counts[0][values]:
                words = ", ".join(f"{key}={value}" for key, value in zip(averaged, values, strict=True))
                raise RequestError(
                    f"--by {', '.join(keys)} gives groups that differ in more: with {words} there are "
                    f"{counts[0][values]} runs in the group of {groups[0][0].path}, but {count[values]} in that of "
                    f"{runs[0].path}; name these keys by --by, too, or leave runs out"
                )


def _names(keys: Sequence[str], found: Mapping[tuple[str, ...], Sequence[FinishedRun]], *, is_asked: bool) -> list[str]:
    """What to call each group: by its values if they are few, by its recipe, else by its first run; no two alike."""
    firsts = [runs[0] for runs in found.values()]
    candidates = [[str(run.path) for run in firsts], [run.name for run in firsts]]
    if _RECIPE in keys:
        candidates.append([shown(run.settings.get(_RECIPE)) for run in firsts])
    if keys and (is_asked or len(keys) <= _MOST_KEYS_IN_A_NAME):
        short = [key.rpartition(".")[2] for key in keys]
        words = short if len(set(short)) == len(short) else list(keys)
        candidates += [
            [" ".join(f"{word}={write(v)}" for word, v in zip(words, values, strict=True)) for values in found]
            for write in (str, _rounded)
        ]
    return next((names for names in reversed(candidates) if len(set(names)) == len(names)), candidates[0])


def _rounded(value: str) -> str:
    """A value that is a number with many digits, such as one that a search has drawn, with few."""
    try:
        return value if len(value) <= _LONGEST_NUMBER else f"{float(value):.4g}"
    except ValueError:
        return value
