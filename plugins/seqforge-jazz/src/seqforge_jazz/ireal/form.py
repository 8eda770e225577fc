"""The form of an iReal Pro tune: the chart that a player would count, chorus by chorus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqforge import RequestError
from seqforge_jazz.charts import LARGEST_CHART, Chart
from seqforge_jazz.chords import NO_CHORD, Chord
from seqforge_jazz.ireal.bars import Bar, OverBass
from seqforge_jazz.ireal.links import Tune
from seqforge_jazz.ireal.music import read_music
from seqforge_jazz.ireal.road_map import played_order

__all__ = ["Form", "form_of_tune"]


@dataclass(frozen=True)
class Form:
    """`chart` is to be played `choruses` times; `notes` say what may not be as somebody meant it."""

    chart: Chart
    choruses: int
    notes: tuple[str, ...]


def form_of_tune(tune: Tune, choruses: int = 1) -> Form:
    """The form of a tune that is played `choruses` times; `RequestError` names the tune and the bar that is wrong.

    An intro (`*i`) belongs to the first chorus. A coda that no D.C. or D.S. leads to belongs to the last one, which
    leaves for it at the first coda sign on its last pass. A tune with one of them is written out, as one long chorus.
    """
    try:
        return _form(tune, choruses)
    except RequestError as error:
        raise RequestError(f"'{tune.title}', {error}") from None


def _form(tune: Tune, choruses: int) -> Form:
    beats, bars, notes = read_music(tune.music)
    intro, coda = _intro(bars), _coda_without_jump(bars)
    is_uniform = not intro and coda is None
    played: list[int] = []
    for chorus in range(1 if is_uniform else choruses):
        order, problems = _chorus(bars, intro if chorus else 0, coda, is_last=chorus == choruses - 1)
        played += order
        notes += problems
        if len(played) > LARGEST_CHART:
            raise RequestError(f"{choruses} choruses have more than {LARGEST_CHART:,} bars; ask for fewer")
    chart = Chart.of_beats(beats, _sounding([bars[index] for index in played], beats))
    told = dict.fromkeys(f"'{tune.title}', {note}" for note in notes)
    return Form(chart, choruses if is_uniform else 1, tuple(told))


def _intro(bars: Sequence[Bar]) -> int:
    """How many bars the intro has; 0 if there is none, or nothing else."""
    if bars[0].section != "i":
        return 0
    return next((place for place, bar in enumerate(bars) if bar.section not in ("", "i")), 0)


def _coda_without_jump(bars: Sequence[Bar]) -> int | None:
    """The first bar of a coda that no D.C. or D.S. leads to."""
    if any(bar.jumps for bar in bars):
        return None
    signs = [place + bar.coda_after for place, bar in enumerate(bars) if bar.coda_before or bar.coda_after]
    return signs[-1] if signs and 0 < signs[-1] < len(bars) else None


def _chorus(bars: Sequence[Bar], start: int, coda: int | None, *, is_last: bool) -> tuple[list[int], list[str]]:
    body = bars[start:coda]
    order, problems = played_order(body)
    if coda is not None and is_last:
        before = [index for index, bar in enumerate(body) if bar.coda_before]
        behind = [index for index, bar in enumerate(body) if bar.coda_after]
        leaves = [position for position, index in enumerate(order) if index in before[:1]]
        leaves += [position + 1 for position, index in enumerate(order) if index in behind[:1]]
        ending, more = played_order(bars[coda:])
        order = [*order[: max(leaves, default=len(order))], *(index + coda - start for index in ending)]
        problems += more
    return [index + start for index in order], problems


def _sounding(bars: Sequence[Bar], beats_per_bar: int) -> list[Chord]:
    """The chord on every beat; none before the first one."""
    beats: list[Chord] = []
    for bar in bars:
        if bar.repeats:
            back = bar.repeats * beats_per_bar
            if len(beats) < back:
                raise RequestError(f"bar {bar.number} repeats a bar before it, and there is none")
            beats += beats[-back : len(beats) - back + beats_per_bar]
            continue
        changes = dict(bar.changes)
        for beat in range(beats_per_bar):
            change = changes.get(beat)
            before = beats[-1] if beats else NO_CHORD
            if isinstance(change, OverBass):
                change = _over(before, change.bass, bar.number)
            beats.append(change or before)
    return beats


def _over(chord: Chord, bass: str, number: int) -> Chord:
    if chord.root is None:
        raise RequestError(f"bar {number} has a bass without a chord before it; allowed: W/E behind a chord")
    return Chord(chord.root, chord.kind, chord.tensions, bass if bass != chord.root else None)
