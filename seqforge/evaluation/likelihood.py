"""How well a model predicts the pieces of one part, beside what simple models reach on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforge.evaluation.intervals import Interval, difference_interval, rate_interval
from seqforge.evaluation.scoring import Score, main_unit, predict, score_from_nats
from seqforge.interfaces import Codec, Model, Piece

__all__ = ["Likelihood", "judge"]


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """The model's score, those of baselines by name, and how often the likeliest token is the right one.

    `accuracy` is a share by `token` and, where there are several, by class of the tokens. `pieces` counts them.
    """

    pieces: int
    score: Score
    baselines: Mapping[str, Score]
    accuracy: Mapping[str, float]

    @property
    def unit(self) -> str:
        """The unit to compare by, see `main_unit`."""
        return main_unit(self.score.rates())

    @property
    def best_baseline(self) -> str:
        """The name of the best of the baselines, empty without any."""
        return min(self.baselines, key=lambda name: self.baselines[name].nats, default="")

    def interval(self, unit: str = "") -> Interval:
        """Nats a unit with their 95 % interval."""
        return rate_interval(self.score, unit or self.unit)

    def gain(self, unit: str = "") -> Interval:
        """Nats a unit below the best baseline with their 95 % interval; there must be one."""
        return difference_interval(self.score, self.baselines[self.best_baseline], unit or self.unit)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        rates = self.score.rates()
        values: dict[str, Any] = {
            "pieces": self.pieces,
            "unit": self.unit,
            "nats": {unit: self.interval(unit).to_json() for unit in rates},
            "perplexity": {unit: _perplexity(rate) for unit, rate in rates.items()},
            "accuracy": dict(self.accuracy),
            "baselines": {name: score.rates() for name, score in self.baselines.items()},
        }
        if self.baselines:
            gains = {unit: self.gain(unit).to_json() for unit in rates}
            values["below_best_baseline"] = {"name": self.best_baseline, "nats": gains}
        return values


def judge(model: Model, pieces: Sequence[Piece], codec: Codec, baselines: Mapping[str, Score]) -> Likelihood:
    """Let the model predict the pieces, of which there is at least one."""
    prediction = predict(model, pieces, codec.vocabulary.classes)
    return Likelihood(
        pieces=len(pieces),
        score=score_from_nats(prediction.nats.tolist(), pieces, codec),
        baselines=baselines,
        accuracy=prediction.accuracy,
    )


def _perplexity(nats: float) -> float | None:
    """The exponential; `None` where it is beyond all numbers."""
    return math.exp(nats) if nats < 700 else None
