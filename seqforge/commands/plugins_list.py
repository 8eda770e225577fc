"""`seqforge plugins list`: the plugins, and what is known of them without importing any."""

from __future__ import annotations

from typing import Any

from seqforge.commands.screen import print_json, print_table, printable
from seqforge.plugins import Plugin, Registry, missing_requirements, origin

__all__ = ["print_plugins"]


def print_plugins(registry: Registry, *, as_json: bool) -> None:
    """Print distribution, version, state, what each plugin provides, and where it is installed."""
    rows = [_describe(registry, plugin) for plugin in registry.plugins]
    if as_json:
        print_json(rows)
        return
    columns = ["plugin", "distribution", "version", "state", "origin", "provides"]
    cells = [{**row, "state": _state_words(row), "provides": _words(row["provides"])} for row in rows]
    print_table(columns, [[printable(row[column]) for column in columns] for row in cells])


def _describe(registry: Registry, plugin: Plugin) -> dict[str, Any]:
    faults = registry.faults(plugin)
    parts = [part for kind in plugin.specs for part in plugin.parts(kind)]
    needs = dict.fromkeys(name for part in parts for name in missing_requirements(part.spec))
    return {
        "plugin": plugin.entry_point,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.state,
        "cause": "; ".join(fault.cause for fault in faults),
        "remedy": "; ".join(dict.fromkeys(fault.remedy for fault in faults)),
        "needs": list(needs),
        "provides": plugin.provides,
        "origin": origin(plugin),
    }


def _state_words(row: dict[str, Any]) -> str:
    needs = f" (needs {', '.join(row['needs'])})" if row["needs"] and row["state"] == "ok" else ""
    cause = f": {row['cause']}" if row["cause"] else ""
    return f"{row['state']}{needs}{cause}"


def _words(provides: dict[str, list[str]]) -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in provides.items())
