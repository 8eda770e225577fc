"""`seqforge generate`: takes from a model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge.commands.failures import warn
from seqforge.commands.screen import counted, is_terminal, print_json, printable, printable_lines
from seqforge.errors import RequestError
from seqforge.hookspecs import CodecSpec
from seqforge.options import Option
from seqforge.plugins import Part, Registry

if TYPE_CHECKING:  # it needs NumPy
    from seqforge.interfaces import Codec
    from seqforge.session.takes import Made, Take, TakesRequest

__all__ = ["make_generate"]

_PAGE_SUFFIX = ".html"

_SHORT = ("temperature", "top_k", "top_p", "min_p")  # processors' options that have an option of their own here
_MODEL_HELP = (
    "A model file, the folder of a run, or a name of `seqforge list models` where no file or folder has that name."
)
_SET_HELP = "Set an option of any processor, sampler or search; or data.KEY, of the reader of the primer's file."
_NO_COPY_HELP = "Never quote more than N in a row of the training data: intervals of melodies, characters of texts."


def make_generate(registry: Registry) -> Callable[..., None]:
    """The command, with the prompt options of every installed codec, and those of formats, among its options."""
    part_options = _part_options(registry)

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
        open_: bool,
        json: bool,
        quiet: bool,
        **typed: Any,
    ) -> None:
        """Generate takes from a run, a model file or a registered model."""
        sampling, reading = _sampling(typed, sampler, set_ or [])
        own = {name: typed[name] for name in part_options if typed.get(name) is not None}
        _generate(
            registry, model, own, sampling, reading,
            count=count, seed=seed, no_copy=no_copy, formats=format_, out=out, opens=open_, json=json,
            quiet=quiet,
        )  # fmt: skip

    parameters = [
        *_fixed_parameters(registry),
        *(_parameter(options) for options in part_options.values()),
    ]
    generate.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    generate.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return generate


def _part_options(registry: Registry) -> dict[str, dict[str, Option]]:
    """Every codec's prompt options and every format's options: by their name, those of the parts that have one."""
    found: dict[str, dict[str, Option]] = {}
    for part in registry.parts("codecs"):
        for option in part.spec.prompt_options:
            found.setdefault(option.name, {})[part.spec.name] = option
    for part in registry.parts("formats"):
        for option in part.spec.options:
            found.setdefault(option.name, {})[f"format {part.spec.name}"] = option
    return found


def _parameter(options: Mapping[str, Option]) -> inspect.Parameter:
    """A command-line option for the `Option` of each part; its value stays text, which the part's own checks."""
    option = next(iter(options.values()))
    info = typer.Option(
        option.shown("--"),
        metavar=_metavar(option),
        help=f"({', '.join(options)}) {option.help}{_values(options.values())}",
    )
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, info]
    )


def _values(options: Collection[Option]) -> str:
    """The default and the limits of options of one name, as help shows them."""
    defaults = dict.fromkeys(str(option.default) for option in options if option.default not in (None, ""))
    limits = dict.fromkeys(option.limits() for option in options)
    found = [f"default: {' or '.join(defaults)}"] if defaults else []
    return "".join(f"  [{words}]" for words in (*found, " or ".join(limits)) if words)


def _metavar(option: Option) -> str:
    return {str: "TEXT", int: "N", float: "F", bool: "true|false"}[option.type]


