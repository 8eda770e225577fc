"""`seqforge generate`: takes from a model."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from seqforge.commands.screen import print_json
from seqforge.errors import RequestError
from seqforge.options import Option
from seqforge.plugins import Registry, missing_requirements

__all__ = ["make_generate"]

_SHORT = ("temperature", "top_k", "top_p", "min_p")  # processors' options that have an option of their own here
_MODEL_HELP = (
    "A model file, the folder of a run, or a name of `seqforge list models` where no file or folder has that name."
)
_NO_COPY_HELP = "Never quote more than N intervals of the training data (tokens, where a codec names no intervals)."


def make_generate(registry: Registry) -> Callable[..., None]:
    """The command, with the prompt options of every installed codec, and the options of every format."""
    fixed = _fixed_parameters(registry)
    prompt_options = _options_by_name(registry, "codecs", "prompt_options")
    taken = {*prompt_options, *(parameter.name for parameter in fixed)}
    format_options = {
        name: options for name, options in _options_by_name(registry, "formats", "options").items() if name not in taken
    }

    def generate(
        context: typer.Context,
        model: str,
        sampler: str | None,
        set_: list[str] | None,
        count: int,
        seed: int | None,
        no_copy: int | None,
        format_: str | None,
        out: Path | None,
        json: bool,
        **typed: Any,
    ) -> None:
        """Generate takes from a run, a model file or a registered model."""
        sampling = _sampling(registry, typed, sampler, set_ or [])
        prompt = {name: typed[name] for name in prompt_options if typed.get(name) is not None}
        written = {name: typed[name] for name in format_options if typed.get(name) is not None}
        _generate(
            registry, model, prompt, sampling, written,
            count=count, seed=seed, no_copy=no_copy, formats=format_, out=out, json=json,
        )  # fmt: skip

    parameters = [
        *fixed,
        *(_parameter(options) for options in {**prompt_options, **format_options}.values()),
    ]
    generate.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    generate.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return generate


def _options_by_name(registry: Registry, kind: str, attribute: str) -> dict[str, dict[str, Option]]:
    """The options that parts of a kind declare: by their name, those of the parts that have one of that name."""
    found: dict[str, dict[str, Option]] = {}
    for part in registry.parts(kind):
        for option in getattr(part.spec, attribute):
            found.setdefault(option.name, {})[part.spec.name] = option
    return found


def _parameter(options: Mapping[str, Option]) -> inspect.Parameter:
    """A command-line option for the `Option` of each part; its value stays text, which the part's own checks."""
    option = next(iter(options.values()))
    defaults = dict.fromkeys(str(own.default) for own in options.values() if own.default is not None)
    words = f"  [default: {' or '.join(defaults)}]" if defaults else ""
    info = typer.Option(
        f"--{option.name.replace('_', '-')}",
        metavar=_metavar(option),
        help=f"({', '.join(options)}) {option.help}{words}",
    )
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, info]
    )


def _metavar(option: Option) -> str:
    return {str: "TEXT", int: "N", float: "F", bool: "true|false"}[option.type]


def _fixed_parameters(registry: Registry) -> list[inspect.Parameter]:
    formats = ",".join(registry.names("formats")) or "none installed"
    rare = ", ".join(dict.fromkeys(part.spec.name for part in registry.parts("formats") if part.spec.on_request))
    usual = f"all but {rare} by default" if rare else "all by default"
    samplers = ", ".join(p.spec.name for p in registry.parts("samplers") if p.spec.chooses)
    declared: dict[str, tuple[Any, Any, Any]] = {
        "context": (typer.Context, None, inspect.Parameter.empty),
        "model": (str, typer.Argument(metavar="MODEL|RUN|NAME", help=_MODEL_HELP), ...),
        "sampler": (str | None, typer.Option("--sampler", metavar="NAME", help=f"One of: {samplers}."), None),
        "set_": (
            list[str] | None,
            typer.Option("--set", metavar="KEY=VALUE", help="Set an option of any processor, sampler or search."),
            None,
        ),
        "count": (int, typer.Option("-n", "--count", metavar="N", help="How many takes.", min=1, max=100_000), 1),
        "seed": (
            int | None,
            typer.Option("--seed", metavar="N", help="Repeats a take; drawn and printed by default.", min=0),
            None,
        ),
        "no_copy": (int | None, typer.Option("--no-copy", metavar="N", help=_NO_COPY_HELP, min=1), None),
        "format_": (
            str | None,
            typer.Option("--format", metavar="NAME,...", help=f"What to write: {formats}; {usual}."),
            None,
        ),
        "out": (Path | None, typer.Option("--out", metavar="DIR", help="Where to; takes/NAME-NNN by default."), None),
        "json": (bool, typer.Option("--json", help="Print JSON."), False),
    }
    for part in registry.parts("samplers"):
        for option in part.spec.options:
            if option.name in _SHORT:
                flag = f"--{option.name.replace('_', '-')}"
                info = typer.Option(flag, metavar=_metavar(option), help=option.help)
                declared[option.name] = (str | None, info, None)
    return [_declare(name, *declaration) for name, declaration in declared.items()]


