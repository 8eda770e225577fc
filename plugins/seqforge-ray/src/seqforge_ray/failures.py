"""Errors on their way from one process to another: a type and a line, since not every exception can be pickled."""

from __future__ import annotations

import importlib

from seqforge import SeqforgeError

__all__ = ["Failure", "failure", "in_a_line", "raised"]

_LONGEST = 300

Failure = tuple[str, str]
"""The type of a `SeqforgeError` as `module:name`, and its message."""


def failure(error: SeqforgeError) -> Failure:
    """The error as plain values."""
    kind = type(error)
    return f"{kind.__module__}:{kind.__qualname__}", str(error)


def raised(values: Failure) -> SeqforgeError:
    """What `failure` was given; of a type that is not known here a `SeqforgeError`."""
    module, _, name = values[0].partition(":")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        kind = SeqforgeError
    if not (isinstance(kind, type) and issubclass(kind, SeqforgeError)):
        kind = SeqforgeError
    error = kind.__new__(kind)  # some types compose their message from other arguments
    error.args = (values[1],)
    return error


def in_a_line(error: BaseException) -> str:
    """The error's type and message on one line, which is not too long."""
    if isinstance(error, SeqforgeError):
        return str(error)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
