"""`seqforge plugins check`: whether what a plugin registers keeps the promises of its kind."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from seqforge.commands.failures import warn
from seqforge.commands.screen import counted, print_json, printable
from seqforge.errors import NotInstalled, PluginError, RequestError
from seqforge.plugins import DISABLED, NOT_ALLOWED, Plugin, Registry, plugins_named
from seqforge.plugins.child import search_environment

__all__ = ["check"]

_OUTCOMES = ("failed", "passed", "not judged", "not checked", "does not apply")
"""Of several cases of a check, the first of these that occurs is what the check came to."""

_WIDTH = max(map(len, _OUTCOMES))

Record = dict[str, Any]


def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="An entry point or distribution of `plugins list`.")],
    data: Annotated[
        list[str] | None,
        typer.Option("--data", metavar="PATH|NAME", help="Files or a data set to run checks on; can be repeated."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check that every part of a plugin keeps the promises of its kind; the exit status is 3 if one does not."""
    registry: Registry = context.obj
    registry.settle(patient=True)
    plugins = plugins_named(registry.plugins, name)
    own = [str(plugin.problem) for plugin in plugins if plugin.problem and plugin.problem.left_out]
    warn([line for line in registry.warnings() if line not in own])  # the error says those
    for plugin in plugins:
        _refuse(plugin)
    if importlib.util.find_spec("pytest") is None:
        raise NotInstalled("seqforge plugins check", "pytest")
    checks: list[Record] = []
    for record in _checked(plugins, [_absolute(source) for source in data or []]):
        checks.append(record)
        if not json:
            print(_line(record), flush=True)
    counts = Counter(record["outcome"] for record in checks)
    if json:
        print_json({"plugins": [plugin.full_name for plugin in plugins], "counts": dict(counts), "checks": checks})
    else:
        print(_summary(counts))
    if failed := [record for record in checks if record["outcome"] == "failed"]:
        first = f"{failed[0]['part']}: {failed[0]['property']}"
        others = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        raise PluginError(f"plugin {name} does not keep what parts of its kind promise ({first}{others})")


def _refuse(plugin: Plugin) -> None:
    """`PluginError` if the plugin can't be used, `RequestError` if the user does not want it."""
    if plugin.state == DISABLED:
        raise RequestError(
            f"plugin {plugin.entry_point} of {plugin.distribution} is disabled; "
            f"type: seqforge plugins enable {plugin.full_name}"
        )
    if plugin.state == NOT_ALLOWED:
        raise RequestError(f"plugin {plugin.entry_point} of {plugin.distribution} is not in SEQFORGE_PLUGINS; add it")
    if plugin.problem and plugin.problem.left_out:
        raise PluginError(str(plugin.problem))


def _absolute(source: str) -> str:
    """A path as it is from anywhere; a name stays."""
    path = Path(source).expanduser()
    return str(path.resolve()) if path.exists() else source


def _checked(plugins: Sequence[Plugin], data: Sequence[str]) -> Iterator[Record]:
    """What each check came to, a part's once all of its own are through."""
    waiting: dict[str, Record] = {}
    for record in _records(plugins, data):
        if waiting and record["part"] != next(iter(waiting.values()))["part"]:
            yield from waiting.values()
            waiting.clear()
        earlier = waiting.get(record["property"])
        if earlier is None or _OUTCOMES.index(record["outcome"]) < _OUTCOMES.index(earlier["outcome"]):
            waiting[record["property"]] = record
    yield from waiting.values()


def _records(plugins: Sequence[Plugin], data: Sequence[str]) -> Iterator[Record]:
    """The records of a process of its own: whatever a plugin does to it, it is told here."""
    import subprocess
    import tempfile

    request = {"plugins": [[plugin.distribution, plugin.entry_point] for plugin in plugins], "data": list(data)}
    with tempfile.TemporaryDirectory(prefix="seqforge-check-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        with (
            (folder / "request.json").open(encoding="utf-8") as stdin,
            (folder / "messages.txt").open("wb") as messages,
            subprocess.Popen(
                [sys.executable, "-m", "seqforge.testing", "check"],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=messages,
                encoding="utf-8",
                cwd=folder,
                env=search_environment(),
            ) as process,
        ):
            running, is_finished = "the plugin: its checks can be prepared", False
            for line in process.stdout or ():
                record = json.loads(line)
                running, is_finished = record.get("started", running), "finished" in record
                if "outcome" in record:
                    yield record
        if not is_finished:
            part, _, what = running.partition(": ")
            yield {
                "part": part,
                "property": what or "it can be imported and built from the defaults of its options",
                "outcome": "failed",
                "detail": _end(process.returncode, folder / "messages.txt"),
            }


def _end(status: int, messages: Path) -> str:
    lines = messages.read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
    return f"the process ended with exit status {status} ({last:.200})"


def _summary(counts: Counter[str]) -> str:
    words = [f"{counts[outcome]} {outcome}" for outcome in _OUTCOMES[:-1] if counts[outcome]]
    if counts["does not apply"]:
        words.append(f"{counts['does not apply']} not applicable")
    return f"{counted(counts.total(), 'check')}: {', '.join(words) or 'nothing to check'}"


def _line(record: Record) -> str:
    detail = f": {record['detail']}" if record["detail"] else ""
    return printable(f"{record['outcome'].ljust(_WIDTH)}  {record['part']}: {record['property']}{detail}")
