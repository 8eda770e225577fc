"""`seqforge recipes`: look at a recipe, or take a copy to change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqforge.errors import RequestError
from seqforge.plugins import short_name

__all__ = ["recipes_app"]

recipes_app = typer.Typer(
    help="Show a recipe, or copy it to a file of your own.", no_args_is_help=True, rich_markup_mode=None
)


@recipes_app.command()
def show(context: typer.Context, name: Annotated[str, typer.Argument(help="The recipe.")]) -> None:
    """Print a recipe."""
    from seqforge.recipes import recipe_text

    print(recipe_text(context.obj, name), end="")


@recipes_app.command()
def copy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The recipe.")],
    file: Annotated[Path | None, typer.Argument(help="Where to; NAME.toml by default.")] = None,
) -> None:
    """Write a recipe to a file that you can change and run."""
    from seqforge.files import atomic
    from seqforge.recipes import recipe_text

    text = recipe_text(context.obj, name)
    target = file or Path()
    if target.is_dir():
        target = target / f"{short_name(name)}.toml"
    if target.exists():
        raise RequestError(f"{target} exists already; give another file, so that nothing is lost")
    atomic.write_text(target, f'recipe = "{name}"\n\n{text}')
    print(f"{target} written; change it, then type: seqforge run {target}")
