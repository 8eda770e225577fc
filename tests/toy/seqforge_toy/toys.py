"""A command of a plugin: what it may do well, and what it may do badly."""

from typing import Annotated

import typer

from seqforge import RequestError

print("the toys are unpacked")  # must not get between a program and its JSON
app = typer.Typer(help="Toys of all sorts.", no_args_is_help=True)


@app.command()
def count(
    names: Annotated[list[str], typer.Argument(help="Toys.")],
    loud: Annotated[bool, typer.Option("--loud", help="In capitals.")] = False,
) -> int:
    """Say how many toys there are."""
    text = f"{len(names)} toys: {' '.join(names)}"
    print(text.upper() if loud else text)
    return len(names)  # no exit status


@app.command()
def lose(how: str) -> None:
    """Lose one in some way."""
    if how == "request":
        raise RequestError("there is no such toy; look under the bed")
    if how == "exit":
        raise typer.Exit(7)
    if how == "abort":
        raise typer.Abort
    raise KeyError(how)
