"""`seqforge evaluate`: how good is a model, and what it generates, or somebody's files."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from seqforge.commands.screen import counted, print_json, printable
from seqforge.plugins import Registry

__all__ = ["evaluate"]

_SUBJECT_HELP = (
    "A run, a model file or a name of `seqforge list models`; or files, a folder or a data set, to be judged against "
    "--reference."
)


def evaluate(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="RUN|MODEL|PATH", help=_SUBJECT_HELP)],
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="PATH|NAME", help="What to compare with; a run's own data by default."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="test|validation", help="The held-out part to score; test by default."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option("-n", metavar="COUNT", help="How many takes to generate; 40 by default.", min=1, max=100_000),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the takes.", min=0)] = 1,
    codec: Annotated[
        str | None, typer.Option("--codec", metavar="NAME", help="For files: the codec that is to read them.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="For files: an option, such as data.chords.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with the value of every piece.")] = False,
) -> None:
    """Judge a run, a model or files: likelihood, measures beside the reference's own range, and how much is copied."""
    registry: Registry = context.obj
    from seqforge.commands.evaluation_report import print_report
    from seqforge.session.evaluate import evaluate as judged
    from seqforge.session.report import refresh_report
    from seqforge.session.results import write_results
    from seqforge.session.scores import renew_scores
    from seqforge.session.subject import EvaluationRequest

    request = EvaluationRequest(
        subject=subject,
        reference=reference or "",
        split=split or "",
        count=count,
        seed=seed,
        codec=codec or "",
        assignments=tuple(set_ or ()),
    )
    report = judged(registry, request, _Stages())
    values = report.to_json()
    if json:
        print_json(values)
    else:
        print_report(report)
    folder, found = report.subject.folder, report.subject.found
    if folder and found:
        written = f"written to {folder.evaluation} and {folder.card}"
        corpus = report.subject.corpus
        if report.subject.is_own and corpus:
            likelihood = {report.scored: report.likelihood} if report.likelihood else {}
            if renew_scores(registry, folder, corpus, found.model, likelihood):
                written = f"written to {folder.evaluation}, {folder.scores} and {folder.card}"
            write_results(folder, found.model, values)
            refresh_report(folder)
        else:
            written = f"not written to {folder.card}, which says how the model does on its own data"
        if not json:
            print(f"\n{printable(written)}")


class _Stages:
    """Says on standard error what is being done: some of it takes a while."""

    def on_stage(self, stage: str, count: int = 0) -> None:
        what = f"generating {counted(count, 'take')}" if stage == "takes" else stage
        print(f"{what} ...", file=sys.stderr, flush=True)
