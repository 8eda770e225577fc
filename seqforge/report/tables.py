"""Tables, and the sections that are made of them: how well a model predicts, what it generates, how much it copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from seqforge.report.contents import Quotation
from seqforge.report.markup import Html, element

__all__ = ["evaluation", "novelty", "pairs", "table"]

Values = Mapping[str, Any]

_SHARES = (4, 6, 8, 12, 16)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> Html:
    """A table that scrolls by itself where it is too wide; the first cell of a row is its heading."""
    head = element("tr", *(element("th", name, scope="col") for name in header))
    lines = [
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    ]
    title = [element("caption", caption)] if caption else []
    whole = element("table", *title, element("thead", head), element("tbody", *lines))
    return element("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption or header[0])


def pairs(rows: Iterable[tuple[str, object]]) -> Html:
    """Names and what is said of each."""
    return element("dl", *(part for name, text in rows for part in (element("dt", name), element("dd", text))))


def evaluation(results: Values) -> Iterator[Html]:
    """The likelihood of each held-out part beside simple models, and the measures beside the reference."""
    for part, scores in results.get("likelihood", {}).items():
        yield _likelihood(part, scores)
        shares = ", ".join(f"{name} {share:.1%}" for name, share in scores["accuracy"].items())
        yield element("p", f"The likeliest token is right: {shares}.")
    yield from _measures(results)


def _likelihood(part: str, scores: Values) -> Html:
    best = scores.get("below_best_baseline")
    units = list(scores["nats"])
    rows: list[list[str]] = [["this model", *(_interval(scores["nats"][unit]) for unit in units)]]
    if best:
        rows.append([f"below the {best['name']}", *(_interval(best["nats"][unit]) for unit in units)])
    rows += [
        [name, *(f"{rates[unit]:.3f}" for unit in units)]
        for name, rates in sorted(scores["baselines"].items(), key=lambda item: float(item[1][units[0]]))
    ]
    rows.append(["perplexity", *(_number(scores["perplexity"][unit]) for unit in units)])
    caption = f"{part.capitalize()}, {scores['pieces']} held-out pieces: nats per unit [95 % interval]; less is better"
    return table(["model", *units], rows, caption)


def _interval(values: Values) -> str:
    if values["value"] is None:
        return ""
    limits = "" if values["low"] is None else f" [{values['low']:.3f}, {values['high']:.3f}]"
    return f"{values['value']:.3f}{limits}"


def _measures(results: Values) -> Iterator[Html]:
    measures, takes, reference = (results.get(name) for name in ("measures", "takes", "reference"))
    if not measures or not takes or not reference:
        return
    rows = []
    for value in measures:
        usual = value["reference"]
        limits = "" if usual["low"] is None else f"{usual['low']:.3g} to {usual['high']:.3g}"
        verdict = value["verdict"] or ""
        cells = [value["title"], value["unit"], _number(value["median"]), element("span", verdict, class_=verdict)]
        rows.append([*cells, _number(usual["median"]), limits, _percent(value["inside"])])
    header = ("measure", "unit", "takes", "verdict", "reference", "90 % of it", "takes inside")
    yield table(header, rows, f"{takes['count']} takes beside {reference['pieces']} pieces of the reference: medians")
    yield element("p", "Ranges are to fall into, not to maximise: 90 % of the reference lie between their limits.")


def novelty(results: Values, quotations: Sequence[Quotation]) -> Iterator[Html]:
    """The verdict, the longest quotations, and the shares of n-grams."""
    found = results.get("novelty")
    if found:
        verdict = element("strong", f"{found['verdict'].capitalize()}.")
        yield element("p", verdict, f" {found['reason'][:1].upper()}{found['reason'][1:]}.")
    if quotations:
        yield element("ul", *(_quotation(each) for each in quotations), class_="quotations")
    if not found:
        return
    for alphabet in found["alphabets"]:
        rows = [
            [f"{share['n']}", _percent(share["generated"]), f"{_percent(share['usual'])}{_limits(share)}"]
            for share in alphabet["shares"]
            if share["n"] in _SHARES
        ]
        header = ("in a row", "takes", found["baseline"])
        body = table(header, rows, f"Shares of {alphabet['name']} in a row that occur in the training data")
        yield element("details", element("summary", f"Runs of {alphabet['name']}"), body)


def _quotation(quotation: Quotation) -> Html:
    if quotation.entries is None:
        return element("li", quotation.text)
    entries = " ".join(map(str, quotation.entries))
    button = element("button", "Hear both", type="button", data_play=entries, aria_label=f"Hear both: {quotation.text}")
    return element("li", f"{quotation.text} ", button)


def _limits(share: Values) -> str:
    if share["usual_low"] is None or share["usual_high"] is None:
        return ""
    return f" [{_percent(share['usual_low'])}, {_percent(share['usual_high'])}]"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
