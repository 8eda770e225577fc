"""What helps against a package that is wrong: another version of it, or, where its user is its author, an editor."""

from __future__ import annotations

import contextlib
from importlib.machinery import PathFinder

__all__ = ["remedy"]


def remedy(distribution: str, target: str, usual: str, metadata: str = "") -> str:
    """`mend FILE` of the module of a target, if its distribution is installed editable; else what is usual.

    Nothing is imported. `metadata` is the folder of the distribution's metadata, where that is known.
    """
    with contextlib.suppress(Exception):  # damaged metadata say nothing; and what an import hook raises is its affair
        if _is_editable(distribution, metadata):
            return f"mend {_file(target.partition(':')[0]) or target}"
    return usual


def _is_editable(distribution: str, metadata: str) -> bool:
    import importlib.metadata
    import json
    from pathlib import Path

    found: importlib.metadata.Distribution
    found = (
        importlib.metadata.PathDistribution(Path(metadata))
        if metadata
        else importlib.metadata.distribution(distribution)
    )
    return bool(json.loads(found.read_text("direct_url.json") or "{}").get("dir_info", {}).get("editable"))


def _file(module: str) -> str:
    import importlib.util

    name, *rest = module.split(".")
    found = importlib.util.find_spec(name)
    for word in rest:
        if found is None:
            return ""
        name = f"{name}.{word}"
        found = PathFinder.find_spec(name, list(found.submodule_search_locations or ()))
    return found.origin or "" if found else ""
