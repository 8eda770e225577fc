"""Checking up on one plugin: its requirements, its hook module and the target of each of its parts, all imported."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from seqforge.plugins.examination import examine, one_line, required
from seqforge.plugins.manifest import Manifest
from seqforge.plugins.part import Part, missing_requirements
from seqforge.plugins.plugin import CORE, Plugin, normal, prints, usual_remedy

__all__ = ["Finding", "check_up_to_file"]

_MOST_SECONDS = 0.5
"""Processor time that the import of a hook module may take."""


@dataclass(frozen=True)
class Finding:
    """What is the case, and what to do; a `fault`, or something that is only good to know. `part` is empty for all."""

    cause: str
    remedy: str
    part: str = ""
    fault: bool = True


def check_up_to_file(argument: tuple[list[str], int], answer: Path) -> None:
    """What a child does: a line of JSON for the hook module, and one where each part begins, and where it ends.

    The first so many parts are left out: they are known.
    """
    identity, first = argument
    plugin = Plugin.of(identity)
    with answer.open("w", encoding="utf-8") as file:

        def tell(**values: Any) -> None:
            file.write(json.dumps(values) + "\n")
            file.flush()

        manifest = examine(plugin, answer.with_name("files.txt"))
        sys.stdout.flush()
        printed = answer.with_name("stdout.txt").read_text(encoding="utf-8", errors="replace")
        manifest = replace(manifest, printed=one_line(printed))
        findings = [*_requirements(plugin), *_of_hooks(plugin, manifest)]
        known = replace(plugin, specs=dict(manifest.specs))
        parts = [part for kind in known.specs for part in known.parts(kind)]
        tell(
            parts=[str(part) for part in parts],
            findings=[asdict(finding) for finding in findings],
            manifest=manifest.to_values(),
        )
        for part in parts[first:]:
            tell(begins=str(part))
            tell(findings=[asdict(finding) for finding in _of_part(part)])
        tell(finished=True)


def _requirements(plugin: Plugin) -> Iterator[Finding]:
    """The packages that the plugin's distribution requires, and that are not there as it requires them."""
    try:
        wanted = [requirement for requirement in required(plugin) if normal(requirement.name) != CORE]
    except Exception as error:  # noqa: BLE001  # what damaged metadata raise depends on the version of Python
        yield Finding(
            f"its metadata can't be read ({type(error).__name__}: {error})", f"reinstall {plugin.distribution}"
        )
        return
    for requirement in wanted:
        words = f"{requirement.name}{requirement.specifier}"
        remedy = f'type: python -m pip install "{words}"'
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(f"it requires {words}, which is not installed", remedy)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            yield Finding(f"it requires {words}, and {version} is installed", remedy)


def _of_hooks(plugin: Plugin, manifest: Manifest) -> Iterator[Finding]:
    if manifest.cause:
        yield Finding(manifest.cause, manifest.remedy)
    remedy = f"{usual_remedy(plugin)}; its authors: import it in the target, not in {plugin.value}"
    if manifest.printed:
        yield Finding(prints(manifest.printed), usual_remedy(plugin))
    if manifest.heavy:
        yield Finding(f"its hook module imports {', '.join(manifest.heavy)}, for which each first start waits", remedy)
    if manifest.seconds > _MOST_SECONDS:
        yield Finding(f"the import of its hook module takes {manifest.seconds:.1f} s of processor time", remedy)
    if not manifest.cause and not manifest.specs:
        yield Finding("it registers nothing", f"see docs/plugins.md for hooks, or {usual_remedy(plugin)}", fault=False)


def _of_part(part: Part) -> Iterator[Finding]:
    missing = missing_requirements(part.spec)
    if missing:
        install = getattr(part.spec, "install", "") or " ".join(missing)
        cause = f"needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed"
        yield Finding(cause, f"type, if you want it: python -m pip install {install}", str(part), fault=False)
        return
    try:
        if part.kind in ("recipes", "models"):
            yield from _of_resource(part)
        else:
            yield from _of_target(part, part.target())
    except BaseException as error:  # noqa: BLE001  # whatever a plugin does wrong is its own fault
        cause, remedy = part.blame(error)
        yield Finding(f"can't be imported: {cause}", remedy, str(part))


def _of_resource(part: Part) -> Iterator[Finding]:
    """A recipe or a model is a file in a package."""
    spec = part.spec
    try:
        content = importlib.resources.files(spec.package).joinpath(spec.resource).read_bytes()
        if part.kind == "recipes":
            tomllib.loads(content.decode())
    except (ImportError, OSError, ValueError) as error:
        cause = f"its file {spec.resource} in {spec.package} can't be read: {type(error).__name__}: {error}"
        yield Finding(cause, f"reinstall {part.distribution}", str(part))


def _of_target(part: Part, target: Any) -> Iterator[Finding]:
    if part.kind == "commands":
        import typer

        if not isinstance(target, typer.Typer):
            helps = part.remedy(f"update {part.distribution}, or report it")
            yield Finding("its target is no typer.Typer app", helps, str(part))
    elif not callable(target):
        helps = part.remedy(f"update {part.distribution}")
        yield Finding("its target is neither a class nor a function", helps, str(part))
