"""The jazz metrics of `seqforge evaluate`: melody, rhythm, harmony, and how surprising a line's intervals are.

docs/evaluation.md says where each comes from. `chord_tones` and the others of `HUMAN_RANGES` have their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from seqforge_jazz.interval_model import IntervalModel
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.statistics import (
    chord_tone_share,
    grooving_similarity,
    interval_share,
    intervals,
    is_strong,
    notes_a_beat,
    offbeat_share,
    pitch_class_entropy,
    pitch_range,
    scale_tone_share,
)

__all__ = ["HarmonyMetric", "MelodyMetric", "RhythmMetric", "SurpriseMetric"]

ORDER = 4
"""Of the n-gram of intervals, the predicted one counted."""


class MelodyMetric:
    """Entropy, intervals and range of the pitches."""

    def fit(self, works: Sequence[LeadSheet], groups: Sequence[str]) -> None:
        """See `seqforge.Metric.fit`: nothing is learnt."""

    def measure(self, work: LeadSheet, group: str | None = None) -> Mapping[str, float]:
        """See `seqforge.Metric.measure`."""
        steps = _intervals(work)
        return {
            "h1": pitch_class_entropy(work.notes, work.chart.ticks_per_bar, window_bars=1),
            "h4": pitch_class_entropy(work.notes, work.chart.ticks_per_bar, window_bars=4),
            "steps": interval_share(steps, 1, 2),
            "leaps": interval_share(steps, 5, 127),
            "repeats": interval_share(steps, 0, 0),
            "range": pitch_range(work.notes),
        }


class RhythmMetric:
    """Where notes start, and how many there are."""

    def fit(self, works: Sequence[LeadSheet], groups: Sequence[str]) -> None:
        """See `seqforge.Metric.fit`: nothing is learnt."""

    def measure(self, work: LeadSheet, group: str | None = None) -> Mapping[str, float]:
        """See `seqforge.Metric.measure`."""
        return {
            "grooving": grooving_similarity(work.notes, work.chart.ticks_per_bar),
            "offbeats": offbeat_share(work.notes),
            "density": notes_a_beat(work.notes, work.chart.ticks_per_bar),
        }


class HarmonyMetric:
    """How notes fit the chords that they start over, on strong beats and elsewhere."""

    def fit(self, works: Sequence[LeadSheet], groups: Sequence[str]) -> None:
        """See `seqforge.Metric.fit`: nothing is learnt."""

    def measure(self, work: LeadSheet, group: str | None = None) -> Mapping[str, float]:
        """See `seqforge.Metric.measure`."""
        beats = work.chart.beats_per_bar
        strong = [note for note in work.notes if is_strong(note, beats)]
        weak = [note for note in work.notes if not is_strong(note, beats)]
        return {
            "chord_tones": chord_tone_share(work.notes, work.chart),
            "chord_tones_strong": chord_tone_share(strong, work.chart),
            "chord_tones_weak": chord_tone_share(weak, work.chart),
            "scale_tones_strong": scale_tone_share(strong, work.chart),
            "scale_tones_weak": scale_tone_share(weak, work.chart),
        }


class SurpriseMetric:
    """Nats an interval under an n-gram of the reference's intervals, of the other groups where the group is known."""

    def __init__(self) -> None:
        self.fit((), ())

    def fit(self, works: Sequence[LeadSheet], groups: Sequence[str]) -> None:
        """See `seqforge.Metric.fit`: count the intervals of all works."""
        self._lines: dict[str, list[Sequence[int]]] = {}
        for work, group in zip(works, groups, strict=True):
            self._lines.setdefault(group, []).append(_intervals(work))
        self._model = IntervalModel((line for lines in self._lines.values() for line in lines), ORDER)

    def measure(self, work: LeadSheet, group: str | None = None) -> Mapping[str, float]:
        """See `seqforge.Metric.measure`: NaN where there is nothing to compare with."""
        own = self._lines.get(group, []) if group is not None else []
        model = self._model.without(own) if own else self._model
        return {"interval_nats": model.nats_per_interval(_intervals(work)) if model.kinds else math.nan}


def _intervals(work: LeadSheet) -> list[int]:
    return intervals(note.pitch for note in work.notes)
