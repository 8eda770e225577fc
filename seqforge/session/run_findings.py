"""What a run finds about itself for its page: its takes in every measure, and how it got there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from seqforge.errors import PluginError
from seqforge.evaluation.novelty import Novelty
from seqforge.interfaces import Piece
from seqforge.plugins import Registry, short_name
from seqforge.session.data import Corpus
from seqforge.session.evaluate import measure_pieces
from seqforge.session.plan import Plan
from seqforge.session.report import Background, loss_curve
from seqforge.training.loop import Progress

__all__ = ["measured_takes", "run_background"]


def measured_takes(registry: Registry, plan: Plan, corpus: Corpus, takes: Sequence[Piece]) -> dict[str, Any]:
    """The takes in every measure, beside the pieces that are not held out, as evaluation.json has them."""
    if not takes:
        return {}
    config = plan.config
    held_out = corpus.split.test or corpus.split.validation
    hidden = {piece.id for piece in held_out}
    reference = [piece for piece in corpus.pieces if piece.id not in hidden]
    try:
        measures = measure_pieces(registry, config.codec.name, corpus.codec, takes, reference, held_out)
    except PluginError as error:  # a metric that fails must not cost the run
        return {"notes": [str(error)]}
    sampling = dict(config.samples.sampling)
    return {
        "takes": {"count": len(takes), "seed": config.seed, "sampling": sampling, "prompts": "of the run's samples"},
        "reference": {"pieces": len(reference), "digest": corpus.digest},
        "measures": [measure.to_json() for measure in measures],
    }


def run_background(
    plan: Plan, corpus: Corpus, progress: Progress, found: Mapping[str, Any], copied: Novelty | None
) -> Background:
    """What the page of a run says beside its takes."""
    evaluations = [dataclasses.asdict(evaluation) for evaluation in progress.evaluations]
    return Background(
        name=f"seqforge {short_name(plan.config.recipe) or 'run'}, seed {plan.config.seed}",
        curve=loss_curve(list(enumerate(progress.losses, 1)), evaluations, found),
        results=found,
        novelty=copied,
        sources=corpus.quotable,
    )
