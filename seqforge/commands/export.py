"""`seqforge export`: a model for programs without seqforge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from seqforge.commands.screen import print_json, print_pairs
from seqforge.errors import RequestError

__all__ = ["export"]

_MODEL_HELP = (
    "A model file, the folder of a run, or a name of `seqforge list models` where no file or folder has that name."
)


def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL|RUN|NAME", help=_MODEL_HELP)],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.onnx", help="Where to; NAME.onnx by default, or a folder.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the forward step of a model as ONNX, with its vocabulary."""
    from seqforge.export.onnx_file import check_export, write_onnx
    from seqforge.session.models import find_model

    found = find_model(context.obj, model)
    target = _target(file, found.short_name)
    check_export(found.model)
    written = write_onnx(target, found.model)
    if json:
        print_json({"file": str(target), **written})
        return
    print(f"{target} written, ONNX with opset {written['opset']}")
    print_pairs([("takes", _in_words(written["inputs"])), ("gives", _in_words(written["outputs"]))])


def _target(file: Path | None, name: str) -> Path:
    """Where to write; `RequestError` if something is there already."""
    target = file or Path()
    if target.is_dir():
        target = target / f"{name or 'model'}.onnx"
    if target.suffix != ".onnx":
        raise RequestError(f"{target} does not end in .onnx; name a file that does, or a folder")
    if target.exists():
        raise RequestError(f"{target} exists already; give another file, so that nothing is lost")
    return target


def _in_words(shapes: Mapping[str, Sequence[str | int]]) -> str:
    return ", ".join(f"{name} ({' x '.join(map(str, shape))})" for name, shape in shapes.items())
