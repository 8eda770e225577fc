"""What a run and its evaluations found, in the run's folder: evaluation.json, and the model card README.md.

Neither holds a path or a time: equal runs give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from seqforge.errors import FileDamaged
from seqforge.evaluation.likelihood import Likelihood
from seqforge.evaluation.novelty import Novelty
from seqforge.files import atomic
from seqforge.files.model_card import licence_fields, table, with_metadata
from seqforge.files.model_file import ModelFile
from seqforge.files.run_folder import RunFolder
from seqforge.session.data import Corpus

__all__ = ["FORMAT_VERSION", "card", "read_results", "run_results", "write_results"]

FORMAT_VERSION = 1

Values = Mapping[str, Any]


def run_results(corpus: Corpus, likelihood: Mapping[str, Likelihood], copied: Novelty | None) -> dict[str, Any]:
    """What a run finds by itself: its parts, the likelihood of those that were held out, what its takes copy."""
    return {
        "parts": {
            name: {"pieces": len(pieces), "groups": len({piece.group for piece in pieces})}
            for name, pieces in corpus.split.parts.items()
            if pieces
        },
        "split": "order" if corpus.split.is_in_order else "groups",
        "likelihood": {name: found.to_json() for name, found in likelihood.items()},
        "novelty": copied.to_json() if copied else None,
    }


def read_results(folder: RunFolder) -> dict[str, Any]:
    """What stands in evaluation.json; empty without one, `FileDamaged` if it can't be read."""
    if not folder.evaluation.is_file():
        return {}
    try:
        values = json.loads(folder.evaluation.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileDamaged(f"{folder.evaluation} is not JSON ({error}); remove it") from None
    if not isinstance(values, dict) or values.get("format_version") != FORMAT_VERSION:
        raise FileDamaged(f"{folder.evaluation} is not what this seqforge writes; remove it")
    return values


def write_results(folder: RunFolder, model: ModelFile, found: Values) -> None:
    """Put what was `found` over what stands in evaluation.json, the likelihood part by part, and write the card."""
    earlier = read_results(folder)
    likelihood = {**earlier.get("likelihood", {}), **found.get("likelihood", {})}
    results = {**earlier, **found, "likelihood": likelihood, "format_version": FORMAT_VERSION}
    atomic.write_text(folder.evaluation, json.dumps(results, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    atomic.write_text(folder.card, card(model, results))


def card(model: ModelFile, results: Values) -> str:
    """The model card."""
    sections = (_about(model), _data(model, results), _prediction(results), _measures(results), _novelty(results))
    body = [line for section in (*sections, _use(model)) for line in section]
    return with_metadata(_metadata(model, results), "\n".join(body))


def _name(model: ModelFile) -> str:
    recipe = str(model.provenance["recipe"]).rpartition(":")[2]
    return f"seqforge-{recipe or model.codec['name']}-seed-{model.provenance['seed']}"


def _metadata(model: ModelFile, results: Values) -> dict[str, Any]:
    tags = ["seqforge", model.spec.architecture, str(model.codec["name"]), str(model.provenance["recipe"])]
    metadata: dict[str, Any] = {
        **licence_fields(str(model.data.get("licence", ""))),
        "library_name": "seqforge",
        "tags": list(dict.fromkeys(tag for tag in tags if tag)),
    }
    if entries := [_entry(model, part, scores) for part, scores in results.get("likelihood", {}).items()]:
        metadata["model-index"] = [{"name": _name(model), "results": entries}]
    return metadata


def _entry(model: ModelFile, part: str, scores: Values) -> dict[str, Any]:
    """A result as hubs read it: of one part of the data."""
    unit = scores["unit"]
    metrics = [("nats", f"nats per {unit}", scores["nats"][unit]["value"])]
    metrics += [("perplexity", f"perplexity per {unit}", scores["perplexity"][unit])]
    metrics += [("accuracy", f"accuracy, {name}", share) for name, share in scores["accuracy"].items()]
    return {
        "task": {"type": "other", "name": "sequence modelling"},
        "dataset": {"type": str(model.data["source"]), "name": str(model.data["source"]), "split": part},
        "metrics": [
            {"type": kind, "name": name, "value": round(value, 4)} for kind, name, value in metrics if value is not None
        ],
    }


def _about(model: ModelFile) -> Iterator[str]:
    weights = sum(weight.size for weight in model.weights.values())
    yield f"# {_name(model)}"
    yield ""
    yield (
        f"A small {model.spec.architecture} of {weights:,} weights that predicts sequences of the codec "
        f"`{model.codec['name']}` ({len(model.vocabulary)} symbols), trained with seqforge."
    )


def _data(model: ModelFile, results: Values) -> Iterator[str]:
    yield from ("", "## Data", "")
    source = model.data["source"]
    yield f"Trained on {'files of its own' if source == 'files' else f'`{source}`'}."
    yield f"Licence: {model.data.get('licence') or 'unknown'}."
    if model.data.get("citation"):
        yield f"Source: {model.data['citation']}."
    yield f"Digest of the encoded pieces: `{model.data['digest']}`."
    if parts := results.get("parts"):
        seed = model.provenance["configuration"].get("data", {}).get("split_seed")
        in_order = "The end of the data is held out, in order (`data.split`)."
        by_group = f"Whole groups are held out (`data.split_seed` {seed})."
        yield from ("", in_order if results.get("split") == "order" else by_group, "")
        yield from table(
            ("part", "pieces", "groups"),
            [(name, f"{part['pieces']:,}", f"{part['groups']:,}") for name, part in parts.items()],
        )


def _prediction(results: Values) -> Iterator[str]:
    for part, scores in results.get("likelihood", {}).items():
        best = scores.get("below_best_baseline")
        yield from ("", f"## How well it predicts: {part}, {scores['pieces']} pieces", "")
        yield "Nats of whole pieces, every token counted; in brackets 95 % intervals, pieces drawn again 10,000 times."
        yield ""
        header = ["per", "nats", "perplexity", *([f"below the {best['name']}"] if best else [])]
        rows = []
        for unit, interval in scores["nats"].items():
            perplexity = scores["perplexity"][unit]
            row = [unit, _interval(interval), "" if perplexity is None else f"{perplexity:.2f}"]
            rows.append([*row, *([_interval(best["nats"][unit])] if best else [])])
        yield from table(header, rows)
        yield ""
        yield f"The likeliest token is right: {', '.join(f'{n} {v:.1%}' for n, v in scores['accuracy'].items())}."
        if scores["baselines"]:
            unit = scores["unit"]
            rates = [f"{name} {rate[unit]:.3f}" for name, rate in scores["baselines"].items()]
            yield f"Simple models of the same training part, nats per {unit}: {', '.join(rates)}."


def _interval(values: Values) -> str:
    if values["low"] is None:
        return "" if values["value"] is None else f"{values['value']:.3f}"
    return f"{values['value']:.3f} [{values['low']:.3f}, {values['high']:.3f}]"


def _measures(results: Values) -> Iterator[str]:
    measures, takes = results.get("measures"), results.get("takes")
    if not measures or not takes or not results.get("reference"):
        return
    yield from ("", f"## What it generates: {takes['count']} takes", "")
    yield (
        f"Takes over the prompts {takes['prompts']}, from seed {takes['seed']}, beside "
        f"{results['reference']['pieces']} pieces of the reference: the median, and between what 90 % of them lie. "
        f"Ranges are to fall into, not to maximise."
    )
    yield ""
    rows = []
    for value in measures:
        usual = value["reference"]
        limits = "" if usual["low"] is None else f"{usual['low']:.3g} to {usual['high']:.3g}"
        cells = [value["title"], value["unit"], _number(value["median"]), value["verdict"] or ""]
        rows.append([*cells, _number(usual["median"]), limits, _percent(value["inside"])])
    yield from table(("measure", "unit", "takes", "", "reference", "90 % of it", "takes inside"), rows)


def _novelty(results: Values) -> Iterator[str]:
    novelty = results.get("novelty")
    if not novelty:
        return
    yield from ("", "## How much it copies", "", f"{novelty['verdict'].capitalize()}: {novelty['reason']}.")
    for alphabet in novelty["alphabets"]:
        if longest := alphabet["longest"]:
            yield (
                f"Longest quotation: {longest['length']} {alphabet['name']} ({longest['piece']}, {longest['place']}; "
                f"from {longest['source']}, {longest['source_place']})."
            )


def _use(model: ModelFile) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in sorted(model.provenance["versions"].items()))
    yield from ("", "## Use it, make it again", "", "In the folder of this file:", "")
    yield from ("```", "seqforge generate model.safetensors", "seqforge run config.toml", "```", "")
    yield (
        f"The second line trains the model again, from the data that config.toml names, with seed "
        f"{model.provenance['seed']}; trained with {model.provenance['engine']} ({versions}), best at step "
        f"{model.provenance['step']:,}."
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
