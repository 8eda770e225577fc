"""`seqforge plugins doctor`: what is wrong with each plugin, and what to do."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqforge.commands.screen import counted, print_json, printable
from seqforge.errors import PluginError
from seqforge.plugins import DISABLED, NOT_ALLOWED, Plugin, Registry

if TYPE_CHECKING:
    from seqforge.plugins.checkup import Finding

__all__ = ["doctor"]


def doctor(context: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Import each plugin and all its parts in processes of their own, and say what is wrong; the status then is 3."""
    from seqforge.plugins.doctor import diagnoses

    registry: Registry = context.obj
    registry.settle(patient=True)
    rows = []
    wanted = [plugin for plugin in registry.plugins if plugin.state not in (DISABLED, NOT_ALLOWED)]
    with closing(diagnoses(wanted)) as found:
        for plugin in registry.plugins:
            diagnosis = next(found) if plugin in wanted else None
            if diagnosis and diagnosis.manifest:
                registry.keep(plugin, diagnosis.manifest)
            findings = diagnosis.findings + _shared(registry, plugin) if diagnosis else []
            row = _row(plugin, findings, diagnosis.parts if diagnosis else 0, is_known=diagnosis is not None)
            rows.append(row)
            if not json:
                print("\n".join(map(printable, _lines(row))), flush=True)
    if json:
        print_json(rows)
    wrong = [row["name"] for row in rows if row["state"] == "wrong"]
    if wrong:
        raise PluginError(f"something is wrong with {counted(len(wrong), 'plugin')}: {', '.join(wrong)}")


def _shared(registry: Registry, plugin: Plugin) -> list[Finding]:
    """The names that it shares with others."""
    from seqforge.plugins.checkup import Finding

    return [Finding(fault.cause, fault.remedy) for fault in registry.collisions(plugin)]


def _row(plugin: Plugin, findings: list[Finding], parts: int, *, is_known: bool) -> dict[str, Any]:
    state = "ok" if is_known else plugin.state
    return {
        "name": plugin.full_name,
        "plugin": plugin.entry_point,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": "wrong" if any(finding.fault for finding in findings) else state,
        "parts": parts,
        "findings": [asdict(finding) for finding in findings],
    }


def _lines(row: dict[str, Any]) -> list[str]:
    parts = f" ({counted(row['parts'], 'part')})" if row["state"] == "ok" else ""
    lines = [f"{row['plugin']} of {row['distribution']} {row['version']}: {row['state']}{parts}"]
    for finding in row["findings"]:
        where = f"{finding['part'].partition(' of ')[0]}: " if finding["part"] else ""
        lines.append(f"  {'-' if finding['fault'] else 'note:'} {where}{finding['cause']}; {finding['remedy']}")
    return lines
