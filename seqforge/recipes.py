"""Recipes: named sets of defaults, kept as TOML inside plugins."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

from seqforge.configuration import merge, read_toml
from seqforge.errors import PluginError, RequestError
from seqforge.plugins import Registry

__all__ = ["recipe_text", "starting_values"]


def recipe_text(registry: Registry, name: str) -> str:
    """The TOML of a recipe, comments and all."""
    part = registry.find("recipes", name)
    spec = part.spec
    try:
        return importlib.resources.files(spec.package).joinpath(spec.resource).read_text(encoding="utf-8")
    except (ImportError, OSError, UnicodeDecodeError) as error:
        raise PluginError(
            f"recipe '{name}' of {part.distribution} (entry point {part.entry_point}) can't be read: "
            f"{type(error).__name__}: {error}; reinstall {part.distribution}"
        ) from error


def starting_values(registry: Registry, request: str) -> dict[str, Any]:
    """What `seqforge run REQUEST` starts from: a recipe, a TOML file, or the folder of a run.

    A file's own `recipe` gives the values that the file leaves out. A folder that is no run, such as that of a plugin's
    sources, does not hide a recipe of its name.
    """
    path = Path(request)
    if path.is_dir() and (path / "config.toml").is_file():
        path = path / "config.toml"
    if path.is_file():
        return _from_file(registry, path)
    if request.endswith(".toml") or "/" in request or (path.is_dir() and not registry.has("recipes", request)):
        raise RequestError(f"there is no configuration {request}; give a recipe, a TOML file or the folder of a run")
    return _from_recipe(registry, request)


def _from_file(registry: Registry, path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise RequestError(f"{path} can't be read as text; give a TOML file") from None
    values = read_toml(text, str(path))
    recipe = values.get("recipe")
    if not recipe:
        return values
    if not isinstance(recipe, str):
        raise RequestError(f"recipe in {path} is {recipe!r}; allowed: the name of a recipe")
    return merge(_from_recipe(registry, recipe), values)


def _from_recipe(registry: Registry, name: str) -> dict[str, Any]:
    return {**read_toml(recipe_text(registry, name), f"recipe {name}"), "recipe": name}