def _fixed_parameters(registry: Registry) -> list[inspect.Parameter]:
    formats = ",".join(registry.names("formats")) or "none installed"
    usual = (
        ",".join(dict.fromkeys(part.spec.name for part in registry.parts("formats") if part.spec.by_default)) or "none"
    )
    samplers = ", ".join(p.spec.name for p in registry.parts("samplers") if p.spec.chooses)
    declared: dict[str, tuple[Any, Any, Any]] = {
        "context": (typer.Context, None, inspect.Parameter.empty),
        "model": (str, typer.Argument(metavar="MODEL|RUN|NAME", help=_MODEL_HELP), ...),
        "sampler": (str | None, typer.Option("--sampler", metavar="NAME", help=f"One of: {samplers}."), None),
        "set_": (
            list[str] | None,
            typer.Option("--set", metavar="KEY=VALUE", help=_SET_HELP),
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
            typer.Option(
                "--format",
                metavar="NAME,...",
                help=f"What to write, of {formats}; by default {usual}, as far as installed.",
            ),
            None,
        ),
        "out": (Path | None, typer.Option("--out", metavar="DIR", help="Where to; takes/NAME-NNN by default."), None),
        "open_": (bool, typer.Option("--open", help="Open the page of the takes in the browser."), False),
        "json": (bool, typer.Option("--json", help="Print JSON."), False),
        "quiet": (bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors."), False),
    }
    for part in registry.parts("samplers"):
        for option in part.spec.options:
            if option.name in _SHORT:
                words = f"{option.help}{_values([option])}"
                info = typer.Option(option.shown("--"), metavar=_metavar(option), help=words)
                declared[option.name] = (str | None, info, None)
    return [_declare(name, *declaration) for name, declaration in declared.items()]


def _declare(name: str, kind: Any, info: Any, default: Any) -> inspect.Parameter:
    annotation = Annotated[kind, info] if info is not None else kind
    value = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value, annotation=annotation)


