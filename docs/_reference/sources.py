"""The first-party plugins as the loader finds them, whatever is installed.

Their metadata is made from `plugins/*/pyproject.toml`, their modules are those of the sources; what else is installed
is hidden while the reference is written.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def first_party(root: Path) -> Iterator[None]:
    """Let `importlib.metadata` know the plugins of this checkout, and no other distribution."""
    folders = sorted(path.parent for path in (root / "plugins").glob("*/pyproject.toml"))
    visible = importlib.metadata.distributions
    with tempfile.TemporaryDirectory() as temporary:
        site, settings = Path(temporary, "site"), Path(temporary, "settings")
        for folder in folders:
            project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            _plant(site, project)
        paths = [str(site), str(root), *(str(folder / "src") for folder in folders)]
        sys.path[1:1] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)  # of processes that a plugin is looked at in
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):  # what somebody has set or kept is his own
            os.environ[variable] = str(settings)
        os.environ.pop("SEQFORGE_PLUGINS", None)
        importlib.metadata.distributions = lambda **_: visible(path=[str(site)])
        try:
            yield
        finally:
            importlib.metadata.distributions = visible


def _plant(site: Path, project: dict[str, Any]) -> None:
    """The metadata of a distribution, as pip would write them."""
    name, version = project["name"], project.get("version", "0.1.0")
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    requires = "".join(f"Requires-Dist: {line}\n" for line in project.get("dependencies", ()))
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}", encoding="utf-8"
    )
    entries = "".join(
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in sorted(values.items()))
        for group, values in sorted(project.get("entry-points", {}).items())
    )
    (folder / "entry_points.txt").write_text(entries, encoding="utf-8")
