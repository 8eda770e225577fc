"""`seqforge inspect`: what is in data, in a model, in a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge.commands.screen import counted, print_json, print_pairs, printable
from seqforge.errors import DataError, UnknownName
from seqforge.plugins import Registry

if TYPE_CHECKING:
    from seqforge.files.model_file import ModelFile

__all__ = ["inspect"]

_MOST_LINES = 40
_LONGEST_LINE = 4000
_TARGET_HELP = "Data, a model or a run: a path, or a name of `seqforge list data` or `seqforge list models`."


def inspect(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="PATH|NAME|MODEL|RUN", help=_TARGET_HELP)],
    codec: Annotated[
        str | None, typer.Option("--codec", metavar="NAME", help="For data: the codec that is to read it.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="For data: an option, such as data.chords.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with everything.")] = False,
) -> None:
    """Show what is in data - kept, dropped, and why -, in a model, or in a run."""
    registry: Registry = context.obj
    if _is_model(registry, target):
        values = _model_values(registry, target)
        if json:
            print_json(values)
        else:
            del values["configuration"]  # long, and in the JSON
            shown = {**values, "no_copy": _no_copy_words(values["no_copy"])}
            print_pairs(
                [(key.replace("_", "-"), printable(_shortened(_in_words(value)))) for key, value in shown.items()]
            )
        return
    _inspect_data(registry, target, codec, set_ or [], as_json=json)


def _is_model(registry: Registry, target: str) -> bool:
    """Whether that is a model or run; `UnknownName` if it is a word that means neither that nor data."""
    if registry.has("datasets", target):
        return False
    path = Path(target)
    if path.suffix == ".safetensors" or (path / "config.toml").is_file():
        return True
    if path.exists() or not re.fullmatch(r"[\w:-]+", target):
        return False
    if not registry.has("models", target):
        raise UnknownName("data or model", target, [*registry.names("datasets"), *registry.names("models")])
    return True


def _model_values(registry: Registry, target: str) -> dict[str, Any]:
    from seqforge.session.models import find_model

    model = find_model(registry, target).model
    return {
        "architecture": {model.spec.architecture: dict(model.spec.options)},
        "context": {field.name: field.size for field in model.spec.context_fields},
        "codec": {model.codec["name"]: dict(model.codec["options"])},
        "vocabulary": {"symbols": len(model.vocabulary), "classes": sorted(set(model.vocabulary.classes))},
        "weights": {name: list(weight.shape) for name, weight in sorted(model.weights.items())},
        "parameters": sum(weight.size for weight in model.weights.values()),
        "data": dict(model.data),
        "no_copy": _no_copy(model),
        "provenance": {key: value for key, value in model.provenance.items() if key != "configuration"},
        "configuration": model.provenance["configuration"],
    }


def _no_copy(model: ModelFile) -> dict[str, Any] | None:
    """What of its training data a model can be kept from quoting; `None` for one that carries no digests."""
    from seqforge.session.no_copy import shortest_quotation

    if not model.quotations:
        return None
    return {
        "shortest": shortest_quotation(model),
        "alphabet": model.quotations[0].alphabet,
        "digests": [{"length": known.length, "bytes": len(known.bits)} for known in model.quotations],
    }


def _no_copy_words(values: dict[str, Any] | None) -> str:
    if values is None:
        return "no digests of the training data: generate --no-copy is not possible"
    sizes = ", ".join(f"{digest['bytes']:,} bytes" for digest in values["digests"])
    return f"generate --no-copy N, N from {values['shortest']} {values['alphabet']} on (digests: {sizes})"


def _in_words(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_in_words(item)}".strip() for key, item in value.items())
    if isinstance(value, list):
        return f"({', '.join(_in_words(item) for item in value)})"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _shortened(text: str) -> str:
    """The text, or its beginning: a file may say of itself as much as it likes."""
    if len(text) <= _LONGEST_LINE:
        return text
    return f"{text[:_LONGEST_LINE]} ... and {len(text) - _LONGEST_LINE:,} characters more, which --json shows"


def _inspect_data(registry: Registry, source: str, codec: str | None, assignments: list[str], *, as_json: bool) -> None:
    from seqforge.commands.audit_report import audit_lines, audit_values, corpus_size
    from seqforge.commands.bar import waiting
    from seqforge.configuration import RunConfig, merge, parse_assignment
    from seqforge.corpus import data_options, open_dataset, usual_codec
    from seqforge.options import check_options

    values: dict[str, Any] = {"data": {"source": source}}
    for assignment in assignments:
        values = merge(values, parse_assignment(assignment))
    config = RunConfig.check(values)
    part = registry.find("codecs", codec or usual_codec(registry, source))
    dataset = open_dataset(
        registry,
        source,
        data_options(registry, source, registry.full_name(part), config.data.options),
        codec=part.build(vocabulary=None, **check_options(part.spec.options, {}, "codec.")),
        codec_name=registry.full_name(part),
        max_seconds=config.data.max_seconds,
    )
    with waiting("reading the data", is_shown=not as_json):
        pieces = tuple(dataset.pieces())
    audit = dataset.audit()
    size = corpus_size(pieces, dataset.codec)
    about = {"source": source, "codec": part.spec.name, "licence": dataset.licence, "citation": dataset.citation}
    if as_json:
        print_json({**about, **size, **audit_values(audit)})
    else:
        about["holds"] = ", ".join(f"{count:,.0f} {unit}" for unit, count in size.items())
        about["sources"] = f"{len(audit.kept):,} kept, {counted(len(audit.dropped), 'item')} dropped"
        print_pairs([(key, printable(value) or "unknown") for key, value in about.items()])
        for line in audit_lines(audit, _MOST_LINES):
            print(f"  {line}")
    if not pieces:
        raise DataError(f"no usable piece in '{source}': the reasons stand above")
