"""From a model file to takes: what `seqforge generate` does, and a run does at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import RequestError
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile
from seqforge.files.run_folder import write_settings
from seqforge.generation.loop import generate_tokens
from seqforge.interfaces import Codec, Work
from seqforge.options import check_options
from seqforge.plugins import Part, Registry, short_name
from seqforge.session.models import numpy_model
from seqforge.session.no_copy import no_copy_guides
from seqforge.session.plan import check_formats
from seqforge.session.primer import with_primer
from seqforge.session.prompt import checked_prompt
from seqforge.session.strategy import make_strategy, sampling_settings

__all__ = ["Take", "TakesRequest", "check_request", "make_takes"]


@dataclass(frozen=True, kw_only=True)
class TakesRequest:
    """What is asked for; `prompt` and `sampling` hold options by name, those left out have their defaults.

    `no_copy` is how long the longest quotation of the training data may be, in values of the codec's alphabet.
    `format_options` holds options of the formats by name; each format takes those that it has.
    """

    prompt: Mapping[str, Any]
    sampling: Mapping[str, Any]
    formats: tuple[str, ...]
    count: int
    seed: int
    no_copy: int | None = None
    format_options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Take:
    """One generated work and the files that hold it."""

    number: int
    tokens: NDArray[np.int32]
    work: Work
    files: tuple[Path, ...]


def check_request(registry: Registry, part: Part, codec: Codec, request: TakesRequest) -> TakesRequest:
    """The request with all values checked and filled up; a wrong prompt is found here, before any file is."""
    prompt = checked_prompt(part, codec, request.prompt, "--")
    prompt = with_primer(registry, part, codec, prompt)
    codec.guides([prompt])
    sampling = sampling_settings(registry, request.sampling, "--")
    make_strategy(registry, sampling, codec.vocabulary)
    format_parts = check_formats(registry, request.formats, part.spec.name)
    for format_part in format_parts:
        format_part.load()
        _own_options(format_part, request.format_options)
    _refuse_unused(format_parts, request.format_options)
    return TakesRequest(
        prompt=prompt,
        sampling=sampling,
        formats=request.formats,
        count=request.count,
        seed=request.seed,
        no_copy=request.no_copy,
        format_options=request.format_options,
    )


def make_takes(registry: Registry, model: ModelFile, codec: Codec, request: TakesRequest, folder: Path) -> list[Take]:
    """Generate `request.count` works and write each in every format, with the settings beside them.

    The request has gone through `check_request`. The numpy backend samples from every architecture that it knows,
    so equal requests give equal files whatever is installed.
    """
    parts = check_formats(registry, request.formats, short_name(model.codec["name"]))
    formats = [(part.spec.suffix, part.build(**_own_options(part, request.format_options))) for part in parts]
    targets = [[folder / f"take-{n + 1:02d}{suffix}" for suffix, _ in formats] for n in range(request.count)]
    settings = folder / "settings.json"
    _refuse_existing([settings, *(path for paths in targets for path in paths)])
    sequences = generate_tokens(
        numpy_model(registry, model),
        codec,
        [request.prompt] * request.count,
        make_strategy(registry, request.sampling, codec.vocabulary),
        seed=request.seed,
        wrap_guides=no_copy_guides(model, codec, request.no_copy),
    )
    takes = []
    with atomic.replacing_many() as replacing:
        for index, (tokens, paths) in enumerate(zip(sequences, targets, strict=True)):
            work = codec.decode(tokens.tolist(), request.prompt)
            for path, (_, writer) in zip(paths, formats, strict=True):
                with replacing(path) as temporary:
                    writer.write(work, temporary)
            takes.append(Take(number=index + 1, tokens=tokens, work=work, files=tuple(paths)))
    write_settings(settings, _settings(model, request))
    return takes


def _own_options(part: Part, values: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a format: those of the values that it has, checked, and the defaults of the others."""
    own = {option.name for option in part.spec.options}
    return check_options(part.spec.options, {name: value for name, value in values.items() if name in own}, "--")


def _refuse_unused(parts: list[Part], values: Mapping[str, Any]) -> None:
    """`RequestError` if there is an option that none of the formats has."""
    used = {option.name for part in parts for option in part.spec.options}
    for name in values:
        if name not in used:
            formats = ", ".join(part.spec.name for part in parts)
            raise RequestError(
                f"--{name.replace('_', '-')} is no option of the formats that are written ({formats}); "
                f"leave it out, or name its format with --format"
            )


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
        "seed": request.seed,
        "count": request.count,
        "no_copy": request.no_copy,
        "format_options": dict(request.format_options),
        "versions": dict(model.provenance["versions"]),
    }
