"""From a model file to takes: what `seqforge generate` does, and a run does at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import Interrupted, OutOfRange, RequestError
from seqforge.evaluation.alphabets import generated_pieces
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile
from seqforge.files.run_folder import write_settings
from seqforge.generation.loop import generate_tokens
from seqforge.interfaces import Codec, Format, Work
from seqforge.options import check_options
from seqforge.plugins import Part, Registry, short_name
from seqforge.report.contents import Contents
from seqforge.session.models import numpy_model
from seqforge.session.no_copy import no_copy_guides
from seqforge.session.plan import check_formats
from seqforge.session.prompt import checked_prompt
from seqforge.session.report import MOST_TAKES, Background, PageTake, page_contents
from seqforge.session.strategy import make_strategy, sampling_settings

__all__ = ["Made", "Take", "TakesRequest", "check_request", "make_takes", "takes_contents"]


@dataclass(frozen=True, kw_only=True)
class TakesRequest:
    """What is asked for; `prompt` and `sampling` hold options by name, those left out have their defaults.

    `no_copy` is how long the longest quotation of the training data may be, in values of the codec's alphabet.
    `format_options` holds options of formats, by the full names of these.
    `reading` are options of the reader of the prompt's primer, by their names behind `data.`; `flags` the sampling
    options that have an option of the command line to themselves.
    """

    prompt: Mapping[str, Any]
    sampling: Mapping[str, Any]
    formats: tuple[str, ...]
    count: int
    seed: int
    no_copy: int | None = None
    format_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Take:
    """One generated work and the files that hold it alone."""

    number: int
    tokens: NDArray[np.int32]
    work: Work
    files: tuple[Path, ...]


def check_request(registry: Registry, part: Part, codec: Codec, request: TakesRequest) -> TakesRequest:
    """The request with all values checked and filled up; a wrong prompt is found here, before any file is.

    Whatever its options of reading asked for stands in the prompt then.
    """
    if request.count < 1:
        raise OutOfRange("count", request.count, "a whole number of at least 1")
    prompt = checked_prompt(registry, part, codec, request.prompt, "--", request.reading)
    codec.guides([prompt])
    sampling = sampling_settings(registry, request.sampling, "--", request.flags)
    make_strategy(registry, sampling, codec.vocabulary)
    _writers(registry, request, part.spec.name)
    return replace(request, prompt=prompt, sampling=sampling, reading={})


@dataclass(frozen=True, kw_only=True)
class Made:
    """Takes, and the files that hold all of them."""

    takes: tuple[Take, ...]
    files: tuple[Path, ...]


def make_takes(
    registry: Registry, model: ModelFile, codec: Codec, request: TakesRequest, folder: Path, background: Background,
    on_take: Callable[[int], None] = lambda number: None,
) -> Made:  # fmt: skip
    """Generate `request.count` works and write each in every format, with the settings beside them.

    The request has gone through `check_request`. The numpy backend samples from every architecture that it knows,
    so equal requests give equal files whatever is installed. A format that has `write_all` writes one file for all
    takes, which `background` has a part in. `on_take` is told the number of each take that is done.
    """
    writers = _writers(registry, request, short_name(model.codec["name"]))
    formats = [(part, writer) for part, writer in writers if not hasattr(writer, "write_all")]
    pages = [(folder / f"takes{part.spec.suffix}", writer) for part, writer in writers if hasattr(writer, "write_all")]
    digits = max(2, len(str(request.count)))  # so that their names are in the order of their numbers
    suffixes = [part.spec.suffix for part, _ in formats]
    targets = [[folder / f"take-{n + 1:0{digits}d}{suffix}" for suffix in suffixes] for n in range(request.count)]
    settings = folder / "settings.json"
    _refuse_existing([settings, *(path for path, _ in pages), *(path for paths in targets for path in paths)])
    sequences = generate_tokens(
        numpy_model(registry, model),
        codec,
        [request.prompt] * request.count,
        make_strategy(registry, request.sampling, codec.vocabulary),
        seed=request.seed,
        wrap_guides=no_copy_guides(model, codec, request.no_copy),
    )
    takes: list[Take] = []
    try:
        with atomic.replacing_many() as replacing:
            for index, (tokens, paths) in enumerate(zip(sequences, targets, strict=True)):
                work = codec.decode(tokens.tolist(), request.prompt)
                for path, (part, writer) in zip(paths, formats, strict=True):
                    with replacing(path) as temporary, part.working(f"write take {index + 1}"):
                        writer.write(work, temporary)
                takes.append(Take(number=index + 1, tokens=tokens, work=work, files=tuple(paths)))
                on_take(index + 1)
    except KeyboardInterrupt:
        _keep_whole(takes, targets)
        if not takes:
            raise
        write_settings(settings, _settings(model, replace(request, count=len(takes))))
        raise Interrupted(
            f"interrupted; {len(takes):,} of {request.count:,} takes are in {folder}; another --out with --seed "
            f"{request.seed} gives all of them"
        ) from None
    write_settings(settings, _settings(model, request))
    if pages:
        contents = takes_contents(registry, model, codec, request, takes, folder, background)
        for path, writer in pages:
            with atomic.replacing(path) as temporary:
                writer.write_all(contents, temporary)
    return Made(takes=tuple(takes), files=tuple(path for path, _ in pages))


def takes_contents(
    registry: Registry, model: ModelFile, codec: Codec, request: TakesRequest, takes: Sequence[Take], folder: Path,
    background: Background,
) -> Contents:  # fmt: skip
    """What a page that lies in `folder` shows of the takes."""
    pieces = generated_pieces(codec, request.prompt, [take.tokens for take in takes[:MOST_TAKES]])
    shown = [
        PageTake(piece=piece, work=take.work, files=take.files) for piece, take in zip(pieces, takes, strict=False)
    ]
    settings = _settings(model, request)
    return page_contents(registry, model, codec, shown, settings, folder=folder, background=background)


def _writers(registry: Registry, request: TakesRequest, codec: str) -> list[tuple[Part, Format]]:
    """Each format, and its writer with the format's options."""
    writers = []
    for part in check_formats(registry, request.formats, codec):
        options = request.format_options.get(registry.full_name(part), {})
        writers.append((part, part.build(**check_options(part.spec.options, options, "--"))))
    return writers


def _keep_whole(takes: list[Take], targets: list[list[Path]]) -> None:
    """Remove what there is of a take that has not got all its files."""
    for path in targets[len(takes)] if len(takes) < len(targets) else ():
        path.unlink(missing_ok=True)


def _refuse_existing(paths: list[Path]) -> None:
    for path in paths:
        if path.exists():
            raise RequestError(f"{path} exists already; choose another --out, so that nothing is lost")


def _settings(model: ModelFile, request: TakesRequest) -> dict[str, Any]:
    return {
        "format_version": 1,
        "model": {"data": dict(model.data), "seed": model.provenance["seed"], "backend": model.provenance["backend"]},
        "prompt": dict(request.prompt),
        "sampling": dict(request.sampling),
        "format_options": {name: dict(options) for name, options in request.format_options.items() if options},
        "seed": request.seed,
        "count": request.count,
        "no_copy": request.no_copy,
        "versions": dict(model.provenance["versions"]),
    }
