"""The kinds of plugin that there is a template for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A template: the folders in `templates` that it is made of, and what it says of itself.

    `check` is the command that checks it, `trials` are those that show what the part does; in them `{name}` and
    `{folder}` stand for those of the package.
    """

    summary: str
    layers: tuple[str, ...]
    trials: tuple[str, ...]
    check: str = "seqforge plugins check {name}"


_RHYTHMS = ("package", "rhythm", "corpus")  # a codec, a data set and a recipe, so that the part can be tried at once

KINDS = {
    "backend": Kind(
        summary="A backend for seqforge: an engine that trains its LSTM.",
        layers=("package", "trained", "backend"),
        trials=("seqforge run jazz --backend {name}",),
    ),
    "architecture": Kind(
        summary="An architecture for seqforge: a model of its own, and the backend that builds it.",
        layers=("package", "trained", "architecture"),
        trials=("seqforge run jazz --backend {name}",),
    ),
    "dataset": Kind(
        summary="A data set for seqforge: a corpus, and the codec that turns it into tokens.",
        layers=(*_RHYTHMS, "corpus_hooks", "dataset"),
        trials=("seqforge inspect {name}", "seqforge run {name}"),
    ),
    "reader": Kind(
        summary="A reader for seqforge: files of a format of their own, and the codec that turns them into tokens.",
        layers=("package", "rhythm", "reader"),
        check="seqforge plugins check {name} --data {folder}/examples",
        trials=("seqforge inspect {folder}/examples", "seqforge run {name} --data {folder}/examples"),
    ),
    "codec": Kind(
        summary="A codec for seqforge: works to tokens and back, and a corpus to try it on.",
        layers=(*_RHYTHMS, "corpus_hooks", "codec"),
        trials=("seqforge run {name}", "seqforge generate runs/{name}-001 --bars 2 --format html"),
    ),
    "sampler": Kind(
        summary="A processor for seqforge: what it does to the logits before a token is drawn.",
        layers=("package", "sampler"),
        trials=("seqforge generate jazz-solos --set epsilon=0.05",),
    ),
    "format": Kind(
        summary="A format for seqforge: a file for what was generated, and rhythms to try it on.",
        layers=(*_RHYTHMS, "format"),
        trials=("seqforge run {name}", "seqforge generate runs/{name}-001 --format {name} --tempo-bpm 120"),
    ),
    "metric": Kind(
        summary="A metric for seqforge: measures of what was generated, and rhythms to try it on.",
        layers=(*_RHYTHMS, "metric"),
        trials=("seqforge run {name}", "seqforge evaluate runs/{name}-001"),
    ),
}