def _declare(name: str, kind: Any, info: Any, default: Any) -> inspect.Parameter:
    annotation = Annotated[kind, info] if info is not None else kind
    value = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value, annotation=annotation)


def _sampling(
    registry: Registry, typed: Mapping[str, Any], sampler: str | None, assignments: list[str]
) -> dict[str, Any]:
    from seqforge.configuration import parse_assignment

    sampling: dict[str, Any] = {}
    for assignment in assignments:
        sampling.update(parse_assignment(assignment))
    sampling.update({name: typed[name] for name in _SHORT if typed.get(name) is not None})
    if sampler is not None:
        sampling["sampler"] = sampler
    return sampling


def _generate(
    registry: Registry, request: str, prompt: Mapping[str, Any], sampling: Mapping[str, Any],
    written: Mapping[str, str], *, count: int, seed: int | None, no_copy: int | None, formats: str | None,
    out: Path | None, json: bool,
) -> None:  # fmt: skip
    from seqforge.files.run_folder import fresh_folder
    from seqforge.session.models import find_model, model_codec
    from seqforge.session.no_copy import longest_quotations, no_copy_guides
    from seqforge.session.takes import TakesRequest, check_request, make_takes

    found = find_model(registry, request)
    part, codec = model_codec(registry, found.model)
    no_copy_guides(found.model, codec, no_copy)  # what can't be promised is refused before there is a folder
    chosen = _formats(registry, formats, part.spec.name)
    takes_request = check_request(
        registry,
        part,
        codec,
        TakesRequest(
            prompt=_parsed(part.spec.prompt_options, prompt),
            sampling=sampling,
            formats=chosen,
            count=count,
            seed=secrets.randbits(32) if seed is None else seed,
            no_copy=no_copy,
            format_options=_parsed(_declared(registry, chosen), written),
        ),
    )
    folder = out or fresh_folder(Path("takes"), found.short_name)
    takes = make_takes(registry, found.model, codec, takes_request, folder)
    quotations = None
    if no_copy is not None:
        tokens = [take.tokens for take in takes]
        quotations = longest_quotations(found.model, codec, takes_request.prompt, tokens)
    if json:
        files = [[str(file) for file in take.files] for take in takes]
        prompt = dict(takes_request.prompt)
        values = {"seed": takes_request.seed, "folder": str(folder), "takes": files, "prompt": prompt}
        print_json({**values, "no_copy": no_copy, "longest_quotations": quotations})
        return
    for take in takes:
        print(f"take {take.number}: {take.work}")
    for take, longest in zip(takes, quotations or (), strict=False):
        if no_copy is not None and longest > no_copy:
            print(f"take {take.number} may quote {longest} in a row: nothing else was allowed there")
    print(f"{len(takes)} take{'s' if len(takes) != 1 else ''} in {folder}, seed {takes_request.seed}")


def _parsed(options: Iterable[Option], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed for a prompt in the types of the codec's options; those of other codecs stay text."""
    declared = {option.name: option for option in options}
    return {name: declared[name].parse(text, "--") if name in declared else text for name, text in typed.items()}


def _declared(registry: Registry, formats: Iterable[str]) -> list[Option]:
    """The options of the formats; a name that no format has is not this function's affair."""
    parts = [registry.find("formats", name) for name in formats if registry.has("formats", name)]
    return [option for part in parts for option in part.spec.options]


def _formats(registry: Registry, names: str | None, codec: str) -> tuple[str, ...]:
    if names is None:
        return tuple(
            registry.full_name(part)
            for part in registry.parts("formats")
            if codec in part.spec.codecs and not part.spec.on_request and not missing_requirements(part.spec)
        )
    chosen = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    if not chosen:
        raise RequestError("--format is empty; allowed: names with commas between, see `seqforge list formats`")
    return chosen
