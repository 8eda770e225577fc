"""Whether runs can be compared at all: on the same pieces, scored alike, in a unit that all count alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

from seqforge.comparison.finished_run import FinishedRun
from seqforge.errors import RequestError
from seqforge.files.scores_file import PieceScores

__all__ = ["PARTS", "aligned", "choose_part", "choose_unit", "refuse_incomparable"]

PARTS = ("test", "validation")
"""What can be held out, the one to compare on first."""

_IN_ORDER = ("order", "auto")
_SPLIT_KEYS = ("data.split", "data.split_seed", "data.validation", "data.test")
_TOKEN = "token"  # noqa: S105  # a unit


def refuse_incomparable(runs: Sequence[FinishedRun]) -> None:
    """`RequestError` with the reason and the runs that show it, if they are not on the same split, scored alike."""
    for run in runs:
        _refuse_start_that_knows(run)
    first = runs[0]
    by_codec: dict[str, FinishedRun] = {}
    for run in runs:
        if run.scores.scorer != first.scores.scorer:
            ways = [f"{each.scores.scorer['name']} {each.scores.scorer['version']}" for each in (first, run)]
            raise _refusal(first, run, f"they are scored in other ways ({ways[0]}, {ways[1]}); evaluate both anew")
        for part in ("training", "validation", "test"):
            if run.scores.split[part]["digest"] != first.scores.split[part]["digest"]:
                raise _refusal(first, run, f"{_other_pieces(first, run, part)}; split the same data alike (data.*)")
        if shares := _other_shares(first, run):
            raise _refusal(first, run, f"{shares}; split the same data alike (data.*)")
        same = by_codec.setdefault(_codec(run), run)
        if run.scores.data["content"] != same.scores.data["content"]:
            reason = f"their pieces have the same names, but other content under the same codec ({_codec(run)})"
            raise _refusal(same, run, f"{reason}; train both on the same data")


def choose_part(runs: Sequence[FinishedRun], asked: str = "") -> str:
    """The part to compare on: the one that was asked for, else the test part, else what there is."""
    held_out = [part for part in PARTS if part in runs[0].scores.parts]
    if asked and asked not in held_out:
        raise RequestError(
            f"--part is '{asked}'; allowed: {' or '.join(held_out) or 'nothing'}, what the runs held out"
        )
    if not held_out:
        raise RequestError(f"{runs[0].path} held nothing out, so there is nothing to compare on; set data.test")
    return asked or held_out[0]


def choose_unit(runs: Sequence[FinishedRun], part: str, asked: str = "") -> str:
    """The unit to compare in: the first of the codec that all runs count alike on every piece, or the one asked for.

    Tokens of two codecs are two things, even where their numbers agree.
    """
    first = aligned(runs[0], part)
    is_one_codec = len({_codec(run) for run in runs}) == 1
    units = [unit for unit in first.units if sum(first.units[unit]) and (is_one_codec or unit != _TOKEN)]
    units.sort(key=lambda unit: unit == _TOKEN)
    if asked and asked not in units:
        others = "" if is_one_codec else "; tokens of different codecs can't be compared"
        raise RequestError(f"--unit is '{asked}'; allowed: {', '.join(units) or 'nothing'}{others}")
    units = [asked] if asked else units
    for run in runs[1:]:
        other = aligned(run, part)
        agreed = [unit for unit in units if _agree(first, other, unit)]
        if not agreed:
            counts = ", ".join(f"{unit}s {_count(first, unit)} and {_count(other, unit)}" for unit in units)
            reason = f"there is no unit that both count alike on each piece of the {part} part (in all: {counts})"
            raise _refusal(runs[0], run, reason)
        units = agreed
    return units[0]


def aligned(run: FinishedRun, part: str) -> PieceScores:
    """The pieces of a part in the order of their names, which is the same in all runs."""
    scores = run.scores.parts[part]
    rows = sorted(range(len(scores.ids)), key=lambda row: (scores.ids[row], scores.groups[row]))
    return PieceScores(
        ids=tuple(scores.ids[row] for row in rows),
        groups=tuple(scores.groups[row] for row in rows),
        nats=tuple(scores.nats[row] for row in rows),
        units={unit: tuple(counts[row] for row in rows) for unit, counts in scores.units.items()},
    )


def _agree(first: PieceScores, other: PieceScores, unit: str) -> bool:
    if unit not in other.units:
        return False
    return all(math.isclose(a, b) for a, b in zip(first.units[unit], other.units[unit], strict=True))


def _count(scores: PieceScores, unit: str) -> str:
    return f"{sum(scores.units[unit]):g}" if unit in scores.units else "none"


def _codec(run: FinishedRun) -> str:
    """The codec with its options, in words."""
    codec = run.scores.codec
    return " ".join([str(codec["name"]), *(f"{name}={value}" for name, value in sorted(codec["options"].items()))])


def _other_pieces(first: FinishedRun, other: FinishedRun, part: str) -> str:
    """In what a part differs: how many pieces, or one that only one run has."""
    counts = [run.scores.split[part]["pieces"] for run in (first, other)]
    held = "were trained on" if part == "training" else f"have in their {part} parts"
    words = f"they {held} other pieces ({counts[0]} and {counts[1]} of them"
    for run, ids in ((first, _ids(first, part) - _ids(other, part)), (other, _ids(other, part) - _ids(first, part))):
        if ids:
            return f"{words}; '{min(ids)}' is in that of {run.path} alone)"
    return f"{words})"


def _refuse_start_that_knows(run: FinishedRun) -> None:
    """`RequestError` if a model that the run went on from was trained on the same data, but split otherwise."""
    for start in run.starts:
        if start.data != run.scores.data["digest"]:
            continue
        for key in _SPLIT_KEYS:
            if start.settings and start.settings.get(key) != run.settings.get(key):
                raise RequestError(
                    f"{run.path} can't be compared: it goes on from a model that was trained on the same data, split "
                    f"otherwise ({key} was {start.settings.get(key)} and is {run.settings.get(key)}), and may know "
                    f"pieces that are held out now; split as that one was"
                )


def _other_shares(first: FinishedRun, other: FinishedRun) -> str:
    """What was cut at other places: of a piece that a border goes through the parts have the same names wherever."""
    if {first.settings.get("data.split"), other.settings.get("data.split")}.isdisjoint(_IN_ORDER):
        return ""
    for key in ("data.validation", "data.test"):
        values = [run.settings.get(key) for run in (first, other)]
        if values[0] != values[1]:
            return f"they hold out other shares in order ({key} is {values[0]} and {values[1]})"
    return ""


def _ids(run: FinishedRun, part: str) -> set[str]:
    return set(run.scores.parts[part].ids) if part in run.scores.parts else set()


def _refusal(first: FinishedRun, other: FinishedRun, reason: str) -> RequestError:
    return RequestError(f"{first.path} and {other.path} can't be compared: {reason}")