def _sampling(
    typed: Mapping[str, Any], sampler: str | None, assignments: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was typed of the sampling, and of the reading of a primer."""
    from seqforge.configuration import merge, parse_assignment

    sampling: dict[str, Any] = {}
    for assignment in assignments:
        sampling = merge(sampling, parse_assignment(assignment, "temperature=0.9"))
    reading = sampling.pop("data", {})
    if not isinstance(reading, Mapping):
        raise RequestError(f"--set got 'data={reading}'; allowed: data.KEY=VALUE, such as data.melody_track=2")
    sampling.update({name: typed[name] for name in _SHORT if typed.get(name) is not None})
    if sampler is not None:
        sampling["sampler"] = sampler
    return sampling, dict(reading)


def _generate(
    registry: Registry, request: str, typed: Mapping[str, str], sampling: Mapping[str, Any],
    reading: Mapping[str, Any], *, count: int, seed: int | None, no_copy: int | None, formats: str | None,
    out: Path | None, opens: bool, json: bool, quiet: bool,
) -> None:  # fmt: skip
    import secrets

    from seqforge.commands.bar import takes_bar
    from seqforge.files.run_folder import filled_folder, refuse_file
    from seqforge.session.models import find_model, model_codec
    from seqforge.session.no_copy import longest_quotations, no_copy_guides
    from seqforge.session.report import background_of
    from seqforge.session.takes import TakesRequest, check_request, make_takes

    found = find_model(registry, request)
    part, codec = model_codec(registry, found.model)
    no_copy_guides(found.model, codec, no_copy)  # what can't be promised is refused before there is a folder
    written = _formats(registry, formats, part.spec.name)
    takes_request = check_request(
        registry,
        part,
        codec,
        TakesRequest(
            prompt=_prompt(registry, part.spec, typed),
            sampling=sampling,
            formats=written,
            format_options=_format_options(registry, written, part, typed),
            count=count,
            seed=secrets.randbits(32) if seed is None else seed,
            no_copy=no_copy,
            reading=reading,
            flags=_SHORT,
        ),
    )
    if opens:
        _refuse_no_page(registry, takes_request.formats)
    if out is not None:
        refuse_file(out)
    new = (out, Path("takes"), found.short_name)
    with filled_folder(*new) as folder, takes_bar(count, is_shown=not (json or quiet)) as on_take:
        made = make_takes(registry, found.model, codec, takes_request, folder, background_of(request, found), on_take)
    quotations = None
    if no_copy is not None:
        tokens = [take.tokens for take in made.takes]
        quotations = longest_quotations(found.model, codec, takes_request.prompt, tokens)
    if json:
        print_json(_made_values(made, takes_request, folder, quotations))
    elif not quiet:
        _print_made(codec, made, folder)
        _print_quotations(made.takes, no_copy, quotations)
        print(f"{counted(len(made.takes), 'take')} in {printable(str(folder))}, seed {takes_request.seed}")
    if opens:
        _open(made.files)


def _made_values(made: Made, request: TakesRequest, folder: Path, quotations: list[int] | None) -> dict[str, Any]:
    return {
        "seed": request.seed,
        "folder": str(folder),
        "takes": [[str(file) for file in take.files] for take in made.takes],
        "files": [str(file) for file in made.files],
        "prompt": dict(request.prompt),
        "no_copy": request.no_copy,
        "longest_quotations": quotations,
    }


def _print_made(codec: Codec, made: Made, folder: Path) -> None:
    """The takes and where they are: on a terminal with a picture of the first, and the files as a table."""
    from seqforge.commands.takes_report import MadeFile, print_file_table, print_picture, take_files

    pages = [MadeFile((file,), "all of them: open this page in a browser") for file in made.files]
    if is_terminal():
        print_picture(codec, made.takes[0])
        print()
        print_file_table(folder, [*pages, *take_files(made.takes)])
        print()
        return
    for take in made.takes:
        print(f"take {take.number}: {printable_lines(str(take.work))}")
    for file in made.files:
        print(f"all of them, on a page: {printable(str(file))}")


def _print_quotations(takes: Sequence[Take], no_copy: int | None, quotations: list[int] | None) -> None:
    for take, longest in zip(takes, quotations or (), strict=False):
        if no_copy is not None and longest > no_copy:
            print(f"take {take.number} may quote {longest} in a row: nothing else was allowed there")


def _refuse_no_page(registry: Registry, formats: Iterable[str]) -> None:
    if not any(registry.find("formats", name).spec.suffix == _PAGE_SUFFIX for name in formats):
        raise RequestError("--open opens the page of the takes, and --format leaves it out; add html to --format")


def _open(files: Iterable[Path]) -> None:
    import webbrowser

    for file in files:
        if file.suffix == _PAGE_SUFFIX and not webbrowser.open(file.resolve().as_uri()):
            warn([f"no browser was found to open {file} with"])


def _prompt(registry: Registry, codec: CodecSpec, typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed for a prompt in the types of the codec's options; `RequestError` for those of other codecs."""
    declared = {option.name: option for option in codec.prompt_options}
    of_formats = {option.name for part in registry.parts("formats") for option in part.spec.options}
    for name in typed:
        if name not in declared and name not in of_formats:
            shown = f"--{name.replace('_', '-')}"
            others = ", ".join(_part_options(registry)[name])
            raise RequestError(f"{shown} is for models of codec {others}, and this one's is {codec.name}; leave it out")
    return {name: declared[name].parse(text, "--") for name, text in typed.items() if name in declared}


def _format_options(
    registry: Registry, names: tuple[str, ...], codec: Part, typed: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """What was typed for the formats that are written, by their full names; what none of them takes is wrong."""
    from seqforge.session.plan import check_formats

    parts = check_formats(registry, names, codec.spec.name)
    taken = {option.name for part in parts for option in part.spec.options}
    taken |= {option.name for option in codec.spec.prompt_options}
    for name in typed:
        owners = [p for p in registry.parts("formats") if name in {option.name for option in p.spec.options}]
        if owners and name not in taken:
            of = ", ".join(part.spec.name for part in owners)
            first = owners[0].spec.name
            raise RequestError(
                f"--{name.replace('_', '-')} is for the format{'s' if len(owners) > 1 else ''} {of}, which would not"
                f" be written; add --format {first}"
            )
    return {
        registry.full_name(part): {
            option.name: option.parse(typed[option.name], "--") for option in part.spec.options if option.name in typed
        }
        for part in parts
    }


def _formats(registry: Registry, names: str | None, codec: str) -> tuple[str, ...]:
    from seqforge.session.plan import usual_formats

    if names is None:
        usual, problems = usual_formats(registry, codec)
        warn(problems)
        return usual
    chosen = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    if not chosen:
        raise RequestError("--format is empty; allowed: names with commas between, see `seqforge list formats`")
    return chosen
