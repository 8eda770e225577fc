"""The recipe of the README beside eight plugins that are broken in eight ways."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from broken_plugins import BROKEN, plant_broken
from shell import SHORT, command


def test_the_jazz_recipe_works_beside_eight_broken_plugins(
    plant: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = plant_broken(plant, tmp_path / "broken")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = command(*SHORT, "--backend", "numpy", "--out", "mine", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == 10
    assert (tmp_path / "mine" / "samples" / "take-01.mid").is_file()
    for name in BROKEN:
        if name != "duplicate":  # what it doubles is the toy's, which is not installed here
            assert f"plugin {name} of {name}-thing" in done.stderr
