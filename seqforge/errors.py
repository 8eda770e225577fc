"""Every error that seqforge raises on purpose.

    SeqforgeError                 exit status 1: the work failed
    |-- TrainingDiverged          a loss is no number any more, or has run away
    |-- FileDamaged               a file of ours is truncated, altered or foreign
    |-- Interrupted               exit status 130: somebody asked for the end
    |-- RequestError              exit status 2: the request is wrong
    |   |-- UnknownName           no such recipe, key, backend, format ...; names the nearest one
    |   |-- OutOfRange            a value that is not allowed
    |   |-- NotInstalled          a package is missing; says which one to install
    |   `-- DataError             a source that gives no usable piece
    `-- PluginError               exit status 3: a plugin is at fault

A message is one line: what arrived, what is allowed, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "DataError",
    "FileDamaged",
    "Interrupted",
    "NotInstalled",
    "OutOfRange",
    "PluginError",
    "RequestError",
    "SeqforgeError",
    "TrainingDiverged",
    "UnknownName",
]


class SeqforgeError(Exception):
    """The work failed for a reason that we can name."""

    exit_status = 1


class TrainingDiverged(SeqforgeError):
    """A loss is no number any more, or has run away."""


class FileDamaged(SeqforgeError):
    """A file of ours is truncated, altered or foreign."""


class Interrupted(SeqforgeError):
    """The work was interrupted by Ctrl-C or a polite kill, and what it had come to is saved."""

    exit_status = 130


class RequestError(SeqforgeError):
    """What was asked for can't be done as asked."""

    exit_status = 2


class UnknownName(RequestError):
    """A name that nobody registered, with the nearest known one."""

    def __init__(self, what: str, name: str, known: Iterable[str], hint: str = "") -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
        nearest = f"; did you mean '{close[0]}'?" if close else ""
        listing = ", ".join(names) if names else "none"
        super().__init__(f"unknown {what} '{name}'{nearest} (known: {listing}){' ' + hint if hint else ''}")


class OutOfRange(RequestError):
    """A value outside of what is allowed."""

    def __init__(self, what: str, value: object, allowed: str) -> None:
        super().__init__(f"{what} is {value!r}; allowed: {allowed}")


class NotInstalled(RequestError):
    """A package that is needed is missing."""

    def __init__(self, what: str, package: str) -> None:
        super().__init__(f"{what} needs a package that is not installed; type: python -m pip install {package}")


class DataError(RequestError):
    """A source that gives no usable piece."""


class PluginError(SeqforgeError):
    """A plugin is at fault; names its distribution and entry point."""

    exit_status = 3
